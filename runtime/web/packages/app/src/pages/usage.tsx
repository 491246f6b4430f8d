/** What was used: the pool and one's own budget, by day, by person, by tool. */
import { plural, toldTool } from "@nat/chat";
import { useSignal } from "@preact/signals";
import { Download } from "lucide-preact";
import { answer, api, type Schemas } from "../api.ts";
import { count, date, day, isoDay, microDollars, percent } from "../format.ts";
import { words } from "../language.ts";
import { useDoing, useRead } from "../server.ts";
import { shellWords } from "../shell/words.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import type { Bars } from "../ui/chart.ts";
import { DayChart } from "../ui/day_chart.tsx";
import { download } from "../ui/download.ts";
import { Pick } from "../ui/field.tsx";
import { Page, Section } from "../ui/page.tsx";
import { Answered, Empty, Problem } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";

const w = words({
  en: {
    title: "Usage",
    lead: {
      nation: "Everybody of your nation shares one pool of questions.",
      own: "Your own questions, and the pool that your nation shares.",
    },
    export: "Export CSV",
    pool: "This period",
    until: (end: string) => `Starts anew on ${end}`,
    of: (used: string, limit: string) => `${used} of ${limit} questions`,
    unlimited: (used: number) =>
      plural(used, { one: "# question, without a limit", other: "# questions, without a limit" }),
    left: (n: string) => `${n} left`,
    over: "The limit is reached. Questions go on, because this plan does not stop there.",
    stopped: "The limit is reached: nobody of your nation can ask until the next period, or a larger plan.",
    warning: (share: string) => `${share} of this period's questions are used.`,
    plans: "See plans",
    budget: "Your own budget",
    days: "By day",
    chart: (total: number, first: string, last: string) =>
      `${plural(total, { one: "# question", other: "# questions" })} from ${first} to ${last}.`,
    busiest: (n: string, day: string) => `Most on ${day}: ${n}.`,
    range: "Days shown",
    ranges: { "7": "Last 7 days", "30": "Last 30 days", "90": "Last 90 days" },
    day: "Day",
    questions: "Questions",
    cost: "Model cost",
    tools: "By tool",
    toolsLead: "How often each tool was used for these questions. Calls that failed are not counted.",
    tool: "Tool",
    calls: "Calls",
    people: "By person",
    person: "Person",
    role: "Role",
    former: "No longer a member",
    personBudget: "Budget",
    none: "No questions in these days",
    noneText: "As soon as somebody asks, it shows here.",
    ask: "Ask something",
    unpriced: (n: string) => `${n} answers had no price, so the cost is higher than shown.`,
    utc: "Days are UTC days.",
  },
  de: {
    title: "Verbrauch",
    lead: {
      nation: "Alle in deiner Nation teilen sich einen Vorrat an Fragen.",
      own: "Deine eigenen Fragen und der Vorrat, den sich deine Nation teilt.",
    },
    export: "Als CSV exportieren",
    pool: "Dieser Zeitraum",
    until: (end) => `Beginnt neu am ${end}`,
    of: (used, limit) => `${used} von ${limit} Fragen`,
    unlimited: (used) => plural(used, { one: "# Frage, ohne Grenze", other: "# Fragen, ohne Grenze" }),
    left: (n) => `noch ${n}`,
    over: "Die Grenze ist erreicht. Fragen gehen weiter, denn dieser Tarif hält dort nicht an.",
    stopped:
      "Die Grenze ist erreicht: Niemand in deiner Nation kann fragen, bis der nächste Zeitraum beginnt oder ein größerer Tarif gilt.",
    warning: (share) => `${share} der Fragen dieses Zeitraums sind verbraucht.`,
    plans: "Tarife ansehen",
    budget: "Dein eigenes Budget",
    days: "Nach Tagen",
    chart: (total, first, last) =>
      `${plural(total, { one: "# Frage", other: "# Fragen" })} vom ${first} bis ${last}.`,
    busiest: (n, day) => `Am meisten am ${day}: ${n}.`,
    range: "Gezeigte Tage",
    ranges: { "7": "Letzte 7 Tage", "30": "Letzte 30 Tage", "90": "Letzte 90 Tage" },
    day: "Tag",
    questions: "Fragen",
    cost: "Modellkosten",
    tools: "Nach Werkzeugen",
    toolsLead: "Wie oft jedes Werkzeug für diese Fragen benutzt wurde. Fehlgeschlagene Aufrufe zählen nicht.",
    tool: "Werkzeug",
    calls: "Aufrufe",
    people: "Nach Personen",
    person: "Person",
    role: "Rolle",
    former: "Kein Mitglied mehr",
    personBudget: "Budget",
    none: "Keine Fragen an diesen Tagen",
    noneText: "Sobald jemand fragt, steht es hier.",
    ask: "Etwas fragen",
    unpriced: (n) => `${n} Antworten hatten keinen Preis, die Kosten sind also höher als gezeigt.`,
    utc: "Tage sind UTC-Tage.",
  },
});

