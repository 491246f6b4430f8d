/** What is typed and not sent yet, one draft for each conversation, kept on the device. */

import { type Signal, signal } from "@preact/signals";
import type { Storage } from "../storage.ts";

interface Kept {
  readonly text: string;
  /** The turn that it was submitted as, until the platform is known to have it. */
  readonly turn?: string;
  readonly conversation?: string;
  /** What was typed since. */
  readonly typed?: string;
}

const NEW = "new";

function keyOf(nation: string, conversation: string): string {
  return `nat.draft.${nation}.${conversation}`;
}

export class Draft {
  readonly text: Signal<string> = signal("");
  /** The id that the text was first submitted with: the same text keeps it, whatever happens on the way. */
  #submitted: { readonly turn: string; readonly text: string } | undefined;
  #touched = false;
  #key: string;
  readonly #nation: string;
  readonly #conversation: string;
  readonly #storage: Storage;

  /** The draft of a conversation that exists, or of the next one that will: all who begin one share that. */
  constructor(storage: Storage, nation: string, conversation: string, isNew: boolean) {
    this.#storage = storage;
    this.#nation = nation;
    this.#conversation = conversation;
    this.#key = keyOf(nation, isNew ? NEW : conversation);
  }

  /** The conversation that a new one was going to be, if its first question is on its way. */
  static async unfinished(storage: Storage, nation: string): Promise<string | undefined> {
    return readKept(await storage.get(keyOf(nation, NEW)))?.conversation;
  }

  /** Take up what was kept; what was typed meanwhile stays. Gives what was submitted and may have arrived. */
  async load(): Promise<{ turn: string; text: string } | undefined> {
    const kept = readKept(await this.#storage.get(this.#key));
    if (!kept || this.#touched) return undefined;
    if (kept.turn === undefined) {
      this.text.value = kept.text;
      return undefined;
    }
    this.#submitted = { turn: kept.turn, text: kept.text };
    this.text.value = kept.typed ?? "";
    return this.#submitted;
  }

  /** Kept at every key, because a page may be left at any. */
  type(text: string): void {
    this.#touched = true;
    this.text.value = text;
    void this.#keep();
  }

  /** The text goes on its way as this turn. It is kept until `arrived`. */
  submit(newId: () => string): { turn: string; text: string } {
    const text = this.text.peek().trim();
    const turn = this.#submitted?.text === text ? this.#submitted.turn : newId();
    this.#submitted = { turn, text };
    this.#touched = true;
    this.text.value = "";
    void this.#keep();
    return this.#submitted;
  }

  /** The platform has it, and with it the conversation. */
  arrived(turn: string): void {
    if (this.#submitted?.turn !== turn) return;
    this.#submitted = undefined;
    const key = keyOf(this.#nation, this.#conversation);
    if (this.#key !== key) {
      void this.#storage.set(this.#key, undefined);
      this.#key = key;
    }
    void this.#keep();
  }

  /** It did not arrive: the text comes back, before what was typed since. */
  giveBack(turn: string): void {
    if (this.#submitted?.turn !== turn) return;
    const typed = this.text.peek();
    const { text } = this.#submitted;
    this.text.value = typed.trim() && typed !== text ? `${text}\n\n${typed}` : text;
    void this.#storage.set(this.#key, JSON.stringify({ text: this.text.peek() }));
  }

  /** Forget it: the conversation is gone. */
  forget(): void {
    this.#submitted = undefined;
    this.text.value = "";
    void this.#keep();
  }

  #keep(): Promise<void> {
    const typed = this.text.peek();
    const submitted = this.#submitted && { ...this.#submitted, conversation: this.#conversation, typed };
    const kept: Kept | undefined = submitted ?? (typed ? { text: typed } : undefined);
    return this.#storage.set(this.#key, kept && JSON.stringify(kept));
  }
}

function readKept(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  try {
    const kept: unknown = JSON.parse(text);
    if (typeof kept !== "object" || kept === null || !("text" in kept) || typeof kept.text !== "string")
      return undefined;
    return {
      text: kept.text,
      ...("turn" in kept && typeof kept.turn === "string" ? { turn: kept.turn } : {}),
      ...("conversation" in kept && typeof kept.conversation === "string"
        ? { conversation: kept.conversation }
        : {}),
      ...("typed" in kept && typeof kept.typed === "string" ? { typed: kept.typed } : {}),
    };
  } catch {
    return undefined;
  }
}
