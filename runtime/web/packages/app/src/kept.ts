/** What is remembered in this browser. Storage may be full or forbidden: then the tab remembers it, or the page as
 * long as it is open, and `kept.lasting` says so. */
import { find, places, put } from "@nat/chat";

const PREFIX = "nat.";

export class Kept {
  readonly #places: ReturnType<typeof places>;
  readonly #memory = new Map<string, string>();
  /** Whether what is kept survives a reload. */
  readonly lasting: boolean;

  constructor(into: ReturnType<typeof places>) {
    this.#places = into;
    this.lasting = put(into, `${PREFIX}probe`, "1");
    put(into, `${PREFIX}probe`, undefined);
  }

  get(name: string): string | null {
    return this.#memory.get(name) ?? find(this.#places, PREFIX + name) ?? null;
  }

  set(name: string, value: string): void {
    if (put(this.#places, PREFIX + name, value)) this.#memory.delete(name);
    else this.#memory.set(name, value);
  }

  remove(name: string): void {
    this.#memory.delete(name);
    put(this.#places, PREFIX + name, undefined);
  }

  /** Calls back when another tab changes one. Gives what ends it. */
  watch(name: string, changed: (value: string | null) => void): () => void {
    const told = (event: StorageEvent) => {
      if (event.key === PREFIX + name || event.key === null) changed(this.get(name));
    };
    addEventListener("storage", told);
    return () => removeEventListener("storage", told);
  }
}

export const kept = new Kept(places());
