/** An answer's Markdown as elements. Finished blocks are drawn once, however long the answer grows. */

import type { MarkedToken, Token, Tokens } from "marked";
import { useMemo, useRef } from "preact/hooks";
import { DataTable } from "../table/DataTable.tsx";
import { GrowingMarkdown } from "./blocks.ts";
import { inline } from "./Inline.tsx";
import type { LinkRule } from "./links.ts";

export function Markdown({ text, streaming, rule }: { text: string; streaming: boolean; rule: LinkRule }) {
  const growing = useRef<GrowingMarkdown | null>(null);
  growing.current ??= new GrowingMarkdown();
  const blocks = growing.current.blocks(text, streaming);
  return (
    <div class="nat-prose">
      {blocks.map((token, place) => (
        <Block key={place} token={token} rule={rule} />
      ))}
    </div>
  );
}

/** A block is drawn again only when it is another one: what is finished keeps its identity. */
function Block({ token, rule }: { token: MarkedToken | Token; rule: LinkRule }) {
  return useMemo(() => drawBlock(token as Tokens.Generic, rule), [token, rule]);
}

function drawBlock(block: Tokens.Generic, rule: LinkRule) {
  switch (block.type) {
    case "space":
    case "checkbox":
      return null;
    case "paragraph":
      return <p>{inline(block.tokens, rule)}</p>;
    case "text":
      return <>{block.tokens ? inline(block.tokens, rule) : block.text}</>;
    case "heading":
      return <Heading depth={block.depth}>{inline(block.tokens, rule)}</Heading>;
    case "list":
      return <List token={block as Tokens.List} rule={rule} />;
    case "blockquote":
      return <blockquote>{blocksOf(block.tokens, rule)}</blockquote>;
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled by keyboard
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "table":
      return <DataTable token={block as Tokens.Table} rule={rule} />;
    case "hr":
      return <hr />;
    default:
      return <p>{block.raw}</p>;
  }
}

function blocksOf(tokens: readonly Token[] | undefined, rule: LinkRule) {
  return tokens?.map((token, place) => <Block key={place} token={token} rule={rule} />);
}

/** The page has headings of its own above an answer's. */
function Heading({ depth, children }: { depth: number; children: preact.ComponentChildren }) {
  if (depth <= 1) return <h3>{children}</h3>;
  if (depth === 2) return <h4>{children}</h4>;
  return <h5>{children}</h5>;
}

function List({ token, rule }: { token: Tokens.List; rule: LinkRule }) {
  const items = token.items.map((item, place) => (
    <li key={place} class={item.task ? "nat-task" : undefined}>
      {item.task && item.tokens[0]?.type !== "paragraph" ? (item.checked ? "☑ " : "☐ ") : null}
      {blocksOf(item.tokens, rule)}
    </li>
  ));
  if (!token.ordered) return <ul>{items}</ul>;
  return <ol start={token.start === "" || token.start === 1 ? undefined : token.start}>{items}</ol>;
}
