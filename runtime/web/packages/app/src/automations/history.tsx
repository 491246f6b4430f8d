/** The runs of an automation: what became of each, what it cost, where it went. */
import { told } from "@nat/chat";
import { useSignal } from "@preact/signals";
import lazy from "preact-iso/lazy";
import { answer, api, type Schemas } from "../api.ts";
import { microDollars } from "../format.ts";
import { changed, useDoing, usePages, useRead } from "../server.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Badge, Section, type Tone } from "../ui/page.tsx";
import { say } from "../ui/said.tsx";
import { Answered, Empty, Problem } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { keyOf, usePlaces } from "./places.ts";
import { atZone } from "./schedule.ts";
import { automationWords as w } from "./words.ts";

const Answer = lazy(() => import("./answer.tsx"));

type Run = Schemas["Run"];

const LOOK = 15_000;
const TONES: Partial<Record<Run["state"], Tone>> = {
  done: "good",
  waiting: "warning",
  failed: "bad",
  missed: "bad",
  skipped: "warning",
};
/** What did not take place, and can. */
const LEFT_OUT = new Set<Run["state"]>(["missed", "skipped"]);

export function History({ automation }: { automation: Schemas["Automation"] }) {
  const task = automation.task_id;
  const open = useSignal<string | null>(null);
  const read = usePages(
    ["automations", task, "runs"],
    (after) =>
      answer(
        api.GET("/v1/automations/{task}/runs", {
          params: { path: { task }, query: { limit: 20, ...(after ? { after } : {}) } },
        }),
      ),
    (page) => page.runs,
    { every: LOOK },
  );
  const catchUp = useDoing(async (run: string) => {
    await answer(api.POST("/v1/automations/{task}/runs/{run}/catch-up", { params: { path: { task, run } } }));
    await changed("automations", task, "runs");
    say(w().caughtUp);
  });
  return (
    <Section title={w().history}>
      <Problem error={catchUp.error} />
      <Answered read={read}>
        {(runs) =>
          runs.length ? (
            <Table
              caption={w().history}
              rows={runs}
              id={(run) => run.scheduled_for}
              more={read.more}
              reading={read.reading}
              columns={[
                { title: w().when, cell: (run) => <Due run={run} zone={automation.schedule.zone} /> },
                { title: w().outcome, cell: (run) => <Outcome run={run} /> },
                ...(runs.some((run) => run.cost_micros !== null)
                  ? [
                      {
                        title: w().costTitle,
                        number: true,
                        cell: (run: Run) => (run.cost_micros === null ? "–" : microDollars(run.cost_micros)),
                      },
                    ]
                  : []),
                { title: w().delivered, cell: (run) => <Deliveries run={run} /> },
                {
                  title: w().actions,
                  actions: true,
                  cell: (run) => (
                    <>
                      {LEFT_OUT.has(run.state) && (
                        <Button small busy={catchUp.busy} onClick={() => void catchUp.run(run.scheduled_for)}>
                          {w().catchUp}
                        </Button>
                      )}
                      {run.state === "waiting" && (
                        <ButtonLink small href="/approvals">
                          {w().decide}
                        </ButtonLink>
                      )}
                      {run.turn && run.ended_at && (
                        <Button
                          kind="plain"
                          small
                          onClick={() => {
                            open.value = open.value === run.scheduled_for ? null : run.scheduled_for;
                          }}
                        >
                          {open.value === run.scheduled_for ? w().hide : w().show}
                        </Button>
                      )}
                    </>
                  ),
                },
              ]}
            />
          ) : (
            <Empty title={w().noRuns} />
          )
        }
      </Answered>
      {open.value && <Shown key={open.value} task={task} run={open.value} zone={automation.schedule.zone} />}
    </Section>
  );
}

function Due({ run, zone }: { run: Run; zone: string }) {
  return (
    <span class="due">
      {atZone(run.tryout && run.as_of ? run.as_of : run.scheduled_for, zone)}
      {run.tryout ? (
        <span class="quiet"> · {w().tried}</span>
      ) : (
        run.by && <span class="quiet"> · {w().byHand}</span>
      )}
    </span>
  );
}

function Outcome({ run }: { run: Run }) {
  const known: Readonly<Record<string, string>> = w().why;
  const why = run.why && known[run.why];
  return (
    <>
      <Badge tone={TONES[run.state] ?? "neutral"}>{w().runStates[run.state]}</Badge>
      {why && <span class="quiet"> {why}</span>}
    </>
  );
}

function Deliveries({ run }: { run: Run }) {
  const places = usePlaces(run.delivered);
  const lost = run.delivered.filter((each) => each.problem !== null);
  const reached = run.delivered.length - lost.length;
  return (
    <>
      {reached > 0 ? w().reached(reached) : lost.length === 0 && "–"}
      {lost.map((each) => (
        <p key={`${each.type} ${each.to}`} class="problem">
          {w().problem(places.get(keyOf(each))?.label ?? each.to, told(each.problem ?? "", each.wording))}
        </p>
      ))}
    </>
  );
}

function Shown({ task, run, zone }: { task: string; run: string; zone: string }) {
  const read = useRead(["automations", task, "run", run], () =>
    answer(api.GET("/v1/automations/{task}/runs/{run}", { params: { path: { task, run } } })),
  );
  return (
    <Answered read={read} rows={2}>
      {(found) => (
        <>
          <p class="quiet">{atZone(found.as_of ?? found.scheduled_for, zone)}</p>
          {found.answer ? <Answer text={found.answer} /> : <p>{w().tryFailed}</p>}
        </>
      )}
    </Answered>
  );
}
