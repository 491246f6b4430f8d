/** Trying an automation before it is enabled: asked as of its last run, shown here and sent to nobody. */
import { useSignal } from "@preact/signals";
import { FlaskConical } from "lucide-preact";
import lazy from "preact-iso/lazy";
import { answer, api, type Schemas } from "../api.ts";
import { microDollars } from "../format.ts";
import { changed, useDoing, useRead } from "../server.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Section } from "../ui/page.tsx";
import { Problem } from "../ui/states.tsx";
import { atZone } from "./schedule.ts";
import { automationWords as w } from "./words.ts";

const Answer = lazy(() => import("./answer.tsx"));

const LOOK = 2000;
const UNDER_WAY = new Set(["due", "running"]);

export function Trying({ automation }: { automation: Schemas["Automation"] }) {
  const task = automation.task_id;
  const run = useSignal<string | null>(null);
  const begin = useDoing(async () => {
    run.value = (await answer(api.POST("/v1/automations/{task}/try", { params: { path: { task } } }))).run;
  });
  return (
    <Section title={w().try} lead={w().tryLead}>
      {run.value && <Tried key={run.value} automation={automation} run={run.value} />}
      <Problem error={begin.error} />
      <div class="actions">
        <Button icon={<FlaskConical aria-hidden="true" />} busy={begin.busy} onClick={() => void begin.run()}>
          {w().tryAction}
        </Button>
      </div>
    </Section>
  );
}

function Tried({ automation, run }: { automation: Schemas["Automation"]; run: string }) {
  const path = { task: automation.task_id, run };
  const ended = useSignal(false);
  const read = useRead(
    ["automations", path.task, "run", run],
    async () => {
      const found = await answer(api.GET("/v1/automations/{task}/runs/{run}", { params: { path } }));
      if (!UNDER_WAY.has(found.state) && !ended.peek()) {
        ended.value = true;
        void changed("automations", path.task, "runs");
      }
      return found;
    },
    { every: ended.value ? undefined : LOOK },
  );
  const found = read.data;
  const when = found?.as_of ? atZone(found.as_of, automation.schedule.zone) : "…";
  if (!found || UNDER_WAY.has(found.state)) {
    return (
      <>
        <p class="note" role="status">
          {w().trying(when)}
        </p>
        <Problem error={read.error} />
      </>
    );
  }
  return (
    <div role="status">
      <p class="quiet">
        {w().asOf(when)}
        {found.cost_micros !== null && ` · ${w().cost(microDollars(found.cost_micros))}`}
      </p>
      {found.answer ? <Answer text={found.answer} /> : <p class="problem">{w().tryFailed}</p>}
      {found.approvals.length > 0 && (
        <ButtonLink href="/approvals" small>
          {w().decide}
        </ButtonLink>
      )}
    </div>
  );
}
