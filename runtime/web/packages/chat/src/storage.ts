/** What a client keeps on the device. It may be full or forbidden: then things are kept while the page lives. */
export interface Storage {
  get(key: string): Promise<string | undefined>;
  /** Never throws: what cannot be kept is lost with the page. */
  set(key: string, value: string | undefined): Promise<void>;
}

/** Keeps things while the page lives. */
export class MemoryStorage implements Storage {
  readonly #values = new Map<string, string>();

  async get(key: string): Promise<string | undefined> {
    return this.#values.get(key);
  }

  async set(key: string, value: string | undefined): Promise<void> {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
  }
}

type Place = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">;

/** Where a page may keep things over a reload: with all tabs of this origin, else in its own tab. */
export function places(): Place[] {
  const found: Place[] = [];
  for (const name of ["localStorage", "sessionStorage"] as const) {
    try {
      if (globalThis[name]) found.push(globalThis[name]);
    } catch {
      // The browser forbids it.
    }
  }
  return found;
}

/**
 * Put a value into the first of these places that takes it, and nothing older into the others: what a full one
 * still has would be read after a reload. Gives whether one took it.
 */
export function put(into: readonly Place[], key: string, value: string | undefined): boolean {
  let left = value;
  for (const place of into) {
    if (left !== undefined && attempted(() => place.setItem(key, left as string))) left = undefined;
    else attempted(() => place.removeItem(key));
  }
  return left === undefined;
}

/** Whether a place that may be full or forbidden let it be done. */
function attempted(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

/** The value in the first of these places that has one. */
export function find(within: readonly Place[], key: string): string | undefined {
  for (const place of within) {
    try {
      const found = place.getItem(key);
      if (found !== null) return found;
    } catch {
      // Forbidden.
    }
  }
  return undefined;
}

/** The browser's storage of this origin, that of the tab for what finds no place there, and memory after that. */
export class BrowserStorage implements Storage {
  readonly #memory = new MemoryStorage();

  async get(key: string): Promise<string | undefined> {
    return (await this.#memory.get(key)) ?? find(places(), key);
  }

  async set(key: string, value: string | undefined): Promise<void> {
    await this.#memory.set(key, put(places(), key, value) ? undefined : value);
  }
}