type Range = "7" | "30" | "90";
type UsageOf = Schemas["Usage"];

const DAY = 86_400_000;
/** Share of the limit from which it is said. */
const WARN = 0.8;

export default function Usage() {
  const range = useSignal<Range>("30");
  const last = isoDay(new Date());
  const first = isoDay(new Date(Date.now() - (Number(range.value) - 1) * DAY));
  const query = { first, last };
  const read = useRead(["usage", first, last], () => answer(api.GET("/v1/usage", { params: { query } })));
  const save = useDoing(() => download(api.GET("/v1/usage/export", { params: { query }, parseAs: "blob" })));
  return (
    <Page
      title={w().title}
      lead={read.data && w().lead[read.data.scope]}
      actions={
        <>
          <Pick
            label={w().range}
            value={range.value}
            choices={(["7", "30", "90"] as const).map((value) => ({ value, label: w().ranges[value] }))}
            onChange={(value) => {
              range.value = value;
            }}
          />
          <Button icon={<Download aria-hidden="true" />} busy={save.busy} onClick={() => void save.run()}>
            {w().export}
          </Button>
        </>
      }
    >
      <Problem error={save.error} />
      <Answered read={read}>
        {(usage) => (
          <>
            <Pool usage={usage} />
            <Days usage={usage} />
            {usage.people.length > 0 && <People usage={usage} />}
            {usage.tools.length > 0 && <Tools usage={usage} />}
          </>
        )}
      </Answered>
    </Page>
  );
}

function Pool({ usage }: { usage: UsageOf }) {
  const share = usage.limit ? usage.used / usage.limit : 0;
  return (
    <Section title={w().pool} lead={w().until(date(usage.period.end))}>
      <div class="tiles">
        <Meter
          text={
            usage.limit === null ? w().unlimited(usage.used) : w().of(count(usage.used), count(usage.limit))
          }
          note={usage.remaining === null ? null : w().left(count(usage.remaining))}
          share={usage.limit === null ? null : share}
        />
        {usage.budget && (
          <Meter
            title={w().budget}
            text={w().of(count(usage.budget.used), count(usage.budget.limit))}
            note={w().left(count(Math.max(0, usage.budget.limit - usage.budget.used)))}
            share={usage.budget.limit ? usage.budget.used / usage.budget.limit : 1}
          />
        )}
      </div>
      {usage.limit_reached ? (
        <p class="note note-bad">{usage.cap === "soft" ? w().over : w().stopped}</p>
      ) : (
        share >= WARN && <p class="note">{w().warning(percent(share))}</p>
      )}
      {share >= WARN && <ButtonLink href="/settings/billing">{w().plans}</ButtonLink>}
    </Section>
  );
}

interface MeterProps {
  title?: string;
  text: string;
  note: string | null;
  share: number | null;
}

function Meter({ title, text, note, share }: MeterProps) {
  return (
    <div class="tile">
      {title && <p class="tile-title">{title}</p>}
      <p class="tile-figure">{text}</p>
      {share !== null && (
        <meter min={0} max={1} high={WARN} value={Math.min(1, share)} aria-label={title ?? text} />
      )}
      {note && <p class="quiet">{note}</p>}
    </div>
  );
}

