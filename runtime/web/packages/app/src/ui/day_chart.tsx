/** A bar for each day: the picture by uPlot, which is loaded when it is needed; what it says as a sentence; the
 * figures as a table; and the arrow keys go from day to day. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { count, day } from "../format.ts";
import { language, words } from "../language.ts";
import { theme } from "../theme.ts";
import type { Bars, Drawn } from "./chart.ts";

const w = words({
  en: { table: "Show as a table", keys: "Chart. Arrow keys go from day to day." },
  de: { table: "Als Tabelle zeigen", keys: "Diagramm. Mit den Pfeiltasten von Tag zu Tag." },
});

interface DayChartProps {
  bars: Bars;
  name: string;
  summary: string;
  table: ComponentChildren;
}

export function DayChart({ bars, name, summary, table }: DayChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const at = useSignal<number | null>(null);
  const id = useId();
  const spoken = JSON.stringify(bars);
  useEffect(() => {
    let gone = false;
    void import("./chart.ts").then(
      ({ draw }) => {
        if (!gone && place.current)
          drawn.current = draw(
            place.current,
            bars,
            { day: (iso) => day(iso), count },
            (index) => (at.value = index),
          );
      },
      () => undefined,
    );
    return () => {
      gone = true;
      drawn.current?.destroy();
      drawn.current = null;
    };
  }, [spoken, language.value, theme.value]);
  const step = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const end = bars.days.length - 1;
    at.value = Math.min(end, Math.max(0, (at.value ?? (by > 0 ? -1 : end + 1)) + by));
    drawn.current?.point(at.value);
  };
  const shown = at.value === null ? null : { day: bars.days[at.value], value: bars.values[at.value] };
  return (
    <figure class="chart">
      <figcaption id={id}>{summary}</figcaption>
      <div
        ref={place}
        class="chart-place"
        role="application"
        aria-label={w().keys}
        aria-describedby={id}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys go from day to day
        tabIndex={0}
        onKeyDown={step}
      />
      <p class="chart-at" role="status">
        {shown?.day !== undefined && shown.value !== undefined
          ? `${day(shown.day, "long")}: ${count(shown.value)} ${name}`
          : " "}
      </p>
      <details>
        <summary>{w().table}</summary>
        {table}
      </details>
    </figure>
  );
}
