/** How the service stands against what it aims at. */
import { answer, api, type Schemas } from "../api.ts";
import { count, day, decimal, microDollars, money, percent } from "../format.ts";
import { words } from "../language.ts";
import { useRead } from "../server.ts";
import { ButtonLink } from "../ui/button.tsx";
import { DayChart } from "../ui/day_chart.tsx";
import { Section } from "../ui/page.tsx";
import { Answered } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { OperatorPage } from "./frame.tsx";

const w = words({
  en: {
    title: "Overview",
    lead: "How the service stands, and what it aims at.",
    figures: "Figures",
    aim: (aim: string) => `Aim: ${aim}`,
    noAim: "No aim",
    customers: "Customers",
    trials: (n: string) => `${n} of them in a trial`,
    mrr: "Monthly revenue",
    queries: "Questions a day",
    week: "Mean of the last seven full days",
    margin: "Margin after model cost",
    soFar: "Of the periods so far",
    perQuery: "Model cost per question",
    nps: "Recommendation (NPS)",
    thisQuarter: (answers: string) => `This quarter, ${answers} answers`,
    nothing: "–",
    look: "To look at",
    reauth: "To be connected anew",
    outliers: "Outliers",
    show: "Show the nations",
    days: "By day",
    utc: "Days are UTC days.",
    chart: (total: string, first: string, last: string) => `${total} questions from ${first} to ${last}.`,
    day: "Day",
    questions: "Questions",
    cost: "Model cost",
    quarters: "Would people recommend it?",
    npsLead: "Asked once a quarter, with one click. Score: promoters less detractors, in per cent.",
    quarter: "Quarter",
    score: "Score",
    promoters: "Promoters (9–10)",
    passives: "Passives (7–8)",
    detractors: "Detractors (0–6)",
    unsaid: "Did not say",
  },
  de: {
    title: "Überblick",
    lead: "Wie der Dienst dasteht und was er anstrebt.",
    figures: "Kennzahlen",
    aim: (aim) => `Ziel: ${aim}`,
    noAim: "Kein Ziel",
    customers: "Kunden",
    trials: (n) => `davon ${n} im Probezeitraum`,
    mrr: "Umsatz im Monat",
    queries: "Fragen am Tag",
    week: "Mittel der letzten sieben vollen Tage",
    margin: "Marge nach Modellkosten",
    soFar: "In den bisherigen Zeiträumen",
    perQuery: "Modellkosten je Frage",
    nps: "Weiterempfehlung (NPS)",
    thisQuarter: (answers) => `In diesem Quartal, ${answers} Antworten`,
    nothing: "–",
    look: "Zum Ansehen",
    reauth: "Neu zu verbinden",
    outliers: "Ausreißer",
    show: "Nationen zeigen",
    days: "Nach Tagen",
    utc: "Tage sind UTC-Tage.",
    chart: (total, first, last) => `${total} Fragen vom ${first} bis ${last}.`,
    day: "Tag",
    questions: "Fragen",
    cost: "Modellkosten",
    quarters: "Würden Menschen ihn weiterempfehlen?",
    npsLead: "Einmal im Quartal mit einem Klick gefragt. Wert: Fürsprecher minus Kritiker, in Prozent.",
    quarter: "Quartal",
    score: "Wert",
    promoters: "Fürsprecher (9–10)",
    passives: "Neutrale (7–8)",
    detractors: "Kritiker (0–6)",
    unsaid: "Keine Angabe",
  },
});

type Overview = Schemas["Overview"];

export default function OperatorOverview() {
  const read = useRead(["operator", "overview"], () => answer(api.GET("/v1/operator/overview")), {
    everywhere: true,
  });
  return (
    <OperatorPage title={w().title} lead={w().lead}>
      <Answered read={read}>
        {(overview) => (
          <>
            <Figures overview={overview} />
            <Look overview={overview} />
            <Days overview={overview} />
            <Recommended overview={overview} />
          </>
        )}
      </Answered>
    </OperatorPage>
  );
}

