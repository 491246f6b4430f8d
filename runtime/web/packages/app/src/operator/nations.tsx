/** Every nation of the service: plan, use, cost, margin, and why one would look at it. */
import { useSignal } from "@preact/signals";
import { answer, api, type Schemas } from "../api.ts";
import { planTitle } from "../brand.ts";
import { count, date, microDollars, money, percent } from "../format.ts";
import { words } from "../language.ts";
import { useRead } from "../server.ts";
import { Pick, TextField } from "../ui/field.tsx";
import { Badge, type Tone } from "../ui/page.tsx";
import { Answered, Empty } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { OperatorPage } from "./frame.tsx";

type Nation = Schemas["OperatedNation"];
type Shown = "all" | "outliers" | "reauth";

const w = words({
  en: {
    title: "Nations",
    lead: "What each brings, costs and uses in its period so far. Those that cost most come first.",
    shown: "Shown",
    choices: { all: "All nations", outliers: "Outliers", reauth: "To be connected anew" },
    search: "Search by address",
    nation: "Nation",
    plan: "Plan",
    noPlan: "No plan",
    price: "Price",
    cost: "Model cost",
    ceiling: (cents: string) => `of at most ${cents}`,
    margin: "Margin",
    used: "Questions",
    of: (used: string, limit: string) => `${used} of ${limit}`,
    since: "Since",
    state: "State",
    reauth: "To be connected anew",
    unconnected: "Not connected",
    statuses: { active: "Active", trialing: "Trial", cancelled: "Cancelled", none: "None" },
    outliers: {
      margin: "Low margin",
      ceiling: "Near its cost ceiling",
      fair_use: "Beyond fair use",
      limit: "At its limit",
      quiet: "Asks nothing",
    },
    none: "No such nation",
    incomplete: "There are more nations than are shown here.",
    nothing: "–",
  },
  de: {
    title: "Nationen",
    lead: "Was jede in ihrem bisherigen Zeitraum bringt, kostet und verbraucht. Die teuersten zuerst.",
    shown: "Gezeigt",
    choices: { all: "Alle Nationen", outliers: "Ausreißer", reauth: "Neu zu verbinden" },
    search: "Nach Adresse suchen",
    nation: "Nation",
    plan: "Tarif",
    noPlan: "Kein Tarif",
    price: "Preis",
    cost: "Modellkosten",
    ceiling: (cents) => `von höchstens ${cents}`,
    margin: "Marge",
    used: "Fragen",
    of: (used, limit) => `${used} von ${limit}`,
    since: "Seit",
    state: "Zustand",
    reauth: "Neu zu verbinden",
    unconnected: "Nicht verbunden",
    statuses: { active: "Aktiv", trialing: "Probe", cancelled: "Gekündigt", none: "Keines" },
    outliers: {
      margin: "Niedrige Marge",
      ceiling: "Nahe an der Kostengrenze",
      fair_use: "Über fairem Gebrauch",
      limit: "Am Limit",
      quiet: "Fragt nichts",
    },
    none: "Keine solche Nation",
    incomplete: "Es gibt mehr Nationen, als hier gezeigt werden.",
    nothing: "–",
  },
});

const TONES: Readonly<Record<Nation["status"], Tone>> = {
  active: "good",
  trialing: "neutral",
  cancelled: "bad",
  none: "bad",
};

const FITS: Readonly<Record<Shown, (nation: Nation) => boolean>> = {
  all: () => true,
  outliers: (nation) => nation.outliers.length > 0,
  reauth: (nation) => nation.nb_needs_reauth,
};

export default function OperatorNations() {
  const shown = useSignal<Shown>("all");
  const wanted = useSignal("");
  const read = useRead(["operator", "nations"], () => answer(api.GET("/v1/operator/nations")), {
    everywhere: true,
  });
  return (
    <OperatorPage
      title={w().title}
      lead={w().lead}
      actions={
        <Pick
          label={w().shown}
          value={shown.value}
          choices={(["all", "outliers", "reauth"] as const).map((value) => ({
            value,
            label: w().choices[value],
          }))}
          onChange={(value) => {
            shown.value = value;
          }}
        />
      }
    >
      <div class="filters">
        <TextField
          label={w().search}
          value={wanted.value}
          onChange={(value) => {
            wanted.value = value;
          }}
          more={{ type: "search", spellcheck: false }}
        />
      </div>
      <Answered read={read}>
        {({ nations, complete }) => {
          const text = wanted.value.trim().toLowerCase();
          const rows = nations.filter((each) => FITS[shown.value](each) && each.nation_slug.includes(text));
          return (
            <>
              {!complete && <p class="note">{w().incomplete}</p>}
              {rows.length ? <List rows={rows} /> : <Empty title={w().none} />}
            </>
          );
        }}
      </Answered>
    </OperatorPage>
  );
}

function List({ rows }: { rows: readonly Nation[] }) {
  return (
    <Table
      caption={w().title}
      rows={rows}
      id={(each) => each.nation_slug}
      columns={[
        { title: w().nation, cell: (each) => each.nation_slug },
        { title: w().state, cell: (each) => <State nation={each} /> },
        {
          title: w().plan,
          cell: (each) => (each.plan ? (planTitle(each.plan) ?? each.plan) : w().noPlan),
        },
        { title: w().price, number: true, cell: (each) => money(each.price_cents) },
        {
          title: w().cost,
          number: true,
          cell: (each) => (
            <span title={each.ceiling_cents === null ? undefined : w().ceiling(money(each.ceiling_cents))}>
              {microDollars(each.cost_micros)}
            </span>
          ),
        },
        {
          title: w().margin,
          number: true,
          cell: (each) => (each.margin_percent === null ? w().nothing : percent(each.margin_percent / 100)),
        },
        {
          title: w().used,
          number: true,
          cell: (each) =>
            each.queries_limit === null
              ? count(each.queries_used)
              : w().of(count(each.queries_used), count(each.queries_limit)),
        },
        { title: w().since, time: true, cell: (each) => date(each.created_at) },
      ]}
    />
  );
}

function State({ nation }: { nation: Nation }) {
  return (
    <span class="badges">
      <Badge tone={TONES[nation.status]}>{w().statuses[nation.status]}</Badge>
      {nation.nb_needs_reauth && <Badge tone="bad">{w().reauth}</Badge>}
      {!nation.nb_connected && !nation.nb_needs_reauth && <Badge tone="warning">{w().unconnected}</Badge>}
      {nation.outliers.map((each) => (
        <Badge key={each} tone="warning">
          {w().outliers[each]}
        </Badge>
      ))}
    </span>
  );
}
