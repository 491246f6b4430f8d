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

/** The browser's storage of this origin, and memory for what the browser refuses to keep. */
export class BrowserStorage implements Storage {
  readonly #memory = new MemoryStorage();

  async get(key: string): Promise<string | undefined> {
    const remembered = await this.#memory.get(key);
    if (remembered !== undefined) return remembered;
    try {
      return localStorage.getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  }

  async set(key: string, value: string | undefined): Promise<void> {
    let refused = false;
    try {
      if (value === undefined) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      refused = true;
    }
    // What stands in a storage that has become full is older than what is remembered.
    await this.#memory.set(key, refused ? value : undefined);
  }
}
