/** Which addresses a person may follow from an answer. */

export interface LinkRule {
  /** Hosts that are ours or the nation's own. */
  readonly hosts: readonly string[];
  /** Addresses that a tool returned in this turn. */
  readonly returned: ReadonlySet<string>;
}

/** The address if it may be followed, else nothing: then its text stays text. */
export function followable(address: string, rule: LinkRule): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  const isLocal = url.hostname === "localhost" || url.hostname === "127.0.0.1";
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) return undefined;
  if (url.username !== "" || url.password !== "") return undefined;
  return rule.hosts.includes(url.host) || rule.returned.has(address) ? url.href : undefined;
}
