/** The brand and its addresses, from `/config.json` of its web app. */

import type { Login } from "@nat/chat/sign-in";
import type { Brand } from "./protocol.ts";

export interface Settings {
  readonly brand: Brand;
  /** Base address of the HTTP API. */
  readonly api: string;
  readonly socket: string;
  readonly stream: string;
  readonly login: Login;
}

/** What `/config.json` says of what the extension needs. */
interface Published {
  readonly brand: Brand;
  readonly issuer: string;
  readonly loginUrl: string;
  readonly extensionClientId: string | null;
  readonly socketPath: string;
  /** Where the APIs are, if they are not where the app is. */
  readonly endpoints?: { readonly api?: string; readonly socket?: string; readonly stream?: string };
}

const FRESH = 10 * 60_000;
const KEY = "config";

interface Kept {
  readonly at: number;
  readonly published: Published;
}

/** The settings, not older than ten minutes; older ones where the app does not answer. Throws without any. */
export async function readSettings(): Promise<Settings> {
  const { [KEY]: kept } = await chrome.storage.local.get<{ [KEY]?: Kept }>(KEY);
  if (kept && Math.abs(Date.now() - kept.at) < FRESH) return settingsOf(kept.published);
  try {
    const answer = await fetch(`${__APP__}/config.json`, { cache: "no-cache" });
    if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
    const published = (await answer.json()) as Published;
    const settings = settingsOf(published);
    await chrome.storage.local.set({ [KEY]: { at: Date.now(), published } satisfies Kept });
    return settings;
  } catch (error) {
    if (!kept) throw error;
    return settingsOf(kept.published);
  }
}

function settingsOf(published: Published): Settings {
  const { issuer, loginUrl, extensionClientId, endpoints } = published;
  if (!extensionClientId) throw new Error("This brand has no extension.");
  return {
    brand: published.brand,
    api: endpoints?.api ?? __APP__,
    socket: endpoints?.socket ?? `${__APP__.replace(/^http/, "ws")}${published.socketPath}`,
    stream: endpoints?.stream ?? `${__APP__}/v1/stream`,
    login: { issuer, url: loginUrl, clientId: extensionClientId, callback: chrome.identity.getRedirectURL() },
  };
}
