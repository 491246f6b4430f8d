/**
 * Markdown that grows: only its tail is read again.
 *
 * Blocks that are finished keep their identity, so nothing of them is rendered twice. The last two stay open: a
 * line can still turn the one before it into something else. While an answer is streamed, marks that are opened
 * and not closed yet are closed for the eye, so that no asterisks flash by.
 */

import { Lexer, type MarkedToken, type Token, Tokenizer, type Tokens } from "marked";

/** Blocks at the end that later text may still change: a list goes on after an empty line. */
const OPEN = 2;

/** How many blocks from the first on are finished: an empty line follows, and then other blocks. */
function finished(blocks: readonly MarkedToken[]): number {
  let open = 0;
  for (let at = blocks.length - 1; at > 0; at -= 1) {
    if (blocks[at]?.type !== "space") open += 1;
    if (open >= OPEN && /\n[ \t]*\n$/.test(blocks[at - 1]?.raw ?? "")) return at;
  }
  return 0;
}

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
  #table: OpenTable | undefined;

  /** The blocks of the text; of the same finished block always the same object. */
  blocks(source: string, streaming: boolean): readonly MarkedToken[] {
    if (!source.startsWith(this.#source.slice(0, this.#frozenLength))) {
      this.#frozen = [];
      this.#frozenLength = 0;
      this.#table = undefined;
    }
    this.#source = source;
    const open = this.#readOpen(source.slice(this.#frozenLength));
    for (let done = finished(open); done > 0; done -= 1) this.#freeze(open.shift() as MarkedToken);
    const last = open.at(-1);
    if (streaming && last) {
      const mended = mend(last);
      if (mended !== last.raw) open.splice(-1, 1, ...read(mended));
    }
    return [...this.#frozen, ...open];
  }

  #freeze(block: MarkedToken): void {
    this.#frozen.push(block);
    this.#frozenLength += block.raw.length;
    const table = this.#table;
    this.#table =
      table?.before[0] === block
        ? { ...table, before: table.before.slice(1), raw: table.raw.slice(block.raw.length) }
        : undefined;
  }

  /** The open blocks. Of a table that grows only the rows that are new are read. */
  #readOpen(tail: string): MarkedToken[] {
    const known = this.#table;
    if (!known || !tail.startsWith(known.raw)) return this.#noting(read(tail));
    const rest = read(known.head + tail.slice(known.raw.length));
    const [table, ...after] = rest;
    // What follows may have made something else of the head, or nothing but the head is left of the table.
    if (table?.type !== "table" || !table.raw.startsWith(known.head)) return this.#noting(read(tail));
    const whole: Tokens.Table = {
      ...(table as Tokens.Table),
      raw: known.rowsRaw + table.raw.slice(known.head.length),
      rows: [...known.rows, ...(table as Tokens.Table).rows],
    };
    return this.#noting([...known.before, whole, ...after]);
  }

  /** Note the table among the open blocks, with all of its rows but the last, which may still grow. */
  #noting(open: MarkedToken[]): MarkedToken[] {
    const at = open.findIndex((token) => token.type === "table");
    const table = open[at] as Tokens.Table | undefined;
    const lines = table?.raw.split("\n") ?? [];
    if (!table || table.rows.length < 2 || lines.length < table.rows.length + 2) {
      this.#table = undefined;
      return open;
    }
    const before = open.slice(0, at);
    const rows = table.rows.slice(0, -1);
    const rowsRaw = `${lines.slice(0, rows.length + 2).join("\n")}\n`;
    const head = `${lines.slice(0, 2).join("\n")}\n`;
    const raw = before.map((token) => token.raw).join("") + rowsRaw;
    this.#table = { before, head, rows, rowsRaw, raw };
    return open;
  }
}

/** A table that is open, as far as it will not change any more. */
interface OpenTable {
  readonly before: readonly MarkedToken[];
  /** Its first two lines. */
  readonly head: string;
  readonly rows: readonly Tokens.TableCell[][];
  /** The text of head and rows, and of that with what stands before. */
  readonly rowsRaw: string;
  readonly raw: string;
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
