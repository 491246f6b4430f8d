/** The five seconds between questions of a person: in all conversations and tabs of this device. */

import type { Storage } from "../storage.ts";

const PAUSE = 5_000;
/** The platform counts from when it heard the question, which is later than when it was sent. */
const LEEWAY = 150;
const KEY = "nat.asked";

export class Cooldown {
  #until = 0;
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** When the next question may go out, in milliseconds of this device's clock. */
  get until(): number {
    return this.#until;
  }

  asked(now: number): void {
    this.#until = Math.max(this.#until, now + PAUSE + LEEWAY);
    void this.#storage.set(KEY, String(this.#until));
  }

  /** The platform wants us to wait, in seconds from now. */
  refused(seconds: number, now: number): void {
    this.#until = Math.max(this.#until, now + seconds * 1_000 + LEEWAY);
  }

  /** Learn from other tabs. A clock that was moved since cannot make anybody wait longer than the pause. */
  async learn(now: number): Promise<void> {
    const kept = Number(await this.#storage.get(KEY));
    if (kept > this.#until && kept <= now + PAUSE + LEEWAY) this.#until = kept;
  }
}
