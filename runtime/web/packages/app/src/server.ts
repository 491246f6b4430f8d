/** What the server says, as the pages use it: read once, kept while it is fresh, told anew after a change.
 *
 * A cache of our own, because a library for it is a sixth of what a first visit may load, and this is all that
 * the pages need. */
import type { NatError } from "@nat/chat";
import { type Signal, signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { asNatError } from "./api.ts";
import { nation } from "./nation.ts";

/** What was read so long ago is read anew when a page shows it, in milliseconds. */
const FRESH = 30_000;
const TRIES = 2;
const FIRST_WAIT = 500;

type Part = string | number | null;
export type Key = readonly Part[];

interface State<T> {
  readonly data: T | undefined;
  readonly error: NatError | null;
  readonly reading: boolean;
}

/** One thing that is read: what is known of it, and whoever shows it. */
class Entry<T> {
  readonly state: Signal<State<T>> = signal({ data: undefined, error: null, reading: false });
  readonly key: Key;
  load: () => Promise<T>;
  shown = 0;
  #readAt = 0;
  #turn = 0;

  constructor(key: Key, load: () => Promise<T>) {
    this.key = key;
    this.load = load;
  }

  get stale(): boolean {
    return !this.state.peek().reading && Date.now() - this.#readAt > FRESH;
  }

  /** Out of date: read anew now if somebody looks, else when somebody does. */
  async outdate(): Promise<void> {
    this.#readAt = 0;
    if (this.shown > 0) await this.read();
  }

  /** A reading that is begun while another one is under way replaces it. */
  async read(work: () => Promise<T> = this.load): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.state.value = { ...this.state.peek(), reading: true };
    let state: State<T>;
    try {
      state = { data: await patiently(work), error: null, reading: false };
    } catch (error) {
      state = { data: this.state.peek().data, error: asNatError(error), reading: false };
    }
    if (turn !== this.#turn) return;
    this.#readAt = Date.now();
    this.state.value = state;
  }
}

/** Try again what may work the next time, as long as the server asks, or longer each time. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (cause) {
      const error = asNatError(cause);
      if (!error.retryable || tries === TRIES) throw error;
      const wait = error.wait === undefined ? FIRST_WAIT * 2 ** tries : error.wait * 1000;
      await new Promise((later) => setTimeout(later, wait));
    }
  }
}

const entries = new Map<string, Entry<unknown>>();

/** Keys begin with the nation: what was read of one is never shown in another. */
const keyed = (key: Key): Key => [nation.value, ...key];

function entryOf<T>(key: Key, load: () => Promise<T>): Entry<T> {
  const name = JSON.stringify(key);
  let entry = entries.get(name) as Entry<T> | undefined;
  if (!entry) {
    entry = new Entry(key, load);
    entries.set(name, entry as Entry<unknown>);
  }
  entry.load = load;
  return entry;
}

/** What was read under keys that begin so is out of date. */
async function outdate(key: Key): Promise<void> {
  const begins = [...entries.values()].filter((entry) => key.every((part, i) => entry.key[i] === part));
  await Promise.all(begins.map((entry) => entry.outdate()));
}

/** The same for what was read in the selected nation. */
export const changed = (...key: Key): Promise<void> => outdate(keyed(key));

/** The same for what is the same in every nation. */
export const changedEverywhere = (...key: Key): Promise<void> => outdate(key);

/** Forget everything: another person signs in. */
export function forget(): void {
  entries.clear();
}

export interface Read<T> {
  data: T | undefined;
  error: NatError | null;
  /** Whether it is being read for the first time. */
  loading: boolean;
  again: () => void;
}

export interface Reading {
  enabled?: boolean;
  /** Milliseconds after which it is read again, as long as it is shown. */
  every?: number | undefined;
  /** Whether it is the same in every nation. */
  everywhere?: boolean;
}

function useEntry<T>(
  key: Key,
  load: () => Promise<T>,
  { enabled = true, every, everywhere }: Reading,
): Entry<T> {
  const entry = entryOf(everywhere ? key : keyed(key), load);
  useEffect(() => {
    if (!enabled) return;
    entry.shown += 1;
    if (entry.stale) void entry.read();
    return () => {
      entry.shown -= 1;
    };
  }, [entry, enabled]);
  useEffect(() => {
    if (!enabled || !every) return;
    const timer = setInterval(() => {
      if (!document.hidden) void entry.read();
    }, every);
    return () => clearInterval(timer);
  }, [entry, enabled, every]);
  return entry;
}

export function useRead<T>(key: Key, load: () => Promise<T>, more: Reading = {}): Read<T> {
  const entry = useEntry(key, load, more);
  const { data, error, reading } = entry.state.value;
  return {
    data,
    error,
    loading: data === undefined && error === null && reading,
    again: () => void entry.read(),
  };
}

export interface Pages<T> extends Read<readonly T[]> {
  /** Reads the next page; null if there is none. */
  more: (() => void) | null;
  reading: boolean;
}

/** A list in pages, each of which names the `next`. */
export function usePages<P extends { readonly next: string | null }, T>(
  key: Key,
  load: (after: string | undefined) => Promise<P>,
  rows: (page: P) => readonly T[],
  more: Reading = {},
): Pages<T> {
  const entry = useEntry<readonly P[]>(key, async () => [await load(undefined)], more);
  const { data, error, reading } = entry.state.value;
  const after = data?.at(-1)?.next;
  return {
    data: data?.flatMap(rows),
    error,
    loading: data === undefined && error === null && reading,
    again: () => void entry.read(),
    more: after ? () => void entry.read(async () => [...(data ?? []), await load(after)]) : null,
    reading,
  };
}

export interface Doing<A extends unknown[]> {
  run: (...values: A) => Promise<boolean>;
  busy: boolean;
  error: NatError | null;
}

/** Something that a person does once at a time: a second click while it runs does nothing. Gives whether it
 * was done. */
export function useDoing<A extends unknown[]>(work: (...values: A) => Promise<unknown>): Doing<A> {
  const busy = useSignal(false);
  const error = useSignal<NatError | null>(null);
  return {
    busy: busy.value,
    error: error.value,
    run: async (...values) => {
      if (busy.peek()) return false;
      busy.value = true;
      error.value = null;
      try {
        await work(...values);
        return true;
      } catch (cause) {
        error.value = asNatError(cause);
        return false;
      } finally {
        busy.value = false;
      }
    },
  };
}
