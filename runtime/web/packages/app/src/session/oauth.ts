/** The protocol of the sign-in with this app's addresses. Loaded when somebody signs in or the session is renewed,
 * not before. */
import type { Granted } from "@nat/chat/session";
import * as protocol from "@nat/chat/sign-in";
import { config } from "../brand.ts";

export { Refused } from "@nat/chat/sign-in";

/** What is remembered in the tab while the person is on the login page. */
export interface Begun extends protocol.Begun {
  readonly back: string;
}

function login(): protocol.Login {
  const { issuer, loginUrl, clientId } = config();
  return { issuer, url: loginUrl, clientId, callback: `${location.origin}/callback` };
}

export const begin = (back: string): Begun => ({ ...protocol.begin(), back });

/** The address of the login page, or of the one that makes an account. */
export const loginPage = (begun: Begun, signUp: boolean): Promise<string> =>
  protocol.loginPage(login(), begun, signUp ? "signup" : "oauth2/authorize");

/** Tokens for what the login page sent. Raises `Refused`, and whatever the network does. */
export const granted = (arrived: URL, begun: Begun): Promise<Granted> =>
  protocol.granted(login(), arrived, begun);

/** Renew once. Raises `GrantRefused` where only a new sign-in helps. */
export const renewed = (refresh: string): Promise<Granted> => protocol.renewed(login(), refresh);

export const revoke = (refresh: string): Promise<void> => protocol.revoke(login(), refresh);
