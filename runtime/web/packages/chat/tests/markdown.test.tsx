// @vitest-environment happy-dom
import fc from "fast-check";
import type { Tokens } from "marked";
import { render } from "preact";
import { act } from "preact/test-utils";
import { describe, expect, test } from "vitest";
import { GrowingMarkdown, read } from "../src/markdown/blocks.ts";
import { Markdown } from "../src/markdown/Markdown.tsx";

const RULE = {
  hosts: ["demo.nationbuilder.com", "app.example"],
  returned: new Set(["https://returned.example/a?b=c"]),
};

function html(text: string, streaming = false): string {
  const root = document.createElement("div");
  act(() => render(<Markdown text={text} streaming={streaming} rule={RULE} />, root));
  return root.querySelector(".nat-prose")?.innerHTML ?? "";
}

/** Pieces of Markdown that mean something together. */
const piece = fc.constantFrom(
  "word ",
  "two\n",
  "\n\n",
  "# ",
  "## H\n",
  "- a\n",
  "  - b\n",
  "1. x\n",
  "2. y\n",
  "**",
  "*",
  "`",
  "```\n",
  "~~",
  "| a | b |\n",
  "|--|--|\n",
  "| 1 | 2 |\n",
  "| 3 | 4 |\n",
  "| 5 ",
  "> q\n",
  "---\n",
  "[t](https://demo.nationbuilder.com/x)",
  "![i](x)",
  "<b>",
  "<script>",
  "\\*",
  "&amp;",
  "[ref]: https://evil.example\n",
  "[ref]",
  "    code\n",
  "===\n",
  "- [x] t\n",
  "<!-- ",
);

describe("Markdown that grows", () => {
  test("reads the same in the end as the whole text, wherever it was cut", () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }),
        fc.array(fc.nat(12), { maxLength: 30 }),
        (pieces, cuts) => {
          const whole = pieces.join("");
          const growing = new GrowingMarkdown();
          let at = 0;
          for (const cut of cuts) {
            at = Math.min(whole.length, at + cut);
            growing.blocks(whole.slice(0, at), true);
          }
          const blocks = growing.blocks(whole, false);
          expect(blocks.map(({ raw, type }) => [type, raw])).toEqual(
            read(whole).map(({ raw, type }) => [type, raw]),
          );
          expect(JSON.stringify(blocks)).toBe(JSON.stringify(read(whole)));
        },
      ),
      { seed: 20261128, numRuns: 1_500 },
    );
  });

  test("keeps what is finished as it is", () => {
    const growing = new GrowingMarkdown();
    const [first] = growing.blocks("One.\n\nTwo.\n\nThree.\n\nFour.", true);
    expect(growing.blocks("One.\n\nTwo.\n\nThree.\n\nFour. And more.\n\nFive.", true)[0]).toBe(first);
  });

  test("reads of a table that grows only its new rows", () => {
    const growing = new GrowingMarkdown();
    const source = "Here:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n| 5 | 6";
    const before = growing.blocks(source, true).find(({ type }) => type === "table") as Tokens.Table;
    const after = growing
      .blocks(`${source} |\n| 7 | 8 |\n`, true)
      .find(({ type }) => type === "table") as Tokens.Table;
    expect(after.rows.slice(0, 2)).toEqual(before.rows.slice(0, 2));
    expect(after.rows[0]).toBe(before.rows[0]);
    expect(after.rows.map((row) => row[0]?.text)).toEqual(["1", "3", "5", "7"]);
  });

  test("begins anew when the text is another one", () => {
    const growing = new GrowingMarkdown();
    growing.blocks("One.\n\nTwo.\n\nThree.\n\nFour.", true);
    expect(growing.blocks("Else.", true).map(({ raw }) => raw)).toEqual(["Else."]);
  });

  test.each([
    ["There are **23 peo", "<p>There are <strong>23 peo</strong></p>"],
    ["There are **", "<p>There are </p>"],
    ["a *word", "<p>a <em>word</em></p>"],
    ["see `list_pe", "<p>see <code>list_pe</code></p>"],
    ["open [Anna](https://demo.nation", "<p>open Anna</p>"],
    ["open [Ann", "<p>open Ann</p>"],
    ["- [", "<ul><li>[</li></ul>"],
    ["3 * 4", "<p>3 * 4</p>"],
  ])("closes for the eye what is still open: %s", (text, expected) => {
    expect(html(text, true)).toBe(expected);
  });
});

describe("what an answer may not do", () => {
  test.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "text <b onmouseover=alert(1)>x</b>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://evil.example/a.png?leak=1)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "| <img src=x onerror=alert(1)> | b |\n|--|--|\n| <svg onload=alert(1)> | 2 |",
    "# <svg/onload=alert(1)>",
    "- <math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[a](https://demo.nationbuilder.com@evil.example/)",
    "[a](https://demo.nationbuilder.com.evil.example/)",
    "https://evil.example/?q=secret",
    "<https://evil.example>",
  ])("%s stays text", (text) => {
    const root = document.createElement("div");
    act(() => render(<Markdown text={text} streaming={false} rule={RULE} />, root));

    expect(
      root.querySelectorAll("script, img, iframe, svg:not(.lucide), form, style, object, embed"),
    ).toHaveLength(0);
    expect(root.querySelectorAll("a")).toHaveLength(0);
    for (const element of root.querySelectorAll("*")) {
      expect([...element.attributes].filter(({ name }) => name.startsWith("on"))).toEqual([]);
    }
  });

  test("a link leads to the nation, to the app, or where a tool has led", () => {
    for (const address of [
      "https://demo.nationbuilder.com/admin/signups/1",
      "https://app.example/files/1",
      "https://returned.example/a?b=c",
    ]) {
      expect(html(`[x](${address})`)).toContain(`href="${address}"`);
    }
    expect(html("[x](https://returned.example/other)")).toBe("<p>x (https://returned.example/other)</p>");
  });
});

test("a line break in a cell is one, and an entity is the sign it stands for", () => {
  const text = html("| a |\n|--|\n| Anna<br>Bert &amp; Co |");
  expect(text).toContain("Anna<br>Bert &amp; Co");
});
