/**
 * Markdown that grows: only its tail is read again.
 *
 * Blocks that are finished keep their identity, so nothing of them is rendered twice. The last two stay open: a
 * line can still turn the one before it into something else. While an answer is streamed, marks that are opened
 * and not closed yet are closed for the eye, so that no asterisks flash by.
 */

import { Lexer, type MarkedToken, type Token, Tokenizer } from "marked";

/** Blocks at the end that later text may still change. */
const OPEN = 2;

/** No HTML, and no definitions that would change text far above them: both stay text. */
class PlainTokenizer extends Tokenizer {
  override html(): undefined {
    return undefined;
  }

  override tag(): undefined {
    return undefined;
  }

  override def(): undefined {
    return undefined;
  }

  override reflink(): undefined {
    return undefined;
  }
}

/** The tokens of a whole text. */
export function read(source: string): MarkedToken[] {
  return new Lexer({ gfm: true, tokenizer: new PlainTokenizer() }).lex(source) as MarkedToken[];
}

export class GrowingMarkdown {
  #source = "";
  /** Blocks that are finished, and how long their text is. */
  #frozen: MarkedToken[] = [];
  #frozenLength = 0;

  /** The blocks of the text; of the same finished block always the same object. */
  blocks(source: string, streaming: boolean): readonly MarkedToken[] {
    if (!source.startsWith(this.#source.slice(0, this.#frozenLength))) {
      this.#frozen = [];
      this.#frozenLength = 0;
    }
    this.#source = source;
    const tail = source.slice(this.#frozenLength);
    const open = read(tail);
    const last = open.at(-1);
    if (last && last.type !== "space") {
      // Tokens that were put together from elsewhere do not add up to the text: then nothing is frozen.
      while (open.length > OPEN && source.startsWith(open[0]?.raw ?? "", this.#frozenLength)) {
        const done = open.shift() as MarkedToken;
        this.#frozen.push(done);
        this.#frozenLength += done.raw.length;
      }
    }
    if (streaming && last) {
      const mended = mend(last);
      if (mended !== last.raw) open.splice(-1, 1, ...read(mended));
    }
    return [...this.#frozen, ...open];
  }
}

const MENDED: ReadonlySet<string> = new Set(["paragraph", "text", "list", "heading", "blockquote", "table"]);

/** The text of a block whose last marks are not closed yet, with them closed or left out. */
function mend(token: Token): string {
  const { raw } = token;
  if (!MENDED.has(token.type)) return raw;
  const start = Math.max(raw.lastIndexOf("\n\n") + 2, 0);
  const line = raw.slice(raw.lastIndexOf("\n") + 1);
  if ((line.match(/`/g)?.length ?? 0) % 2 === 1) return `${raw}\``;
  const paragraph = raw.slice(start).replace(/`[^`]*`/g, "");
  const link = /!?\[([^\]\n]*)(?:\](?:\([^)\n]*)?)?$/.exec(raw);
  const isCheckbox = link !== null && /(?:^|\n)\s*[-*+] \[[ x]?\]?$/i.test(raw);
  let text = link && !isCheckbox ? raw.slice(0, link.index) + link[1] : raw;
  const bold = paragraph.match(/\*\*/g)?.length ?? 0;
  const single = paragraph.replace(/\*\*/g, "").match(/(?<![\n*])\*(?! )|(?<=[^\s*])\*/g)?.length ?? 0;
  if (/\*+$/.test(text) && (bold % 2 === 1 || single % 2 === 1) && /(?:^|\s)\*+$/.test(text)) {
    // A mark that nothing follows yet opens nothing yet.
    return text.replace(/\*+$/, "");
  }
  const trailing = /\s+$/.exec(text)?.[0] ?? "";
  if (trailing && (bold % 2 === 1 || single % 2 === 1)) text = text.slice(0, -trailing.length);
  if (single % 2 === 1) text += "*";
  if (bold % 2 === 1) text += text.endsWith("*") && single % 2 === 0 ? "*" : "**";
  return text;
}
