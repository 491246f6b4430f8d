/** What nobody could act on: messages by queue, and back into it with them. */
import { plural } from "@nat/chat";
import { RotateCcw } from "lucide-preact";
import { answer, api, type Schemas } from "../api.ts";
import { dateTime } from "../format.ts";
import { words } from "../language.ts";
import { changedEverywhere, useDoing, useRead } from "../server.ts";
import { Button } from "../ui/button.tsx";
import { Section } from "../ui/page.tsx";
import { Said, say } from "../ui/said.tsx";
import { Answered, Empty, Problem } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { OperatorPage } from "./frame.tsx";

const w = words({
  en: {
    title: "Failed jobs",
    lead: "Messages that were tried until nobody tried them any more. Correct the cause first: the runbook says how.",
    count: (n: number) => plural(n, { one: "# failed job", other: "# failed jobs" }),
    none: "Nothing has failed",
    noneText: "What cannot be carried out waits here for 14 days.",
    replay: "Try them again",
    moved: (n: number) => plural(n, { one: "# job goes again.", other: "# jobs go again." }),
    stays: "Whoever handles these has done what can be done; there is nothing to try again.",
    sent: "Sent",
    tries: "Deliveries",
    reason: "Reason",
    unknown: "Not noted",
    titles: {
      Turns: "Questions that were given up",
      BillingEvents: "Events of the payment provider",
      PrivacyJobs: "Exports and deletions",
      Notices: "Notices that could not be sent",
      Occurrences: "Automations that could not start",
      AutomationResults: "Results of automations",
    } as Readonly<Record<string, string>>,
  },
  de: {
    title: "Fehlgeschlagenes",
    lead: "Nachrichten, die so oft versucht wurden, bis niemand sie mehr versucht hat. Behebe zuerst die Ursache: Das Betriebshandbuch sagt, wie.",
    count: (n) => plural(n, { one: "# fehlgeschlagen", other: "# fehlgeschlagen" }),
    none: "Nichts ist fehlgeschlagen",
    noneText: "Was sich nicht ausführen ließ, wartet hier 14 Tage.",
    replay: "Noch einmal versuchen",
    moved: (n) => plural(n, { one: "# läuft noch einmal.", other: "# laufen noch einmal." }),
    stays: "Hier wurde getan, was möglich ist; es gibt nichts noch einmal zu versuchen.",
    sent: "Gesendet",
    tries: "Zustellungen",
    reason: "Grund",
    unknown: "Nicht vermerkt",
    titles: {
      Turns: "Aufgegebene Fragen",
      BillingEvents: "Ereignisse des Zahlungsdienstes",
      PrivacyJobs: "Exporte und Löschungen",
      Notices: "Mitteilungen, die nicht ankamen",
      Occurrences: "Automationen, die nicht starten konnten",
      AutomationResults: "Ergebnisse von Automationen",
    } as Readonly<Record<string, string>>,
  },
});

type Failed = Schemas["FailedJobsOf"];

export default function OperatorJobs() {
  const read = useRead(["operator", "jobs"], () => answer(api.GET("/v1/operator/jobs")), {
    everywhere: true,
  });
  return (
    <OperatorPage title={w().title} lead={w().lead}>
      <Answered read={read}>
        {({ queues }) => {
          const failed = queues.filter((each) => each.count);
          if (!failed.length) return <Empty title={w().none}>{w().noneText}</Empty>;
          return failed.map((each) => <Queue key={each.queue} failed={each} />);
        }}
      </Answered>
      <Said />
    </OperatorPage>
  );
}

function Queue({ failed }: { failed: Failed }) {
  const replay = useDoing(async () => {
    const path = { queue: failed.queue };
    const { moved } = await answer(api.POST("/v1/operator/jobs/{queue}/replay", { params: { path } }));
    say(w().moved(moved));
    await changedEverywhere("operator", "jobs");
  });
  return (
    <Section
      title={w().titles[failed.queue] ?? failed.title}
      lead={failed.replayable ? w().count(failed.count) : `${w().count(failed.count)}. ${w().stays}`}
      actions={
        failed.replayable && (
          <Button
            icon={<RotateCcw aria-hidden="true" />}
            busy={replay.busy}
            onClick={() => void replay.run()}
          >
            {w().replay}
          </Button>
        )
      }
    >
      <Problem error={replay.error} />
      <Table
        caption={w().titles[failed.queue] ?? failed.title}
        rows={failed.jobs}
        id={(each) => `${each.sent_at} ${failed.jobs.indexOf(each)}`}
        columns={[
          { title: w().sent, cell: (each) => dateTime(each.sent_at) },
          { title: w().tries, number: true, cell: (each) => each.receives },
          { title: w().reason, cell: (each) => each.reason ?? w().unknown },
        ]}
      />
    </Section>
  );
}
