/** The protocol of the sign-in: authorization code with PKCE at Cognito's hosted pages. */

import * as oauth from "oauth4webapi";
import { type Granted, GrantRefused } from "./session.ts";

const SCOPES = "openid email profile nat/use";

/** Where people sign in, as which client, and where they come back. */
export interface Login {
  readonly issuer: string;
  readonly url: string;
  readonly clientId: string;
  readonly callback: string;
}

/** What is remembered while the person is on the login page. */
export interface Begun {
  readonly state: string;
  readonly verifier: string;
}

export const begin = (): Begun => ({
  state: oauth.generateRandomState(),
  verifier: oauth.generateRandomCodeVerifier(),
});

/** The address of the login page, or of the one that makes an account. */
export async function loginPage(
  login: Login,
  begun: Begun,
  path: "oauth2/authorize" | "signup" = "oauth2/authorize",
): Promise<string> {
  const query = new URLSearchParams({
    client_id: login.clientId,
    response_type: "code",
    redirect_uri: login.callback,
    scope: SCOPES,
    state: begun.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: "S256",
  });
  return `${login.url}/${path}?${query}`;
}

/** Why what the login page sent is no sign-in. */
export class Refused extends Error {
  readonly reason: "denied" | "stale" | "refused";

  constructor(reason: Refused["reason"]) {
    super(reason);
    this.reason = reason;
  }
}

/** Tokens for what the login page sent. Throws `Refused`, and whatever the network does. */
export async function granted(login: Login, arrived: URL, begun: Begun): Promise<Granted> {
  let parameters: URLSearchParams;
  try {
    parameters = oauth.validateAuthResponse(server(login), client(login), arrived, begun.state);
  } catch (error) {
    throw new Refused(error instanceof oauth.AuthorizationResponseError ? "denied" : "stale");
  }
  const answer = await oauth.authorizationCodeGrantRequest(
    server(login),
    client(login),
    oauth.None(),
    parameters,
    login.callback,
    begun.verifier,
    options(login),
  );
  try {
    return await oauth.processAuthorizationCodeResponse(server(login), client(login), answer);
  } catch {
    throw new Refused("refused");
  }
}

/** Renew once. Throws `GrantRefused` where only a new sign-in helps. */
export async function renewed(login: Login, refresh: string): Promise<Granted> {
  const answer = await oauth.refreshTokenGrantRequest(
    server(login),
    client(login),
    oauth.None(),
    refresh,
    options(login),
  );
  if (answer.status >= 500 || answer.status === 429) throw new Error(`token endpoint: ${answer.status}`);
  try {
    return await oauth.processRefreshTokenResponse(server(login), client(login), answer);
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) throw new GrantRefused(error.error);
    throw error;
  }
}

/** As well as can be: the person leaves in any case. */
export async function revoke(login: Login, refresh: string): Promise<void> {
  await oauth
    .revocationRequest(server(login), client(login), oauth.None(), refresh, options(login))
    .catch(() => undefined);
}

function server({ issuer, url }: Login): oauth.AuthorizationServer {
  return {
    issuer,
    authorization_endpoint: `${url}/oauth2/authorize`,
    token_endpoint: `${url}/oauth2/token`,
    revocation_endpoint: `${url}/oauth2/revoke`,
  };
}

/** Nothing is decided by the identity token's times, and a machine whose clock is wrong may sign in too. */
function client({ clientId }: Login): oauth.Client {
  return { client_id: clientId, [oauth.clockTolerance]: 366 * 86_400 };
}

/** Plain HTTP only where the login itself is: on one machine. */
function options({ url }: Login): oauth.TokenEndpointRequestOptions {
  return { [oauth.allowInsecureRequests]: url.startsWith("http://") };
}
