/** One automation: what it asks and when, whether it runs, trying it, and what its runs brought. */
import { useSignal } from "@preact/signals";
import { CalendarClock } from "lucide-preact";
import { answer, api, type Schemas } from "../api.ts";
import { AutomationForm, type Wanted } from "../automations/form.tsx";
import { History } from "../automations/history.tsx";
import { NextRuns } from "../automations/next_runs.tsx";
import { type Delivery, keyOf, usePlaces } from "../automations/places.ts";
import { inWords } from "../automations/schedule.ts";
import { StateOf } from "../automations/state.tsx";
import { Trying } from "../automations/trying.tsx";
import { automationWords as w } from "../automations/words.ts";
import { navigate } from "../navigate.ts";
import { changed, useDoing, useRead } from "../server.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Facts, Page, Section } from "../ui/page.tsx";
import { say } from "../ui/said.tsx";
import { Answered, Empty, Problem } from "../ui/states.tsx";

type Automation = Schemas["Automation"];

export default function AutomationPage({ params }: { params: { task: string } }) {
  const read = useRead(["automations", params.task], () =>
    answer(api.GET("/v1/automations/{task}", { params: { path: params } })),
  );
  const editing = useSignal(false);
  if (read.error?.status === 404) {
    return (
      <Page title={w().title}>
        <Empty
          icon={<CalendarClock />}
          title={w().none}
          action={<ButtonLink href="/automations">{w().title}</ButtonLink>}
        />
      </Page>
    );
  }
  return (
    <Page title={read.data?.name ?? w().title}>
      <Answered read={read}>
        {(automation) =>
          editing.value ? (
            <Editing automation={automation} done={() => (editing.value = false)} />
          ) : (
            <>
              <Present automation={automation} edit={() => (editing.value = true)} />
              <Trying automation={automation} />
              <History automation={automation} />
            </>
          )
        }
      </Answered>
    </Page>
  );
}

function Editing({ automation, done }: { automation: Automation; done: () => void }) {
  const save = useDoing(async (wanted: Wanted) => {
    await answer(
      api.PATCH("/v1/automations/{task}", {
        params: { path: { task: automation.task_id } },
        body: { version: automation.version, ...wanted },
      }),
    );
    await changed("automations");
    say(w().saved);
    done();
  });
  return (
    <AutomationForm
      automation={automation}
      zone={automation.schedule.zone}
      action={w().save}
      cancel={done}
      save={save}
    />
  );
}

function Present({ automation, edit }: { automation: Automation; edit: () => void }) {
  const path = { task: automation.task_id };
  const removing = useSignal(false);
  const turn = useDoing(async (enabled: boolean) => {
    await answer(
      api.PATCH("/v1/automations/{task}", {
        params: { path },
        body: { version: automation.version, enabled },
      }),
    );
    await changed("automations");
    say(enabled ? w().enabled : w().isPaused);
  });
  const run = useDoing(async () => {
    await answer(api.POST("/v1/automations/{task}/runs", { params: { path } }));
    await changed("automations", path.task, "runs");
    say(w().started);
  });
  const remove = async () => {
    await answer(api.DELETE("/v1/automations/{task}", { params: { path } }));
    await changed("automations");
    navigate("/automations", { replace: true });
  };
  const why: Readonly<Record<string, string>> = w().pausedWhy;
  const { schedule } = automation;
  const places = usePlaces([...automation.delivery, ...(automation.otherwise ? [automation.otherwise] : [])]);
  const label = (place: Delivery) => places.get(keyOf(place))?.label ?? "";
  return (
    <Section title={w().schedule} actions={<StateOf automation={automation} />}>
      {automation.paused_why && <p class="note note-bad">{why[automation.paused_why]}</p>}
      <Facts
        rows={[
          [w().question, <span class="asked">{automation.prompt}</span>],
          [w().schedule, `${inWords(schedule)} (${schedule.zone})`],
          automation.next_runs.length > 0 && [
            w().nextRuns,
            <NextRuns runs={automation.next_runs} zone={schedule.zone} />,
          ],
          [w().delivery, automation.delivery.map(label).join(", ")],
          automation.otherwise !== null && [w().otherwise, label(automation.otherwise)],
        ]}
      />
      <p class="quiet automation-note">{w().pays}</p>
      <Problem error={turn.error ?? run.error} />
      <div class="actions">
        <Button
          kind={automation.enabled ? "quiet" : "primary"}
          busy={turn.busy}
          onClick={() => void turn.run(!automation.enabled)}
        >
          {automation.enabled ? w().pause : w().enable}
        </Button>
        <Button busy={run.busy} onClick={() => void run.run()}>
          {w().run}
        </Button>
        <Button onClick={edit}>{w().edit}</Button>
        <Button kind="plain" onClick={() => (removing.value = true)}>
          {w().remove}
        </Button>
      </div>
      {removing.value && (
        <Confirm
          title={w().removeTitle(automation.name)}
          action={w().remove}
          danger
          done={w().deleted}
          onConfirm={remove}
          onClose={() => (removing.value = false)}
        >
          <p>{w().removeText}</p>
        </Confirm>
      )}
    </Section>
  );
}
