/** What is remembered in this browser. Storage may be full or forbidden: then the page remembers as long as it
 * is open, and `kept.lasting` says so. */
const PREFIX = "nat.";

function usable(): Storage | null {
  try {
    const probe = `${PREFIX}probe`;
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return null;
  }
}

export class Kept {
  readonly #storage: Storage | null;
  readonly #memory = new Map<string, string>();

  constructor(storage: Storage | null) {
    this.#storage = storage;
  }

  /** Whether what is kept survives a reload. */
  get lasting(): boolean {
    return this.#storage !== null;
  }

  get(name: string): string | null {
    return this.#memory.get(name) ?? this.#storage?.getItem(PREFIX + name) ?? null;
  }

  set(name: string, value: string): void {
    try {
      if (!this.#storage) throw new Error("no storage");
      this.#storage.setItem(PREFIX + name, value);
      this.#memory.delete(name);
    } catch {
      this.#memory.set(name, value);
    }
  }

  remove(name: string): void {
    this.#memory.delete(name);
    this.#storage?.removeItem(PREFIX + name);
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

export const kept = new Kept(typeof localStorage === "undefined" ? null : usable());
