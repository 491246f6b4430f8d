/** Signing in and out on Cognito's hosted pages, and the way back to where the person was. */
import { config } from "../brand.ts";
import { leaveFor } from "../navigate.ts";
import type { Begun } from "./oauth.ts";
import { sessionsOfThisBrowser } from "./session.ts";

const BEGUN = "nat.sign-in";

const protocol = () => import("./oauth.ts");

export class SignInFailed extends Error {
  readonly reason: "denied" | "stale" | "storage" | "refused";

  constructor(reason: SignInFailed["reason"]) {
    super(reason);
    this.reason = reason;
  }
}

export const sessions = sessionsOfThisBrowser(async (refresh) => (await protocol()).renewed(refresh));

/** Leave for the login page, or the page that makes an account. `back` is where the person goes on. */
export async function signIn(back: string, { signUp = false } = {}): Promise<void> {
  const { begin, loginPage } = await protocol();
  const begun = begin(back);
  try {
    sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  } catch {
    throw new SignInFailed("storage");
  }
  leaveFor(await loginPage(begun, signUp));
}

/** Complete the sign-in with what the login page sent; gives where the person goes on. Raises
 * `SignInFailed`. */
export async function completeSignIn(arrived: URL): Promise<string> {
  const begun = remembered();
  if (!begun) throw new SignInFailed("stale");
  const { granted, Refused } = await protocol();
  try {
    sessions.begin(await granted(arrived, begun));
  } catch (error) {
    throw error instanceof Refused ? new SignInFailed(error.reason) : error;
  }
  sessionStorage.removeItem(BEGUN);
  return begun.back;
}

function remembered(): Begun | null {
  try {
    return JSON.parse(sessionStorage.getItem(BEGUN) ?? "null") as Begun | null;
  } catch {
    return null;
  }
}

/** End the session here and at the login, and come back to the first page. */
export async function signOut(): Promise<void> {
  const refresh = sessions.current.value?.refresh;
  sessions.end();
  if (refresh)
    await protocol().then(
      ({ revoke }) => revoke(refresh),
      () => undefined,
    );
  const query = new URLSearchParams({ client_id: config().clientId, logout_uri: `${location.origin}/` });
  leaveFor(`${config().loginUrl}/logout?${query}`);
}
