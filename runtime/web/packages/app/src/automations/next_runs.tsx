import type { Schemas } from "../api.ts";
import { day as calendarDay } from "../format.ts";
import { Badge } from "../ui/page.tsx";
import { atZone, timeOfDay } from "./schedule.ts";
import { automationWords as w } from "./words.ts";

interface NextRunsProps {
  runs: readonly Schemas["NextRun"][];
  zone: string;
}

/** Runs to come, on the clock of their zone; those after a change of clocks are marked. */
export function NextRuns({ runs, zone }: NextRunsProps) {
  return (
    <ul class="next-runs">
      {runs.map((run) => (
        <li key={run.at}>
          {atZone(run.at, zone)} {run.clock_changes && <Badge tone="warning">{w().clocks}</Badge>}
        </li>
      ))}
    </ul>
  );
}

export function Gaps({ days, time }: { days: readonly string[]; time: string }) {
  return (
    <>
      {days.map((each) => (
        <p key={each} class="note">
          {w().gap(calendarDay(each, "long"), timeOfDay(time))}
        </p>
      ))}
    </>
  );
}
