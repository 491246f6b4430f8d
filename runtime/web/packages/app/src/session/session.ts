/** The person's session: tokens that survive a reload, renewed by one tab at a time.
 *
 * A refresh token is good for one use, so tabs that renew at once would sign each other out. One has the lock;
 * the others find what it stored. Nobody is signed out for a network error or a race that another tab won. */
import { signal } from "@preact/signals";
import { type Kept, kept } from "../kept.ts";

export interface Session {
  access: string;
  refresh: string;
  /** Milliseconds since 1970 by this machine's clock, which need not be right: both ends are measured by it. */
  expires: number;
  user: string;
}

/** What the token endpoint gives. */
export interface Granted {
  access_token: string;
  refresh_token?: string | undefined;
  expires_in?: number | undefined;
}

/** The token endpoint said no: signing in anew is the only way on. */
export class GrantRefused extends Error {}

export class SignedOut extends Error {}

type Locked = <T>(work: () => Promise<T>) => Promise<T>;
type Renew = (refresh: string) => Promise<Granted>;

const NAME = "session";
/** Renewed so long before the end, in milliseconds. */
const EARLY = 60_000;

export function personOf(access: string): string {
  const payload = (access.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  const claims: unknown = JSON.parse(atob(payload));
  return (claims as { sub: string }).sub;
}

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
    const session: Session = {
      access: granted.access_token,
      refresh: granted.refresh_token ?? refresh,
      expires: this.#now() + (granted.expires_in ?? 3600) * 1000,
      user: personOf(granted.access_token),
    };
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
    if (session.access !== refused && this.#now() < session.expires - EARLY) return session.access;
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
