import type { Tokens } from "marked";
import { describe, expect, test } from "vitest";
import { read } from "../src/markdown/blocks.ts";
import { asCsv, asHtml, asTsv, isInTime, numberIn, numericColumns, seriesOf } from "../src/table/cells.ts";

const grid = (header: string[], ...rows: string[][]) => ({ header, rows });

describe("numbers in cells", () => {
  test.each([
    ["1,234.50", 1234.5],
    ["$12", 12],
    ["-$12.50", -12.5],
    ["45 %", 45],
    ["€ 3,000", 3000],
    ["7", 7],
  ])("%s is a number", (cell, value) => expect(numberIn(cell)).toBe(value));

  test.each(["1,23", "12 people", "2026-11-28", "+49 30 1234", "", "Anna"])("%s is none", (cell) =>
    expect(numberIn(cell)).toBeUndefined(),
  );

  test("a column of numbers stays one with an empty cell in it", () => {
    const [table] = read("| Name | Sum |\n|---|---|\n| A | **1** |\n| B |  |");
    expect(numericColumns(table as Tokens.Table)).toEqual([false, true]);
  });
});

describe("a file", () => {
  test.each(["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "Ann;=HYPERLINK(1)", "x\r\n=1", "＝1"])(
    "%j is nothing that a spreadsheet runs",
    (cell) => {
      const line = asCsv(grid(["a"], [cell]))
        .split("\r\n")
        .slice(1)
        .join("\r\n");
      expect(line).toMatch(/^"?'/);
    },
  );

  test.each(["Ann;=HYPERLINK(1)", "a\t=1", 'a;"=1+1;b', "a;\u202e=1", "a\n＝1"])(
    "%j is nothing that a spreadsheet runs where it ends a cell elsewhere",
    (cell) => {
      const line = asCsv({ header: ["a", "b"], rows: [["x", cell]] }).split("\r\n")[1] ?? "";
      expect(line).toContain("'");
      expect(line).not.toMatch(/[;\t\n][^\w']*[=＝]/);
    },
  );

  test("negative amounts stay amounts", () => {
    expect(asCsv(grid(["a"], ["-12.50"]))).toContain("\r\n-12.50\r\n");
  });

  test("quotes and commas are kept", () => {
    expect(asCsv(grid(["a"], ['Say "hi", Anna']))).toContain('"Say ""hi"", Anna"');
  });
});

test("the clipboard gets a table, and text that pastes into cells", () => {
  const table = grid(["Name", "Note"], ["<Anna>", "a\tb"]);
  expect(asHtml(table)).toBe(
    "<table><thead><tr><th>Name</th><th>Note</th></tr></thead><tbody><tr><td>&lt;Anna&gt;</td><td>a\tb</td></tr></tbody></table>",
  );
  expect(asTsv(table)).toBe("Name\tNote\n<Anna>\ta b");
});

describe("a series", () => {
  test("is a table of names with a number each, without its sum", () => {
    const table = grid(
      ["Month", "Donations"],
      ["2026-09", "$10"],
      ["2026-10", "$30"],
      ["2026-11", "$20"],
      ["Total", "$60"],
    );
    expect(seriesOf(table)).toEqual({
      name: "Donations",
      labels: ["2026-09", "2026-10", "2026-11"],
      values: [10, 30, 20],
    });
    expect(isInTime(["2026-09", "2026-10"])).toBe(true);
  });

  test("is not a list of people", () => {
    expect(seriesOf(grid(["Name", "City"], ["A", "B"], ["C", "D"], ["E", "F"]))).toBeUndefined();
  });
});
