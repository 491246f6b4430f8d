/**
 * Who is signed in: authorization code with PKCE in a window of the browser's, tokens that only the worker can
 * read, and one refresh at a time, because a refresh token may be used once.
 */

import * as oauth from "oauth4webapi";
import type { Settings } from "./settings.ts";

const SCOPE = "openid email profile nat/use";
const KEY = "session";
/** A token is renewed so long before its end, in milliseconds. */
const EARLY = 60_000;

interface Kept {
  readonly access: string;
  readonly refresh: string;
  readonly expiresAt: number;
  readonly userId: string;
}

/** Nobody is signed in, or not any more. */
export class SignedOut extends Error {}

export class Sessions {
  readonly #settings: () => Promise<Settings>;
  readonly #changed: () => void;
  #refreshing: Promise<Kept> | undefined;
  /** Whose the last token was. */
  holder: string | undefined;

  /** `changed` is called when somebody signs in, or is signed out. */
  constructor(settings: () => Promise<Settings>, changed: () => void) {
    this.#settings = settings;
    this.#changed = changed;
  }

  async userId(): Promise<string | undefined> {
    return (await kept())?.userId;
  }

  /** A token that is good for a while; `renew`: the platform did not take the last one. Throws `SignedOut`. */
  async token(renew: boolean): Promise<string> {
    const session = await kept();
    this.holder = session?.userId;
    if (!session) throw new SignedOut();
    if (!renew && session.expiresAt - EARLY > Date.now()) return session.access;
    this.#refreshing ??= this.#refresh(session).finally(() => {
      this.#refreshing = undefined;
    });
    return (await this.#refreshing).access;
  }

  /** Let the person sign in. Throws when they do not, or when the platform refuses. */
  async signIn(): Promise<void> {
    const settings = await this.#settings();
    const { server, client } = settings.signIn;
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const back = chrome.identity.getRedirectURL();
    const address = new URL(server.authorization_endpoint as string);
    address.search = new URLSearchParams({
      response_type: "code",
      client_id: client.client_id,
      redirect_uri: back,
      scope: SCOPE,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    }).toString();
    const answer = await chrome.identity.launchWebAuthFlow({ url: address.href, interactive: true });
    if (!answer) throw new SignedOut();
    const code = oauth.validateAuthResponse(server, client, new URL(answer), state);
    const granted = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        code,
        back,
        verifier,
        settings.insecure,
      ),
    );
    await keep(sessionOf(granted, granted.refresh_token ?? ""));
    this.#changed();
  }

  async signOut(): Promise<void> {
    await keep(undefined);
    this.#changed();
  }

  async #refresh(session: Kept): Promise<Kept> {
    return navigator.locks.request("nat.session", async () => {
      const now = await kept();
      if (!now) throw new SignedOut();
      // Somebody else was first.
      if (now.access !== session.access) return now;
      const settings = await this.#settings();
      const { server, client } = settings.signIn;
      const answer = await oauth.refreshTokenGrantRequest(
        server,
        client,
        oauth.None(),
        now.refresh,
        settings.insecure,
      );
      try {
        const granted = await oauth.processRefreshTokenResponse(server, client, answer);
        const next = sessionOf(granted, granted.refresh_token ?? now.refresh);
        await keep(next);
        return next;
      } catch (error) {
        // Only the platform's clear no ends a session; whatever else went wrong may pass.
        if (error instanceof oauth.ResponseBodyError && error.error === "invalid_grant") {
          await this.signOut();
          throw new SignedOut();
        }
        throw error;
      }
    });
  }
}

function sessionOf(granted: oauth.TokenEndpointResponse, refresh: string): Kept {
  return {
    access: granted.access_token,
    refresh,
    expiresAt: Date.now() + (granted.expires_in ?? 3_600) * 1_000,
    userId: subjectOf(granted.access_token),
  };
}

/** Whose token it is. It is read and not believed: the platform verifies it. */
function subjectOf(token: string): string {
  const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  const claims: unknown = JSON.parse(atob(payload));
  return (claims as { sub: string }).sub;
}

async function kept(): Promise<Kept | undefined> {
  const found = await chrome.storage.local.get<{ [KEY]?: Kept }>(KEY);
  return found[KEY];
}

async function keep(session: Kept | undefined): Promise<void> {
  if (session) await chrome.storage.local.set({ [KEY]: session });
  else await chrome.storage.local.remove(KEY);
}
