/** The plan: what the nation has, what another would cost now, invoices, and the end. */
import { useSignal } from "@preact/signals";
import { CreditCard, ExternalLink, Receipt } from "lucide-preact";
import { useEffect } from "preact/hooks";
import { answer, api, type Schemas } from "../api.ts";
import { planTitle, UNLIMITED } from "../brand.ts";
import { count, date, money } from "../format.ts";
import { words } from "../language.ts";
import { meChanged, useMembership } from "../me.ts";
import { leaveFor } from "../navigate.ts";
import { changed, useDoing, usePages, useRead } from "../server.ts";
import { SettingsPage } from "../shell/settings_tabs.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { Badge, Facts, Section, type Tone } from "../ui/page.tsx";
import { say } from "../ui/said.tsx";
import { Answered, Empty, Failure, Loading, Problem } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";

const w = words({
  en: {
    title: "Billing",
    lead: "One subscription for everybody in the nation.",
    plan: "Plan",
    none: "No plan",
    status: { active: "Active", trialing: "Trial", cancelled: "Ended", none: "Not subscribed" },
    used: "Questions used",
    of: (used: string, limit: string) => `${used} of ${limit}`,
    unlimited: "unlimited",
    trialEnd: "Trial ends",
    renews: "Renews",
    ends: "Ends",
    pastDue: "Payment overdue",
    pastDueText: (until: string) => `The last payment did not go through. Access continues until ${until}.`,
    card: "Update card",
    portal: "Open the payment portal",
    others: "Other plans",
    month: "a month",
    questions: (n: string) => `${n} questions a month`,
    change: (plan: string) => `Change to ${plan}`,
    subscribe: "Subscribe",
    ownerOnly: "Only the owner of the nation can change the plan, pay and see invoices.",
    quote: (plan: string) => `Change to ${plan}`,
    dueNow: "Charged now",
    nothingNow: "Nothing is charged now",
    credited: (amount: string) => `${amount} is credited to the next invoices.`,
    afterwards: (amount: string, end: string) => `Then ${amount} a month, the next time on ${end}.`,
    confirm: "Change the plan",
    changed: "The plan is changed.",
    cancel: "Back",
    invoices: "Invoices",
    noInvoices: "No invoices yet",
    number: "Number",
    date: "Date",
    total: "Amount",
    state: "Status",
    states: { open: "Open", paid: "Paid", uncollectible: "Not paid", void: "Void", draft: "Draft" },
    links: "Links",
    view: "View",
    pdf: "PDF",
    end: "Cancel the subscription",
    endText:
      "It runs until the end of the paid period. Then nobody of the nation can ask; everything is kept and can be exported.",
    endTitle: "Cancel the subscription?",
    endAction: "Cancel it",
    ended: "The subscription ends with its period.",
    resume: "Keep the subscription",
    resumed: "The subscription goes on.",
    ending: (end: string) => `The subscription ends on ${end}.`,
  },
  de: {
    title: "Abrechnung",
    lead: "Ein Abo für alle in der Nation.",
    plan: "Tarif",
    none: "Kein Tarif",
    status: { active: "Läuft", trialing: "Probezeit", cancelled: "Beendet", none: "Kein Abo" },
    used: "Verbrauchte Fragen",
    of: (used, limit) => `${used} von ${limit}`,
    unlimited: "unbegrenzt",
    trialEnd: "Probezeit endet",
    renews: "Verlängert sich",
    ends: "Endet",
    pastDue: "Zahlung überfällig",
    pastDueText: (until) => `Die letzte Zahlung hat nicht geklappt. Der Zugang bleibt bis ${until}.`,
    card: "Karte ändern",
    portal: "Zahlungsportal öffnen",
    others: "Andere Tarife",
    month: "im Monat",
    questions: (n) => `${n} Fragen im Monat`,
    change: (plan) => `Zu ${plan} wechseln`,
    subscribe: "Abo abschließen",
    ownerOnly: "Nur wem die Nation gehört, kann den Tarif wechseln, bezahlen und Rechnungen sehen.",
    quote: (plan) => `Zu ${plan} wechseln`,
    dueNow: "Jetzt fällig",
    nothingNow: "Jetzt ist nichts fällig",
    credited: (amount) => `${amount} werden mit den nächsten Rechnungen verrechnet.`,
    afterwards: (amount, end) => `Danach ${amount} im Monat, das nächste Mal am ${end}.`,
    confirm: "Tarif wechseln",
    changed: "Der Tarif ist gewechselt.",
    cancel: "Zurück",
    invoices: "Rechnungen",
    noInvoices: "Noch keine Rechnungen",
    number: "Nummer",
    date: "Datum",
    total: "Betrag",
    state: "Stand",
    states: {
      open: "Offen",
      paid: "Bezahlt",
      uncollectible: "Nicht bezahlt",
      void: "Ungültig",
      draft: "Entwurf",
    },
    links: "Links",
    view: "Ansehen",
    pdf: "PDF",
    end: "Abo kündigen",
    endText:
      "Es läuft bis zum Ende des bezahlten Zeitraums. Danach kann niemand in der Nation mehr fragen; alles bleibt und lässt sich exportieren.",
    endTitle: "Abo kündigen?",
    endAction: "Kündigen",
    ended: "Das Abo endet mit dem Zeitraum.",
    resume: "Abo behalten",
    resumed: "Das Abo läuft weiter.",
    ending: (end) => `Das Abo endet am ${end}.`,
  },
});

