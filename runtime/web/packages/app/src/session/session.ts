/** The person's session: tokens that survive a reload, renewed by one tab at a time.
 *
 * A refresh token is good for one use, so tabs that renew at once would sign each other out. One has the lock;
 * the others find what it stored. Nobody is signed out for a network error or a race that another tab won. */
import { type Granted, GrantRefused, isFresh, type Session, SignedOut, sessionOf } from "@nat/chat/session";
import { signal } from "@preact/signals";
import { type Kept, kept } from "../kept.ts";

type Locked = <T>(work: () => Promise<T>) => Promise<T>;
type Renew = (refresh: string) => Promise<Granted>;

const NAME = "session";
export class Sessions {
  readonly current = signal<Session | null>(null);
  readonly #kept: Kept;
  readonly #locked: Locked;
  readonly #renew: Renew;
  readonly #now: () => number;
  #under_way: Promise<string> | null = null;

  constructor(kept: Kept, locked: Locked, renew: Renew, now: () => number = Date.now) {
    this.#kept = kept;
    this.#locked = locked;
    this.#renew = renew;
    this.#now = now;
    this.current.value = this.#stored();
    kept.watch(NAME, () => {
      this.current.value = this.#stored();
    });
  }

  begin(granted: Granted, refresh = ""): Session {
    const session = sessionOf(granted, refresh, this.#now());
    this.#kept.set(NAME, JSON.stringify(session));
    this.current.value = session;
    return session;
  }

  end(): void {
    this.#kept.remove(NAME);
    this.current.value = null;
  }

  /** An access token that is good for a while. `refused` is one that the API did not take.
   *
   * Raises `SignedOut`, or whatever the network does. */
  async access(refused?: string): Promise<string> {
    const session = this.current.value;
    if (!session) throw new SignedOut();
    if (session.access !== refused && isFresh(session, this.#now())) return session.access;
    this.#under_way ??= this.#renewed(session.access).finally(() => {
      this.#under_way = null;
    });
    return this.#under_way;
  }

  #renewed(stale: string): Promise<string> {
    return this.#locked(async () => {
      const before = this.#stored() ?? this.current.value;
      if (!before) throw new SignedOut();
      if (before.access !== stale && this.#now() < before.expires) return this.#adopt(before);
      try {
        return this.begin(await this.#renew(before.refresh), before.refresh).access;
      } catch (error) {
        if (!(error instanceof GrantRefused)) throw error;
        // Where there are no locks, another tab may have used the token first.
        const after = this.#stored();
        if (after && after.refresh !== before.refresh) return this.#adopt(after);
        this.end();
        throw new SignedOut();
      }
    });
  }

  #adopt(session: Session): string {
    this.current.value = session;
    return session.access;
  }

  #stored(): Session | null {
    try {
      return JSON.parse(this.#kept.get(NAME) ?? "null") as Session | null;
    } catch {
      return null;
    }
  }
}

/** One tab at a time, where the browser has locks. */
export const locked: Locked = (work) =>
  navigator.locks ? navigator.locks.request("nat.session", work) : work();

export function sessionsOfThisBrowser(renew: Renew): Sessions {
  return new Sessions(kept, locked, renew);
}
