/** Draws bars by day with uPlot. Only this file loads it. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

/** A value for each UTC day. */
export interface Bars {
  days: readonly string[];
  values: readonly number[];
}

export interface Drawn {
  /** Put the cursor on a day. */
  point: (index: number) => void;
  destroy: () => void;
}

interface Written {
  day: (iso: string) => string;
  count: (value: number) => string;
}

const HEIGHT = 220;

export function draw(
  place: HTMLElement,
  bars: Bars,
  write: Written,
  pointed: (index: number | null) => void,
): Drawn {
  const style = getComputedStyle(place);
  const [ink, line, fill] = ["--nat-quiet", "--nat-line", "--nat-accent"].map((name) =>
    style.getPropertyValue(name),
  ) as [string, string, string];
  const axis = {
    stroke: ink,
    font: `12px ${style.fontFamily}`,
    grid: { show: false },
    ticks: { show: false },
  };
  const path = uPlot.paths.bars?.({ size: [0.7, 28], radius: 0.2 });
  const chart = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { setScale: false } },
      scales: {
        x: { time: false, range: [-0.6, bars.days.length - 0.4] },
        y: { range: (_chart, _low, high) => [0, Math.max(4, Math.ceil(high * 1.1))] },
      },
      axes: [
        {
          ...axis,
          incrs: [1, 2, 5, 7, 14, 30],
          space: 56,
          values: (_chart, at) => at.map((index) => label(bars, index, write)),
        },
        {
          ...axis,
          size: 44,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
          grid: { stroke: line, width: 1 },
          values: (_chart, at) => at.map(write.count),
        },
      ],
      series: [
        {},
        { fill, stroke: fill, width: 0, ...(path ? { paths: path } : {}), points: { show: false } },
      ],
      hooks: { setCursor: [(moved) => pointed(moved.cursor.idx ?? null)] },
    },
    [bars.days.map((_, i) => i), [...bars.values]],
    place,
  );
  const sized = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: HEIGHT }));
  sized.observe(place);
  return {
    point: (index) => chart.setCursor({ left: chart.valToPos(index, "x"), top: 0 }),
    destroy: () => {
      sized.disconnect();
      chart.destroy();
    },
  };
}

function label(bars: Bars, index: number, write: Written): string {
  const found = bars.days[index];
  return found === undefined ? "" : write.day(found);
}