type Overview = Schemas["BillingOverview"];

const TONES: Record<Overview["status"], Tone> = {
  active: "good",
  trialing: "good",
  cancelled: "bad",
  none: "neutral",
};

export default function Billing() {
  const isOwner = useMembership()?.role === "owner";
  const read = useRead(["billing"], () => answer(api.GET("/v1/billing")));
  return (
    <SettingsPage title={w().title} lead={w().lead}>
      <Answered read={read}>
        {(overview) => (
          <>
            <Current overview={overview} isOwner={isOwner} />
            {isOwner && overview.active && <Others overview={overview} />}
            {isOwner && <Invoices />}
            {isOwner && overview.active && <End overview={overview} />}
          </>
        )}
      </Answered>
    </SettingsPage>
  );
}

const titleOf = (plan: string, plans: Overview["plans"]): string =>
  planTitle(plan) ?? plans.find((each) => each.plan === plan)?.title ?? plan;

function Current({ overview, isOwner }: { overview: Overview; isOwner: boolean }) {
  const portal = useDoing(async (card: boolean) => {
    leaveFor((await answer(api.POST("/v1/billing/portal", { body: { card } }))).url);
  });
  const used = count(overview.queries_used);
  return (
    <Section
      title={w().plan}
      actions={
        <Badge tone={overview.past_due_until ? "warning" : TONES[overview.status]}>
          {overview.past_due_until ? w().pastDue : w().status[overview.status]}
        </Badge>
      }
    >
      {overview.past_due_until && (
        <p class="note note-bad">{w().pastDueText(date(overview.past_due_until))}</p>
      )}
      {overview.cancel_at && <p class="note">{w().ending(date(overview.cancel_at))}</p>}
      <Facts
        rows={[
          [w().plan, overview.plan === null ? w().none : titleOf(overview.plan, overview.plans)],
          overview.plan !== null && [
            w().used,
            overview.queries_limit >= UNLIMITED
              ? `${used} (${w().unlimited})`
              : w().of(used, count(overview.queries_limit)),
          ],
          overview.trial_end !== null &&
            overview.status === "trialing" && [w().trialEnd, date(overview.trial_end)],
          overview.period_end !== null &&
            overview.active &&
            !overview.cancel_at && [w().renews, date(overview.period_end)],
        ]}
      />
      <Problem error={portal.error} />
      {isOwner ? (
        <div class="actions">
          {!overview.active && (
            <ButtonLink kind="primary" href="/setup/plans">
              {w().subscribe}
            </ButtonLink>
          )}
          {overview.plan !== null && (
            <>
              <Button
                icon={<CreditCard aria-hidden="true" />}
                busy={portal.busy}
                onClick={() => void portal.run(true)}
              >
                {w().card}
              </Button>
              <Button icon={<ExternalLink aria-hidden="true" />} onClick={() => void portal.run(false)}>
                {w().portal}
              </Button>
            </>
          )}
        </div>
      ) : (
        <p class="quiet">{w().ownerOnly}</p>
      )}
    </Section>
  );
}

function Others({ overview }: { overview: Overview }) {
  const wanted = useSignal<Schemas["PlanSold"] | null>(null);
  const others = overview.plans.filter((each) => each.plan !== overview.plan);
  if (!others.length) return null;
  return (
    <Section title={w().others}>
      <ul class="plans">
        {others.map((each) => (
          <li key={each.plan} class="plan">
            <h3>{titleOf(each.plan, overview.plans)}</h3>
            <p class="price">
              <strong>{money(each.price_cents)}</strong> {w().month}
            </p>
            <p class="quiet">
              {w().questions(each.queries_limit >= UNLIMITED ? w().unlimited : count(each.queries_limit))}
            </p>
            <Button onClick={() => (wanted.value = each)}>
              {w().change(titleOf(each.plan, overview.plans))}
            </Button>
          </li>
        ))}
      </ul>
      {wanted.value && <Change plan={wanted.value} close={() => (wanted.value = null)} />}
    </Section>
  );
}

