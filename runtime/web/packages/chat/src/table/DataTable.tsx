/** A table of an answer: copied as a table, saved as a file, and drawn where it is a series. */

import { ChartColumn, Copy, Download, Table as TableIcon } from "lucide-preact";
import type { Tokens } from "marked";
import { useMemo, useState } from "preact/hooks";
import { inline } from "../markdown/Inline.tsx";
import type { LinkRule } from "../markdown/links.ts";
import { copyTable, save } from "../view/device.ts";
import { IconButton } from "../view/IconButton.tsx";
import { words } from "../words/chat.ts";
import { Chart } from "./Chart.tsx";
import { asCsv, gridOf, numericColumns, seriesOf } from "./cells.ts";

export function DataTable({ token, rule }: { token: Tokens.Table; rule: LinkRule }) {
  const t = words.value;
  const [charted, setCharted] = useState(false);
  const [copied, setCopied] = useState(false);
  const grid = useMemo(() => gridOf(token), [token]);
  const numeric = useMemo(() => numericColumns(grid), [grid]);
  const series = useMemo(() => seriesOf(grid), [grid]);
  const label = t.table(grid.rows.length);
  const copy = async () => {
    await copyTable(grid);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <figure class="nat-table">
      {charted && series ? (
        <Chart series={series} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard
        <section class="nat-table-scroll" aria-label={label} tabIndex={0}>
          <table>
            <thead>
              <tr>
                {token.header.map((cell, place) => (
                  <th key={place} scope="col" class={numeric[place] ? "nat-number" : undefined}>
                    {inline(cell.tokens, rule)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {token.rows.map((row, place) => (
                <Row key={place} row={row} numeric={numeric} rule={rule} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      <figcaption class="nat-table-tools">
        <span>{label}</span>
        {series && (
          <IconButton
            icon={charted ? TableIcon : ChartColumn}
            label={charted ? t.showTable : t.showChart}
            onClick={() => setCharted(!charted)}
          />
        )}
        <IconButton icon={Copy} label={copied ? t.copied : t.copyTable} onClick={copy} />
        <IconButton
          icon={Download}
          label={t.downloadCsv}
          onClick={() => save("table.csv", "text/csv", asCsv(grid))}
        />
      </figcaption>
    </figure>
  );
}

interface RowProps {
  readonly row: readonly Tokens.TableCell[];
  readonly numeric: readonly boolean[];
  readonly rule: LinkRule;
}

/** A row is drawn again only when its text is another one: a growing table is read anew with each piece. */
function Row({ row, numeric, rule }: RowProps) {
  const said = row.map((cell, place) => `${cell.text}${numeric[place]}`).join("\n");
  return useMemo(
    () => (
      <tr>
        {row.map((cell, place) => (
          <td key={place} class={numeric[place] ? "nat-number" : undefined}>
            {inline(cell.tokens, rule)}
          </td>
        ))}
      </tr>
    ),
    [said, rule],
  );
}
