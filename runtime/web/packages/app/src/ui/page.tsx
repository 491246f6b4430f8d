import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { brand } from "../brand.ts";

interface PageProps {
  title: string;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  /** For texts and forms, which are read better in a narrow column. */
  narrow?: boolean;
  /** Above the title, such as tabs. */
  before?: ComponentChildren;
}

/** A page: its title, also of the tab, what it is for in a sentence, and what can be done on it. */
export function Page({ title, lead, actions, children, narrow = false, before }: PageProps) {
  useTitle(title);
  return (
    <div class={narrow ? "page page-narrow" : "page"}>
      {before}
      <header class="page-head">
        <div>
          <h1 tabIndex={-1}>{title}</h1>
          {lead && <p class="lead">{lead}</p>}
        </div>
        {actions && <div class="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – ${brand().name}`;
  }, [title]);
}

interface SectionProps {
  title: string;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children?: ComponentChildren;
  danger?: boolean;
}

export function Section({ title, lead, actions, children, danger = false }: SectionProps) {
  return (
    <section class={danger ? "section section-danger" : "section"}>
      <header class="section-head">
        <div>
          <h2>{title}</h2>
          {lead && <p class="quiet">{lead}</p>}
        </div>
        {actions && <div class="page-actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

export type Tone = "good" | "warning" | "bad" | "neutral";

export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge badge-${tone}`}>{children}</span>;
}

/** Names and values, such as the facts of a connection. */
export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren] | false)[] }) {
  return (
    <dl class="facts">
      {rows.map(
        (row) =>
          row && (
            <div key={row[0]}>
              <dt>{row[0]}</dt>
              <dd>{row[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