function Days({ usage }: { usage: UsageOf }) {
  const priced = usage.total.cost_micros !== undefined;
  const [busiest] = usage.days.toSorted((one, other) => other.queries - one.queries);
  if (!usage.total.queries || !busiest) {
    return (
      <Section title={w().days}>
        <Empty title={w().none} action={<ButtonLink href="/">{w().ask}</ButtonLink>}>
          {w().noneText}
        </Empty>
      </Section>
    );
  }
  const bars: Bars = {
    days: usage.days.map((each) => each.day),
    values: usage.days.map((each) => each.queries),
  };
  return (
    <Section title={w().days} lead={w().utc}>
      <DayChart
        bars={bars}
        name={w().questions}
        summary={`${w().chart(usage.total.queries, day(usage.first, "long"), day(usage.last, "long"))} ${w().busiest(count(busiest.queries), day(busiest.day))}`}
        table={
          <Table
            caption={w().days}
            rows={usage.days.filter((each) => each.queries).reverse()}
            id={(each) => each.day}
            columns={[
              { title: w().day, cell: (each) => day(each.day, "long") },
              { title: w().questions, number: true, cell: (each) => count(each.queries) },
              ...(priced
                ? [
                    {
                      title: w().cost,
                      number: true,
                      cell: (each: Schemas["Day"]) => microDollars(each.cost_micros ?? 0),
                    },
                  ]
                : []),
            ]}
          />
        }
      />
      {priced && (
        <p class="quiet">
          {w().cost}: {microDollars(usage.total.cost_micros ?? 0)}.{" "}
          {usage.total.unpriced ? w().unpriced(count(usage.total.unpriced)) : ""}
        </p>
      )}
    </Section>
  );
}

function People({ usage }: { usage: UsageOf }) {
  const priced = usage.total.cost_micros !== undefined;
  const most = Math.max(1, ...usage.people.map((each) => each.queries));
  return (
    <Section title={w().people}>
      <Table
        caption={w().people}
        rows={usage.people}
        id={(each) => each.user_id}
        columns={[
          { title: w().person, cell: (each) => each.email ?? each.user_id },
          { title: w().role, cell: (each) => (each.role ? shellWords().roles[each.role] : w().former) },
          {
            title: w().questions,
            number: true,
            cell: (each) => <Bar value={each.queries} most={most} />,
          },
          {
            title: w().personBudget,
            number: true,
            cell: (each) => (each.budget ? w().of(count(each.budget.used), count(each.budget.limit)) : "–"),
          },
          ...(priced
            ? [
                {
                  title: w().cost,
                  number: true,
                  cell: (each: Schemas["PersonUsed"]) => microDollars(each.cost_micros ?? 0),
                },
              ]
            : []),
        ]}
      />
    </Section>
  );
}

function Tools({ usage }: { usage: UsageOf }) {
  const most = Math.max(...usage.tools.map((each) => each.calls));
  return (
    <Section title={w().tools} lead={w().toolsLead}>
      <Table
        caption={w().tools}
        rows={usage.tools}
        id={(each) => each.tool}
        columns={[
          { title: w().tool, cell: (each) => toldTool(each.tool, inWords(each.tool), undefined) },
          { title: w().calls, number: true, cell: (each) => <Bar value={each.calls} most={most} /> },
        ]}
      />
    </Section>
  );
}

/** A tool's name as English words: "search_people" is "Search people". */
function inWords(tool: string): string {
  return `${tool.charAt(0).toUpperCase()}${tool.slice(1)}`.replaceAll("_", " ");
}

/** A figure with its bar. */
function Bar({ value, most }: { value: number; most: number }) {
  return (
    <span class="bar-cell">
      <span class="bar" aria-hidden="true" style={{ width: `${Math.round((value / most) * 100)}%` }} />
      {count(value)}
    </span>
  );
}
