/** A table of an answer: copied as a table, saved as a file, and drawn where it is a series. */

import { ChartColumn, Copy, Download, Table as TableIcon } from "lucide-preact";
import type { Tokens } from "marked";
import { useMemo, useRef, useState } from "preact/hooks";
import { inline } from "../markdown/Inline.tsx";
import type { LinkRule } from "../markdown/links.ts";
import { copyTable, save } from "../view/device.ts";
import { IconButton } from "../view/IconButton.tsx";
import { words } from "../words/chat.ts";
import { Chart } from "./Chart.tsx";
import { asCsv, gridOf, MOST_IN_SERIES, numericColumns, seriesOf } from "./cells.ts";

export function DataTable({ token, rule }: { token: Tokens.Table; rule: LinkRule }) {
  const t = words.value;
  const [charted, setCharted] = useState(false);
  const [copied, setCopied] = useState(false);
  const numeric = useMemo(() => numericColumns(token), [token]);
  const series = useMemo(
    () => (token.rows.length <= MOST_IN_SERIES ? seriesOf(gridOf(token)) : undefined),
    [token],
  );
  const same = useRef(numeric);
  // The same columns as before are the same array, so that rows see no change.
  if (String(same.current) !== String(numeric)) same.current = numeric;
  const label = t.table(token.rows.length);
  const copy = async () => {
    await copyTable(gridOf(token));
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
                  <th key={place} scope="col" class={same.current[place] ? "nat-number" : undefined}>
                    {inline(cell.tokens, rule)}
                  </th>
                ))}
              </tr>
            </thead>
            {sliced(token.rows).map((rows, place) => (
              <Rows key={place} rows={rows} numeric={same.current} rule={rule} />
            ))}
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
          onClick={() => save("table.csv", "text/csv", asCsv(gridOf(token)))}
        />
      </figcaption>
    </figure>
  );
}

/** So many rows are drawn together. */
const SLICE = 20;

function sliced(rows: readonly Tokens.TableCell[][]): (readonly Tokens.TableCell[][])[] {
  const slices = [];
  for (let at = 0; at < rows.length; at += SLICE) slices.push(rows.slice(at, at + SLICE));
  return slices;
}

interface RowsProps {
  readonly rows: readonly Tokens.TableCell[][];
  readonly numeric: readonly boolean[];
  readonly rule: LinkRule;
}

/** Rows are drawn again only when there are others: those of a growing table stay the same objects. */
function Rows({ rows, numeric, rule }: RowsProps) {
  const before = useRef(rows);
  if (rows.length !== before.current.length || rows.some((row, at) => row !== before.current[at])) {
    before.current = rows;
  }
  return useMemo(
    () => (
      <tbody>
        {before.current.map((row, place) => (
          <tr key={place}>
            {row.map((cell, column) => (
              <td key={column} class={numeric[column] ? "nat-number" : undefined}>
                {inline(cell.tokens, rule)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    ),
    [before.current, numeric, rule],
  );
}
