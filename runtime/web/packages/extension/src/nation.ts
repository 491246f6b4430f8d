/** What an address of the control panel says: whose nation it is, and what is open. */

import type { OpenPage } from "@nat/chat";

const DOMAIN = ".nationbuilder.com";
/** Names below nationbuilder.com that are NationBuilder's own. */
const RESERVED: ReadonlySet<string> = new Set([
  "www",
  "api",
  "app",
  "assets",
  "help",
  "support",
  "status",
  "nbuild",
]);
const SLUG = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** The slug in `https://{slug}.nationbuilder.com/…`, else nothing. */
export function extractNationSlugFromUrl(address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  if (url.protocol !== "https:" || !url.hostname.endsWith(DOMAIN)) return undefined;
  const slug = url.hostname.slice(0, -DOMAIN.length);
  return SLUG.test(slug) && !RESERVED.has(slug) ? slug : undefined;
}

/** Records by the paths of the control panel; the first that fits counts. */
const PATHS: readonly (readonly [RegExp, OpenPage["kind"]])[] = [
  [/^\/admin\/signups\/(\d+)/, "person"],
  [/^\/admin\/(?:custom_)?lists\/(\d+)/, "list"],
  [/^\/admin\/(?:financial_transactions|donations)\/(\d+)/, "donation"],
  [/^\/admin\/(?:sites\/\d+\/)?(?:calendars\/\d+\/)?events\/(\d+)/, "event"],
  [/^\/admin\/sites\/\d+\/pages\/(\d+)\/(?:event|calendar)/, "event"],
  [/^\/admin\/(?:sites\/\d+\/)?pages\/(\d+)/, "page"],
];

const LONGEST = 2_048;

/**
 * The open page, without what stands behind the path; nothing outside of the control panel. `title` is the
 * document's, from which its name is taken.
 */
export function pageOf(address: string, title: string): OpenPage | undefined {
  const url = new URL(address);
  if (!/^\/admin(?:\/|$)/.test(url.pathname)) return undefined;
  const place = `${url.origin}${url.pathname}`.slice(0, LONGEST);
  for (const [path, kind] of PATHS) {
    const id = path.exec(url.pathname)?.[1];
    if (id) return { url: place, kind, record_id: id, ...nameIn(title) };
  }
  return undefined;
}

function nameIn(title: string): { name?: string } {
  const name = title.split(/\s[|·–-]\s/)[0]?.trim() ?? "";
  return name && name.length <= 60 && !/nationbuilder/i.test(name) ? { name } : {};
}
