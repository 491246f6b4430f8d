/** A small chart of a series: bars for names, a line for moments, and the same in words for who cannot see it. */

import { useState } from "preact/hooks";
import { words } from "../words/chat.ts";
import { number } from "../words.ts";
import { isInTime, type Series } from "./cells.ts";

const WIDTH = 560;
const HEIGHT = 180;
const LEFT = 8;
const BOTTOM = 24;
const TOP = 12;

export function Chart({ series }: { series: Series }) {
  const t = words.value;
  const [at, setAt] = useState<number>();
  const { labels, values, name } = series;
  const highest = Math.max(0, ...values);
  const lowest = Math.min(0, ...values);
  const span = highest - lowest || 1;
  const step = (WIDTH - 2 * LEFT) / values.length;
  const y = (value: number) => TOP + ((highest - value) / span) * (HEIGHT - TOP - BOTTOM);
  const middle = (place: number) => LEFT + step * (place + 0.5);
  const top = values.indexOf(Math.max(...values));
  const summary = t.chartSummary(
    name,
    number(Math.min(...values)),
    number(Math.max(...values)),
    labels[top] ?? "",
  );
  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setAt((before) =>
      Math.min(values.length - 1, Math.max(0, (before ?? (by > 0 ? -1 : values.length)) + by)),
    );
  };
  const shown = at === undefined ? undefined : `${labels[at]}: ${number(values[at] ?? 0)}`;
  return (
    <div class="nat-chart">
      <p class="nat-chart-summary">{summary}</p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary} tabindex={0} onKeyDown={move}>
        <line class="nat-chart-axis" x1={LEFT} x2={WIDTH - LEFT} y1={y(0)} y2={y(0)} />
        {isInTime(labels) && (
          <polyline
            class="nat-chart-line"
            points={values.map((value, place) => `${middle(place)},${y(value)}`).join(" ")}
          />
        )}
        {values.map((value, place) => (
          <g
            key={place}
            class={place === at ? "nat-chart-at" : undefined}
            onPointerEnter={() => setAt(place)}
            onPointerLeave={() => setAt(undefined)}
          >
            <rect class="nat-chart-hit" x={LEFT + step * place} y={0} width={step} height={HEIGHT} />
            {isInTime(labels) ? (
              <circle class="nat-chart-dot" cx={middle(place)} cy={y(value)} r={4} />
            ) : (
              <rect
                class="nat-chart-bar"
                x={LEFT + step * place + step * 0.15}
                width={step * 0.7}
                y={Math.min(y(value), y(0))}
                height={Math.max(1, Math.abs(y(value) - y(0)))}
                rx={2}
              />
            )}
            {(values.length <= 12 || place % Math.ceil(values.length / 6) === 0) && (
              <text class="nat-chart-label" x={middle(place)} y={HEIGHT - 8} text-anchor="middle">
                {short(labels[place] ?? "", step)}
              </text>
            )}
          </g>
        ))}
      </svg>
      <p class="nat-chart-value" role="status">
        {shown ?? " "}
      </p>
    </div>
  );
}

function short(label: string, room: number): string {
  const fits = Math.max(3, Math.floor(room / 6.5));
  return label.length <= fits ? label : `${label.slice(0, fits - 1)}…`;
}
