import type { ComponentChildren } from "preact";
import { words } from "../language.ts";
import { Button } from "./button.tsx";

const w = words({ en: { more: "Show more" }, de: { more: "Mehr zeigen" } });

export interface Column<R> {
  title: string;
  cell: (row: R) => ComponentChildren;
  number?: boolean;
  /** The title is only read out, as above buttons. */
  quiet?: boolean;
}

interface TableProps<R> {
  caption: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  id: (row: R) => string | number;
  more?: (() => void) | null;
  reading?: boolean;
}

/** A table that scrolls within itself where it is wider than the page, also by keys. The first column names
 * the row. */
export function Table<R>({ caption, columns, rows, id, more, reading = false }: TableProps<R>) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys */}
      <section class="table-scroll" tabIndex={0} aria-label={caption}>
        <table>
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.title} scope="col" class={column.number ? "number" : undefined}>
                  {column.quiet ? <span class="unseen">{column.title}</span> : column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={id(row)}>
                {columns.map((column, i) =>
                  i === 0 ? (
                    <th key={column.title} scope="row">
                      {column.cell(row)}
                    </th>
                  ) : (
                    <td key={column.title} class={column.number ? "number" : undefined}>
                      {column.cell(row)}
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
