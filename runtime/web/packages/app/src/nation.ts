/** The nation that the app works in. Remembered in this browser; the server remembers the primary one. */
import { signal } from "@preact/signals";
import { kept } from "./kept.ts";

export const nation = signal<string | null>(kept.get("nation"));

export function selectNation(slug: string | null): void {
  nation.value = slug;
  if (slug === null) kept.remove("nation");
  else kept.set("nation", slug);
}

/** As `nat.names.SLUG_PATTERN`. */
const SLUG = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** The slug in what a person types or pastes: the slug, the host name, or an address of the control panel.
 * Null if there is none. */
export function slugOf(text: string): string | null {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .split(/[/?#:]/, 1)[0] as string;
  const slug = host.replace(/\.nationbuilder\.com$/, "");
  return SLUG.test(slug) && slug !== "www" ? slug : null;
}
