/** The audit log: what was done, by whom, filtered and exported. */
import { useSignal } from "@preact/signals";
import { Download, ScrollText } from "lucide-preact";
import { answer, api, type Schemas } from "../api.ts";
import { dateTime } from "../format.ts";
import { words } from "../language.ts";
import { useDoing, usePages, useRead } from "../server.ts";
import { SettingsPage } from "../shell/settings_tabs.tsx";
import { Button } from "../ui/button.tsx";
import { download } from "../ui/download.ts";
import { Pick } from "../ui/field.tsx";
import { say } from "../ui/said.tsx";
import { Answered, Empty, Problem } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";

const w = words({
  en: {
    title: "Audit log",
    lead: "Append-only: each entry holds the hash of the one before, so that none can be changed or left out unseen.",
    export: "Export CSV",
    partly: "The file holds the newest entries only. Choose days to get the older ones.",
    kind: "What",
    all: "Everything",
    by: "By",
    everybody: "Everybody",
    since: "From",
    until: "To",
    when: "When",
    what: "What happened",
    about: "About",
    none: "No entries",
    noneText: "Nothing of this kind happened in these days.",
    kinds: {
      "connection.connected": "NationBuilder connected",
      "connection.refreshed": "Access renewed",
      "connection.revoked": "Access taken back",
      "tool.write": "Change begun",
      "tool.undo": "Change taken back",
      "tool.outcome": "Change ended",
      "approval.decided": "Proposal decided",
      "role.changed": "Role changed",
      "billing.changed": "Subscription changed",
      "settings.changed": "Setting changed",
      "conversation.deleted": "Conversation deleted",
      "data.exported": "Data exported",
      "data.deleted": "Data deleted",
      "automation.changed": "Automation changed",
      "nation.migrated": "Moved from the former platform",
    },
    actors: { system: "The system", stripe: "Stripe", nationbuilder: "NationBuilder" },
  },
  de: {
    title: "Protokoll",
    lead: "Nur anfügend: Jeder Eintrag enthält die Prüfsumme des vorigen, sodass keiner unbemerkt geändert oder ausgelassen werden kann.",
    export: "Als CSV exportieren",
    partly: "Die Datei enthält nur die neuesten Einträge. Wähle Tage, um die älteren zu bekommen.",
    kind: "Was",
    all: "Alles",
    by: "Von",
    everybody: "Alle",
    since: "Ab",
    until: "Bis",
    when: "Wann",
    what: "Was geschah",
    about: "Worüber",
    none: "Keine Einträge",
    noneText: "An diesen Tagen geschah nichts dieser Art.",
    kinds: {
      "connection.connected": "NationBuilder verbunden",
      "connection.refreshed": "Zugang erneuert",
      "connection.revoked": "Zugang zurückgenommen",
      "tool.write": "Änderung begonnen",
      "tool.undo": "Änderung zurückgenommen",
      "tool.outcome": "Änderung beendet",
      "approval.decided": "Vorschlag entschieden",
      "role.changed": "Rolle geändert",
      "billing.changed": "Abo geändert",
      "settings.changed": "Einstellung geändert",
      "conversation.deleted": "Unterhaltung gelöscht",
      "data.exported": "Daten exportiert",
      "data.deleted": "Daten gelöscht",
      "automation.changed": "Automation geändert",
      "nation.migrated": "Von der früheren Plattform übernommen",
    },
    actors: { system: "Das System", stripe: "Stripe", nationbuilder: "NationBuilder" },
  },
});

/** When a day of the person's own time zone begins, or a later one. */
function midnight(day: string, later: number): string {
  const time = new Date(`${day}T00:00`);
  time.setDate(time.getDate() + later);
  return time.toISOString();
}

type Entry = Schemas["AuditEntry"];
type Kind = Entry["kind"];

export default function Audit() {
  const kind = useSignal<Kind | "">("");
  const by = useSignal("");
  const since = useSignal("");
  const until = useSignal("");
  const members = useRead(["members"], () => answer(api.GET("/v1/members")));
  const filter = {
    ...(kind.value ? { kind: kind.value } : {}),
    ...(by.value ? { by: by.value } : {}),
    ...(since.value ? { since: midnight(since.value, 0) } : {}),
    ...(until.value ? { until: midnight(until.value, 1) } : {}),
  };
  const read = usePages(
    ["audit", kind.value, by.value, since.value, until.value],
    (after) =>
      answer(
        api.GET("/v1/audit", { params: { query: { ...filter, limit: 50, ...(after ? { after } : {}) } } }),
      ),
    (page) => page.entries,
  );
  const save = useDoing(async () => {
    const headers = await download(
      api.GET("/v1/audit/export", { params: { query: { ...filter, format: "csv" } }, parseAs: "blob" }),
    );
    if (headers.get("x-nat-next")) say(w().partly);
  });
  const people = members.data?.members ?? [];
  const actors: Readonly<Record<string, string>> = w().actors;
  const name = (id: string) => actors[id] ?? people.find((each) => each.user_id === id)?.email ?? id;
  return (
    <SettingsPage
      title={w().title}
      lead={w().lead}
      actions={
        <Button icon={<Download aria-hidden="true" />} busy={save.busy} onClick={() => void save.run()}>
          {w().export}
        </Button>
      }
    >
      <Problem error={save.error} />
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Pick
          label={w().kind}
          value={kind.value}
          choices={[
            { value: "", label: w().all },
            ...Object.entries(w().kinds).map(([value, label]) => ({ value: value as Kind, label })),
          ]}
          onChange={(value) => {
            kind.value = value;
          }}
        />
        <Pick
          label={w().by}
          value={by.value}
          choices={[
            { value: "", label: w().everybody },
            ...people.map((each) => ({ value: each.user_id, label: each.email ?? each.user_id })),
          ]}
          onChange={(value) => {
            by.value = value;
          }}
        />
        <DayPick label={w().since} value={since.value} onChange={(value) => (since.value = value)} />
        <DayPick label={w().until} value={until.value} onChange={(value) => (until.value = value)} />
      </form>
      <Answered read={read} rows={8}>
        {(entries) =>
          entries.length ? (
            <Table
              caption={w().title}
              rows={entries}
              id={(each) => each.number}
              more={read.more}
              reading={read.reading}
              columns={[
                { title: w().when, cell: (each) => <time datetime={each.at}>{dateTime(each.at)}</time> },
                {
                  title: w().what,
                  cell: (each) => (
                    <>
                      <span class="strong">{w().kinds[each.kind]}</span>
                      <span class="under">{each.summary}</span>
                    </>
                  ),
                },
                { title: w().by, cell: (each) => name(each.by) },
                { title: w().about, cell: (each) => <span class="mono">{each.about}</span> },
              ]}
            />
          ) : (
            <Empty icon={<ScrollText />} title={w().none}>
              {w().noneText}
            </Empty>
          )
        }
      </Answered>
    </SettingsPage>
  );
}

function DayPick({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label class="day-pick">
      <span>{label}</span>
      <input type="date" value={value} onChange={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}
