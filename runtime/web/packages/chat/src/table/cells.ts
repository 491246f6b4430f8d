/** What a table's cells say: as text, as numbers, and as files that other programs take. */

import type { Token, Tokens } from "marked";

export interface Grid {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The table's cells as plain text. */
export function gridOf(token: Tokens.Table): Grid {
  return {
    header: token.header.map((cell) => textOf(cell.tokens)),
    rows: token.rows.map((row) => row.map((cell) => textOf(cell.tokens))),
  };
}

function textOf(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      const { tokens: inner, text, raw } = token as Tokens.Generic;
      if (inner && inner.length > 0) return textOf(inner);
      return (token.type === "br" ? "\n" : ((text as string | undefined) ?? raw)).replace(
        /<br\s*\/?>/gi,
        "\n",
      );
    })
    .join("")
    .trim();
}

/**
 * The number in a cell such as `1,234.50`, `$12` or `45 %`, in the way that the platform writes numbers;
 * nothing for anything else.
 */
export function numberIn(cell: string): number | undefined {
  const text = cell.replace(/[\s ]/g, "");
  const match =
    /^([-−–]?)(?:[$€£]|[A-Z]{3})?([-−–]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:[$€£%]|[A-Z]{3})?$/.exec(text);
  if (!match) return undefined;
  const value = Number(`${match[3]?.replaceAll(",", "")}${match[4] ?? ""}`);
  return match[1] || match[2] ? -value : value;
}

/** Which columns hold numbers alone (and empty cells), so that they stand to the right. */
export function numericColumns(table: Pick<Tokens.Table, "header" | "rows">): readonly boolean[] {
  return table.header.map((_, column) => {
    const cells = table.rows.map((row) => row[column]?.text ?? "").filter((cell) => !/^[-–]?$/.test(cell));
    return (
      cells.length > 0 && cells.every((cell) => numberIn(cell.replace(/^\*\*(.*)\*\*$/, "$1")) !== undefined)
    );
  });
}

/** Comma-separated, with a mark that spreadsheets read as UTF-8, and nothing in it that they would run. */
export function asCsv(grid: Grid): string {
  return `﻿${[grid.header, ...grid.rows].map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

function csvCell(cell: string): string {
  const text = inert(cell);
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The cell as text that no spreadsheet runs: it begins with an apostrophe, and so does what could be a formula
 * behind `;` or a tab, which some take for the end of a cell.
 */
function inert(cell: string): string {
  if (numberIn(cell) !== undefined) return cell;
  const text = cell.replace(/([;,\t\r\n][\s\p{Cc}\p{Cf}"']*)(?=[=+\-@＝＋－＠|%])/gu, "$1'");
  return text !== cell || /^[\s\p{Cc}\p{Cf}"']*[=+\-@＝＋－＠|%]/u.test(cell) ? `'${text}` : text;
}

/** Separated by tabs, for programs that paste text. */
export function asTsv(grid: Grid): string {
  return [grid.header, ...grid.rows]
    .map((row) => row.map((cell) => inert(cell).replace(/[\t\r\n]+/g, " ")).join("\t"))
    .join("\n");
}

/** A table in HTML, for programs that paste tables. It goes to the clipboard only. */
export function asHtml(grid: Grid): string {
  const row = (cells: readonly string[], tag: "th" | "td") =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${row(grid.header, "th")}</thead><tbody>${grid.rows.map((each) => row(each, "td")).join("")}</tbody></table>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "<br>");
}

function numbersIn(grid: Grid): readonly boolean[] {
  const cells = (texts: readonly string[]) => texts.map((text) => ({ text }) as Tokens.TableCell);
  return numericColumns({ header: cells(grid.header), rows: grid.rows.map(cells) });
}

/** A series: names, and a number for each. */
export interface Series {
  readonly name: string;
  readonly labels: readonly string[];
  readonly values: readonly number[];
}

const FEWEST = 3;
export const MOST_IN_SERIES = 60;

/** The series that a table is: first what, then one number for each; nothing for other tables. */
export function seriesOf(grid: Grid): Series | undefined {
  if (grid.rows.length < FEWEST || grid.rows.length > MOST_IN_SERIES || grid.header.length < 2)
    return undefined;
  const numeric = numbersIn(grid);
  const column = numeric.findIndex((is, place) => is && place > 0);
  if (column < 0 || numeric[0] || numeric.filter(Boolean).length > 2) return undefined;
  const rows = grid.rows.filter(
    (row) =>
      numberIn(row[column] ?? "") !== undefined && !/^(total|sum|all|gesamt|summe)$/i.test(row[0] ?? ""),
  );
  if (rows.length < FEWEST) return undefined;
  return {
    name: grid.header[column] ?? "",
    labels: rows.map((row) => row[0] ?? ""),
    values: rows.map((row) => numberIn(row[column] ?? "") ?? 0),
  };
}

/** Whether the names are moments in time, so that the values belong on a line. */
export function isInTime(labels: readonly string[]): boolean {
  return labels.every((label) =>
    /^\d{4}(-\d{2}){0,2}$|^\d{4}-W\d{2}$|^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i.test(label),
  );
}
