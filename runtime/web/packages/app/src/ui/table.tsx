import type { ComponentChildren } from "preact";
import { words } from "../language.ts";
import { Button } from "./button.tsx";

const w = words({ en: { more: "Show more" }, de: { more: "Mehr zeigen" } });

export interface Column<R> {
  title: string;
  cell: (row: R) => ComponentChildren;
  number?: boolean;
  /** A day or a time, which stands in one line. */
  time?: boolean;
  /** Buttons; the title above them is only read out. */
  actions?: boolean;
}

interface TableProps<R> {
  caption: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  id: (row: R) => string | number;
  more?: (() => void) | null;
  reading?: boolean;
}

/** Said once more, because some browsers forget what a table is when its rows are laid out as cards. */
const AS = {
  table: { role: "table" },
  rows: { role: "rowgroup" },
  row: { role: "row" },
  title: { role: "columnheader" },
  name: { role: "rowheader" },
  cell: { role: "cell" },
} as const;

/** A table that scrolls within itself where it is wider than the page, also by keys; on a phone each row of more
 * than two columns is a card. The first column names the row. */
export function Table<R>({ caption, columns, rows, id, more, reading = false }: TableProps<R>) {
  const shape = columns.length > 2 ? "table-scroll table-cards" : "table-scroll";
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys */}
      <section class={shape} tabIndex={0} aria-label={caption}>
        <table {...AS.table}>
          <caption class="unseen">{caption}</caption>
          <thead {...AS.rows}>
            <tr {...AS.row}>
              {columns.map((column) => (
                <th key={column.title} scope="col" class={kind(column)} {...AS.title}>
                  {column.actions ? <span class="unseen">{column.title}</span> : column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody {...AS.rows}>
            {rows.map((row) => (
              <tr key={id(row)} {...AS.row}>
                {columns.map((column, i) =>
                  i === 0 ? (
                    <th key={column.title} scope="row" {...AS.name}>
                      {column.cell(row)}
                    </th>
                  ) : (
                    <td
                      key={column.title}
                      class={kind(column)}
                      data-title={column.actions ? undefined : column.title}
                      {...AS.cell}
                    >
                      {column.actions ? <Actions>{column.cell(row)}</Actions> : column.cell(row)}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {more && (
        <div class="more">
          <Button onClick={more} busy={reading}>
            {w().more}
          </Button>
        </div>
      )}
    </>
  );
}

function kind<R>(column: Column<R>): string | undefined {
  if (column.number) return "number";
  return column.time ? "time" : undefined;
}

function Actions({ children }: { children: ComponentChildren }) {
  return children ? <span class="row-actions">{children}</span> : null;
}
