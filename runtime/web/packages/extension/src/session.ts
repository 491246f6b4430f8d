/**
 * Who is signed in: authorization code with PKCE in a window of the browser's, tokens that only the worker can
 * read, and one refresh at a time, because a refresh token may be used once.
 */

import { GrantRefused, isFresh, type Session, SignedOut, sessionOf } from "@nat/chat/session";
import { begin, granted, loginPage, renewed } from "@nat/chat/sign-in";
import type { Settings } from "./settings.ts";

const KEY = "session";

export class Sessions {
  readonly #settings: () => Promise<Settings>;
  readonly #changed: () => void;
  #refreshing: Promise<Session> | undefined;
  /** Whose the last token was. */
  holder: string | undefined;

  /** `changed` is called when somebody signs in, or is signed out. */
  constructor(settings: () => Promise<Settings>, changed: () => void) {
    this.#settings = settings;
    this.#changed = changed;
  }

  async userId(): Promise<string | undefined> {
    return (await kept())?.user;
  }

  /** A token that is good for a while; `renew`: the platform did not take the last one. Throws `SignedOut`. */
  async token(renew: boolean): Promise<string> {
    const session = await kept();
    this.holder = session?.user;
    if (!session) throw new SignedOut();
    if (!renew && isFresh(session, Date.now())) return session.access;
    this.#refreshing ??= this.#refresh(session).finally(() => {
      this.#refreshing = undefined;
    });
    return (await this.#refreshing).access;
  }

  /** Let the person sign in. Throws when they do not, or when the platform refuses. */
  async signIn(): Promise<void> {
    const { login } = await this.#settings();
    const begun = begin();
    const answer = await chrome.identity.launchWebAuthFlow({
      url: await loginPage(login, begun),
      interactive: true,
    });
    if (!answer) throw new SignedOut();
    await keep(sessionOf(await granted(login, new URL(answer), begun), "", Date.now()));
    this.#changed();
  }

  async signOut(): Promise<void> {
    await keep(undefined);
    this.#changed();
  }

  async #refresh(session: Session): Promise<Session> {
    return navigator.locks.request("nat.session", async () => {
      const now = await kept();
      if (!now) throw new SignedOut();
      // Somebody else was first.
      if (now.access !== session.access) return now;
      const { login } = await this.#settings();
      try {
        const next = sessionOf(await renewed(login, now.refresh), now.refresh, Date.now());
        await keep(next);
        return next;
      } catch (error) {
        // Only the platform's clear no ends a session; whatever else went wrong may pass.
        if (!(error instanceof GrantRefused)) throw error;
        await this.signOut();
        throw new SignedOut();
      }
    });
  }
}

async function kept(): Promise<Session | undefined> {
  const found = await chrome.storage.local.get<{ [KEY]?: Session }>(KEY);
  return found[KEY];
}

async function keep(session: Session | undefined): Promise<void> {
  if (session) await chrome.storage.local.set({ [KEY]: session });
  else await chrome.storage.local.remove(KEY);
}
