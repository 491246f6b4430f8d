/** A person's session: what the token endpoint gave, and until when it is good. */

export interface Session {
  readonly access: string;
  readonly refresh: string;
  /** Milliseconds since 1970 by this machine's clock, which need not be right: both ends are measured by it. */
  readonly expires: number;
  readonly user: string;
}

/** What the token endpoint gives. */
export interface Granted {
  readonly access_token: string;
  readonly refresh_token?: string | undefined;
  readonly expires_in?: number | undefined;
}

/** The token endpoint said no: signing in anew is the only way on. */
export class GrantRefused extends Error {}

/** Nobody is signed in, or not any more. */
export class SignedOut extends Error {}

/** Renewed so long before the end, in milliseconds. */
const EARLY = 60_000;

/** The session that begins with a grant; `refresh` is the token that stays good where none comes with it. */
export function sessionOf(granted: Granted, refresh: string, now: number): Session {
  return {
    access: granted.access_token,
    refresh: granted.refresh_token ?? refresh,
    expires: now + (granted.expires_in ?? 3_600) * 1_000,
    user: personOf(granted.access_token),
  };
}

/** Whether its access token is good for a while. */
export function isFresh(session: Session, now: number): boolean {
  return now < session.expires - EARLY;
}

/** Whose token it is. It is read and not believed: the platform verifies it. */
function personOf(access: string): string {
  const payload = (access.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  const claims: unknown = JSON.parse(atob(payload));
  return (claims as { sub: string }).sub;
}
