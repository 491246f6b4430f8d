/** The protocol of the sign-in: authorization code with PKCE at Cognito's hosted pages. Loaded when somebody
 * signs in or the session is renewed, not before. */
import * as oauth from "oauth4webapi";
import { config } from "../brand.ts";
import { type Granted, GrantRefused } from "./session.ts";

const SCOPES = "openid email profile nat/use";

/** What is remembered in the tab while the person is on the login page. */
export interface Begun {
  state: string;
  verifier: string;
  back: string;
}

const callback = () => `${location.origin}/callback`;

function server(): oauth.AuthorizationServer {
  const { issuer, loginUrl } = config();
  return {
    issuer,
    authorization_endpoint: `${loginUrl}/oauth2/authorize`,
    token_endpoint: `${loginUrl}/oauth2/token`,
    revocation_endpoint: `${loginUrl}/oauth2/revoke`,
  };
}

/** Nothing is decided by the identity token's times, and a machine whose clock is wrong may sign in too. */
function client(): oauth.Client {
  return { client_id: config().clientId, [oauth.clockTolerance]: 366 * 86_400 };
}

/** Plain HTTP only where the login itself is: on one machine. */
function options(): oauth.TokenEndpointRequestOptions {
  return { [oauth.allowInsecureRequests]: config().loginUrl.startsWith("http://") };
}

export const begin = (back: string): Begun => ({
  state: oauth.generateRandomState(),
  verifier: oauth.generateRandomCodeVerifier(),
  back,
});

/** The address of the login page, or of the one that makes an account. */
export async function loginPage(begun: Begun, signUp: boolean): Promise<string> {
  const query = new URLSearchParams({
    client_id: config().clientId,
    response_type: "code",
    redirect_uri: callback(),
    scope: SCOPES,
    state: begun.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: "S256",
  });
  return `${config().loginUrl}/${signUp ? "signup" : "oauth2/authorize"}?${query}`;
}

/** Why what the login page sent is no sign-in. */
export class Refused extends Error {
  readonly reason: "denied" | "stale" | "refused";

  constructor(reason: Refused["reason"]) {
    super(reason);
    this.reason = reason;
  }
}

/** Tokens for what the login page sent. Raises `Refused`, and whatever the network does. */
export async function granted(arrived: URL, begun: Begun): Promise<Granted> {
  let parameters: URLSearchParams;
  try {
    parameters = oauth.validateAuthResponse(server(), client(), arrived, begun.state);
  } catch (error) {
    throw new Refused(error instanceof oauth.AuthorizationResponseError ? "denied" : "stale");
  }
  const answer = await oauth.authorizationCodeGrantRequest(
    server(),
    client(),
    oauth.None(),
    parameters,
    callback(),
    begun.verifier,
    options(),
  );
  try {
    return await oauth.processAuthorizationCodeResponse(server(), client(), answer);
  } catch {
    throw new Refused("refused");
  }
}

/** Renew once. Raises `GrantRefused` where only a new sign-in helps. */
export async function renewed(refresh: string): Promise<Granted> {
  const answer = await oauth.refreshTokenGrantRequest(server(), client(), oauth.None(), refresh, options());
  if (answer.status >= 500 || answer.status === 429) throw new Error(`token endpoint: ${answer.status}`);
  try {
    return await oauth.processRefreshTokenResponse(server(), client(), answer);
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) throw new GrantRefused(error.error);
    throw error;
  }
}

/** As well as can be: the person leaves in any case. */
export async function revoke(refresh: string): Promise<void> {
  await oauth.revocationRequest(server(), client(), oauth.None(), refresh, options()).catch(() => undefined);
}