function Figures({ overview }: { overview: Overview }) {
  const aim = overview.targets;
  const nps = overview.nps.at(-1);
  const answers = nps ? nps.promoters + nps.passives + nps.detractors : 0;
  const share = (value: number | null) => (value === null ? w().nothing : percent(value / 100));
  return (
    <Section title={w().figures}>
      <div class="tiles">
        <Tile
          title={w().customers}
          figure={count(overview.customers)}
          note={w().trials(count(overview.trials))}
          aim={count(aim.customers)}
          reached={overview.customers / aim.customers}
        />
        <Tile
          title={w().mrr}
          figure={money(overview.mrr_cents)}
          aim={money(aim.mrr_cents)}
          reached={overview.mrr_cents / aim.mrr_cents}
        />
        <Tile
          title={w().queries}
          figure={decimal(overview.queries_a_day)}
          note={w().week}
          aim={count(aim.queries_a_day)}
          reached={overview.queries_a_day / aim.queries_a_day}
        />
        <Tile
          title={w().margin}
          figure={share(overview.margin_percent)}
          note={w().soFar}
          aim={percent(aim.margin_percent / 100)}
        />
        <Tile
          title={w().perQuery}
          figure={
            overview.cost_micros_per_query === null
              ? w().nothing
              : microDollars(overview.cost_micros_per_query)
          }
          aim={microDollars(aim.cost_micros_per_query)}
        />
        <Tile
          title={w().nps}
          figure={nps?.score == null ? w().nothing : count(nps.score)}
          note={w().thisQuarter(count(answers))}
          aim={count(aim.nps)}
        />
      </div>
    </Section>
  );
}

interface TileProps {
  title: string;
  figure: string;
  aim: string;
  note?: string;
  /** Share of the aim that is reached, where there is a way to it. */
  reached?: number;
}

function Tile({ title, figure, note, aim, reached }: TileProps) {
  return (
    <div class="tile">
      <p class="tile-title">{title}</p>
      <p class="tile-figure">{figure}</p>
      {reached !== undefined && (
        <progress max={1} value={Math.min(1, reached || 0)} aria-label={`${title}: ${w().aim(aim)}`} />
      )}
      <p class="quiet">{w().aim(aim)}</p>
      {note && <p class="quiet">{note}</p>}
    </div>
  );
}

function Look({ overview }: { overview: Overview }) {
  return (
    <Section
      title={w().look}
      actions={<ButtonLink href="/operator/nations">{w().show}</ButtonLink>}
      lead={`${w().reauth}: ${count(overview.needs_reauth)} · ${w().outliers}: ${count(overview.outliers)}`}
    />
  );
}

function Days({ overview }: { overview: Overview }) {
  const { days } = overview;
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return null;
  const total = days.reduce((sum, each) => sum + each.queries, 0);
  return (
    <Section title={w().days} lead={w().utc}>
      <DayChart
        bars={{ days: days.map((each) => each.day), values: days.map((each) => each.queries) }}
        name={w().questions}
        summary={w().chart(count(total), day(first.day, "long"), day(last.day, "long"))}
        table={
          <Table
            caption={w().days}
            rows={days.filter((each) => each.queries || each.cost_micros).reverse()}
            id={(each) => each.day}
            columns={[
              { title: w().day, cell: (each) => day(each.day, "long") },
              { title: w().questions, number: true, cell: (each) => count(each.queries) },
              { title: w().cost, number: true, cell: (each) => microDollars(each.cost_micros) },
            ]}
          />
        }
      />
    </Section>
  );
}

function Recommended({ overview }: { overview: Overview }) {
  return (
    <Section title={w().quarters} lead={w().npsLead}>
      <Table
        caption={w().quarters}
        rows={overview.nps.toReversed()}
        id={(each) => each.quarter}
        columns={[
          { title: w().quarter, cell: (each) => <span class="cut">{each.quarter}</span> },
          {
            title: w().score,
            number: true,
            cell: (each) => (each.score === null ? w().nothing : count(each.score)),
          },
          { title: w().promoters, number: true, cell: (each) => count(each.promoters) },
          { title: w().passives, number: true, cell: (each) => count(each.passives) },
          { title: w().detractors, number: true, cell: (each) => count(each.detractors) },
          { title: w().unsaid, number: true, cell: (each) => count(each.unsaid) },
        ]}
      />
    </Section>
  );
}
