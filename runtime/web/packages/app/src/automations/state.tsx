import type { Schemas } from "../api.ts";
import { Badge } from "../ui/page.tsx";
import { automationWords as w } from "./words.ts";

/** Whether an automation runs: never enabled, paused by a person, or by what happened. */
export function StateOf({ automation }: { automation: Schemas["Automation"] }) {
  if (automation.enabled) return <Badge tone="good">{w().state.on}</Badge>;
  if (automation.paused_why) return <Badge tone="bad">{w().state.stopped}</Badge>;
  return <Badge>{automation.last_run === null ? w().state.draft : w().state.paused}</Badge>;
}
