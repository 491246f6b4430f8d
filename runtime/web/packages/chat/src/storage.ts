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

/** The browser's storage of this origin, and memory where the browser refuses. */
export class BrowserStorage implements Storage {
  readonly #memory = new MemoryStorage();

  async get(key: string): Promise<string | undefined> {
    try {
      return localStorage.getItem(key) ?? (await this.#memory.get(key));
    } catch {
      return this.#memory.get(key);
    }
  }

  async set(key: string, value: string | undefined): Promise<void> {
    await this.#memory.set(key, value);
    try {
      if (value === undefined) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // Kept in memory.
    }
  }
}