/** The amount first: what is confirmed is what was shown. */
function Change({ plan, close }: { plan: Schemas["PlanSold"]; close: () => void }) {
  const quote = useSignal<Schemas["Quote"] | null>(null);
  const look = useDoing(async () => {
    quote.value = null;
    quote.value = await answer(api.POST("/v1/billing/preview", { body: { plan: plan.plan } }));
  });
  const change = useDoing(async () => {
    const shown = quote.value;
    if (!shown) return;
    await answer(
      api.POST("/v1/billing/change", { body: { plan: plan.plan, at: shown.at, due_cents: shown.due_cents } }),
    );
    await Promise.all([changed("billing"), changed("usage"), meChanged()]);
    say(w().changed);
    close();
  });
  useEffect(() => {
    void look.run();
  }, []);
  useEffect(() => {
    if (change.error?.code === "quote_changed") void look.run();
  }, [change.error]);
  const shown = quote.value;
  return (
    <Dialog title={w().quote(titleOf(plan.plan, [plan]))} onClose={close}>
      {look.error && <Failure error={look.error} again={() => void look.run()} />}
      {!shown && !look.error && <Loading rows={3} />}
      {shown && (
        <>
          <ul class="quote">
            {shown.lines.map((line) => (
              <li key={line.description}>
                <span>{line.description}</span>
                <span class="number">{money(line.amount_cents, shown.currency)}</span>
              </li>
            ))}
            <li class="quote-total">
              <span>{shown.due_cents > 0 ? w().dueNow : w().nothingNow}</span>
              <span class="number">{money(shown.due_cents, shown.currency)}</span>
            </li>
          </ul>
          {shown.total_cents < 0 && (
            <p class="quiet">{w().credited(money(-shown.total_cents, shown.currency))}</p>
          )}
          <p class="quiet">
            {w().afterwards(money(shown.monthly_cents, shown.currency), date(shown.period_end))}
          </p>
        </>
      )}
      <Problem error={change.error} />
      <div class="actions">
        <Button onClick={close}>{w().cancel}</Button>
        <Button kind="primary" disabled={!shown} busy={change.busy} onClick={() => void change.run()}>
          {w().confirm}
        </Button>
      </div>
    </Dialog>
  );
}

const STATES: Record<string, Tone> = { paid: "good", open: "warning", uncollectible: "bad" };

function Invoices() {
  const read = usePages(
    ["billing", "invoices"],
    (after) =>
      answer(
        api.GET("/v1/billing/invoices", { params: { query: { limit: 12, ...(after ? { after } : {}) } } }),
      ),
    (page) => page.invoices,
  );
  const known: Readonly<Record<string, string>> = w().states;
  return (
    <Section title={w().invoices}>
      <Answered read={read} rows={3}>
        {(invoices) =>
          invoices.length ? (
            <Table
              caption={w().invoices}
              rows={invoices}
              id={(each) => each.id}
              more={read.more}
              reading={read.reading}
              columns={[
                { title: w().number, cell: (each) => each.number ?? "–" },
                { title: w().date, time: true, cell: (each) => date(each.created) },
                { title: w().total, number: true, cell: (each) => money(each.total_cents, each.currency) },
                {
                  title: w().state,
                  cell: (each) => (
                    <Badge tone={STATES[each.status] ?? "neutral"}>{known[each.status] ?? each.status}</Badge>
                  ),
                },
                {
                  title: w().links,
                  actions: true,
                  cell: (each) => (
                    <>
                      {each.url && (
                        <ButtonLink kind="plain" small href={each.url} away>
                          {w().view}
                        </ButtonLink>
                      )}
                      {each.pdf && (
                        <ButtonLink kind="plain" small href={each.pdf} away>
                          {w().pdf}
                        </ButtonLink>
                      )}
                    </>
                  ),
                },
              ]}
            />
          ) : (
            <Empty icon={<Receipt />} title={w().noInvoices} />
          )
        }
      </Answered>
    </Section>
  );
}

function End({ overview }: { overview: Overview }) {
  const asking = useSignal(false);
  const end = async (resume: boolean) => {
    await answer(api.POST("/v1/billing/cancel", { body: { resume } }));
    await Promise.all([changed("billing"), meChanged()]);
  };
  const resume = useDoing(async () => {
    await end(true);
    say(w().resumed);
  });
  if (overview.cancel_at) {
    return (
      <Section title={w().end} lead={w().ending(date(overview.cancel_at))}>
        <Problem error={resume.error} />
        <Button kind="primary" busy={resume.busy} onClick={() => void resume.run()}>
          {w().resume}
        </Button>
      </Section>
    );
  }
  return (
    <Section title={w().end} lead={w().endText}>
      <Button onClick={() => (asking.value = true)}>{w().end}</Button>
      {asking.value && (
        <Confirm
          title={w().endTitle}
          action={w().endAction}
          danger
          done={w().ended}
          onConfirm={() => end(false)}
          onClose={() => (asking.value = false)}
        >
          <p>{w().endText}</p>
        </Confirm>
      )}
    </Section>
  );
}
