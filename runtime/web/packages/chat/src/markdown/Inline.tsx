/** Text within a block: marks, code and links. What is not on the list stays the text it is. */

import type { Token, Tokens } from "marked";
import type { ComponentChildren } from "preact";
import { followable, type LinkRule } from "./links.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": " ",
};

/** Text with the few entities that models write, and their line breaks. */
export function plainText(text: string): ComponentChildren {
  const decoded = text.replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity);
  const lines = decoded.split(/<br\s*\/?>/i);
  return lines.length === 1
    ? decoded
    : lines.flatMap((line, place) => (place === 0 ? [line] : [<br key={place} />, line]));
}

export function inline(tokens: readonly Token[] | undefined, rule: LinkRule): ComponentChildren {
  return tokens?.map((token, place) => <Inline key={place} token={token as Tokens.Generic} rule={rule} />);
}

function Inline({ token, rule }: { token: Tokens.Generic; rule: LinkRule }) {
  switch (token.type) {
    case "strong":
      return <strong>{inline(token.tokens, rule)}</strong>;
    case "em":
      return <em>{inline(token.tokens, rule)}</em>;
    case "del":
      return <del>{inline(token.tokens, rule)}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link token={token} rule={rule} />;
    case "image":
      return <>{token.text}</>;
    case "checkbox":
      return <>{token.checked ? "☑ " : "☐ "}</>;
    case "text":
      return <>{token.tokens ? inline(token.tokens, rule) : plainText(token.text)}</>;
    case "escape":
      return <>{token.text}</>;
    default:
      return <>{token.raw}</>;
  }
}

/** A link where it may be followed, else its text, and where it would have led if that is something else. */
function Link({ token, rule }: { token: Tokens.Generic; rule: LinkRule }) {
  const label = inline(token.tokens, rule);
  const href = followable(token.href, rule);
  if (href) {
    return (
      <a href={href} target="_blank" rel="noopener noreferrer">
        {label}
      </a>
    );
  }
  const shown = token.href.replace(/^mailto:/, "");
  return (
    <>
      {label}
      {token.text === shown || token.autolink ? null : ` (${shown})`}
    </>
  );
}
