/** Step two: a plan, paid on Stripe's page. Who comes back without paying lands here again. */
import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { answer, api, inNation } from "../api.ts";
import { config, type Plan, UNLIMITED } from "../brand.ts";
import { count, money } from "../format.ts";
import { words } from "../language.ts";
import { leaveFor, navigate } from "../navigate.ts";
import { useDoing, useRead } from "../server.ts";
import { Button } from "../ui/button.tsx";
import { Failure, Loading, Problem } from "../ui/states.tsx";
import { Steps } from "./steps.tsx";
import { cameBackUnpaid, leaveToPay, next, setupNation, stateOf } from "./way.ts";

const w = words({
  en: {
    title: "Choose a plan",
    lead: (slug: string) => `For ${slug}: everybody of your nation shares it.`,
    cancelled: "Nothing was charged. Choose a plan when you are ready.",
    month: "a month",
    questions: (n: string) => `${n} questions a month`,
    unlimited: "Unlimited questions",
    people: "Everybody in your nation",
    undo: "Approvals and undo",
    choose: (plan: string) => `Choose ${plan}`,
    trial: (days: number, price: string) => `${days} days free, then ${price} a month. Cancel at any time.`,
    owner: "This nation has a subscription that has ended. Its owner can subscribe again.",
  },
  de: {
    title: "Wähle einen Tarif",
    lead: (slug) => `Für ${slug}: Alle in deiner Nation nutzen ihn gemeinsam.`,
    cancelled: "Es wurde nichts abgebucht. Wähle einen Tarif, wenn du so weit bist.",
    month: "im Monat",
    questions: (n) => `${n} Fragen im Monat`,
    unlimited: "Unbegrenzt viele Fragen",
    people: "Alle in deiner Nation",
    undo: "Freigaben und Rückgängig",
    choose: (plan) => `${plan} wählen`,
    trial: (days, price) => `${days} Tage frei, dann ${price} im Monat. Jederzeit kündbar.`,
    owner: "Das Abo dieser Nation ist beendet. Wem sie gehört, kann es neu abschließen.",
  },
});

export default function Plans() {
  const slug = setupNation();
  const read = useRead(["setup", slug], () => stateOf(slug ?? ""), {
    enabled: slug !== null,
    everywhere: true,
  });
  const cancelled = useComputed(cameBackUnpaid);
  const state = read.data;
  useEffect(() => {
    if (slug === null) return navigate("/setup", { replace: true });
    if (state === undefined) return;
    const step = next(state);
    if (step === "connect") navigate("/setup/connect", { replace: true });
    if (step === "done" || step === "ask_admin") navigate("/settings/billing", { replace: true });
    if (step === "stranger") navigate("/setup", { replace: true });
  }, [slug, state]);
  const pay = useDoing(async (plan: string) => {
    const page = await answer(api.POST("/v1/billing/checkout", { body: { plan }, ...inNation(slug ?? "") }));
    leaveToPay();
    leaveFor(page.url);
  });
  useEffect(() => {
    // Somebody else of the nation was quicker: what is true now decides where it goes on.
    if (pay.error?.code === "already_subscribed") read.again();
  }, [pay.error]);
  return (
    <Steps title={w().title} step={1} lead={w().lead(slug ?? "")}>
      {cancelled.value && (
        <p class="note" role="status">
          {w().cancelled}
        </p>
      )}
      {read.error && <Failure error={read.error} again={read.again} />}
      {read.loading && <Loading />}
      {state && next(state) === "ask_owner" && <p class="note">{w().owner}</p>}
      {state && next(state) === "plans" && (
        <>
          <ul class="plans">
            {config().plans.map((plan, i) => (
              <Offer
                key={plan.plan}
                plan={plan}
                primary={i === 0}
                busy={pay.busy}
                choose={() => void pay.run(plan.plan)}
              />
            ))}
          </ul>
          <Problem error={pay.error} />
        </>
      )}
    </Steps>
  );
}

function Offer({
  plan,
  primary,
  busy,
  choose,
}: {
  plan: Plan;
  primary: boolean;
  busy: boolean;
  choose: () => void;
}) {
  return (
    <li class="plan">
      <h2>{plan.title}</h2>
      <p class="price">
        <strong>{money(plan.price_cents)}</strong> {w().month}
      </p>
      <ul class="ticks">
        <li>{plan.queries_limit >= UNLIMITED ? w().unlimited : w().questions(count(plan.queries_limit))}</li>
        <li>{w().people}</li>
        <li>{w().undo}</li>
      </ul>
      <Button kind={primary ? "primary" : "quiet"} busy={busy} onClick={choose}>
        {w().choose(plan.title)}
      </Button>
      {plan.trial_days > 0 && <p class="hint">{w().trial(plan.trial_days, money(plan.price_cents))}</p>}
    </li>
  );
}
