/** Where Stripe sends people who paid: their payment reaches us by another way, within seconds. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { brand } from "../brand.ts";
import { words } from "../language.ts";
import { meChanged } from "../me.ts";
import { navigate } from "../navigate.ts";
import { useRead } from "../server.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Failure } from "../ui/states.tsx";
import { Steps } from "./steps.tsx";
import { next, setupNation, stateOf } from "./way.ts";

const w = words({
  en: {
    title: "Thank you. Setting up your nation…",
    lead: "This takes a few seconds.",
    slow: "Your payment is safe, but the news of it has not arrived yet.",
    slowText:
      "Some banks confirm later. You can close this page: you get an email, and signing in again goes on from here. If your nation had a subscription already, your trial has ended without a charge: prove on the first page that you work in its control panel.",
    again: "Look again",
    help: "Write to us",
  },
  de: {
    title: "Danke. Deine Nation wird eingerichtet …",
    lead: "Das dauert ein paar Sekunden.",
    slow: "Deine Zahlung ist sicher, aber die Nachricht davon ist noch nicht da.",
    slowText:
      "Manche Banken bestätigen später. Du kannst diese Seite schließen: Du bekommst eine E-Mail, und beim nächsten Anmelden geht es hier weiter. Hatte deine Nation schon ein Abo, ist deine Probezeit ohne Abbuchung beendet: Zeig auf der ersten Seite, dass du in ihrem Control Panel arbeitest.",
    again: "Noch einmal nachsehen",
    help: "Schreib uns",
  },
});

const LOOK = 1000;
/** After so long somebody wants to know why, in milliseconds. */
const PATIENCE = 45_000;

export default function Paid() {
  const slug = setupNation();
  const slow = useSignal(false);
  const read = useRead(["setup", slug, "paid"], () => stateOf(slug ?? ""), {
    enabled: slug !== null,
    everywhere: true,
    every: LOOK,
  });
  useEffect(() => {
    if (slug === null) navigate("/", { replace: true });
    const timer = setTimeout(() => {
      slow.value = true;
    }, PATIENCE);
    return () => clearTimeout(timer);
  }, [slug]);
  useEffect(() => {
    if (!read.data?.active) return;
    void meChanged().then(() =>
      navigate(next(read.data ?? null) === "connect" ? "/setup/connect" : "/", { replace: true }),
    );
  }, [read.data?.active]);
  return (
    <Steps title={slow.value ? w().slow : w().title} step={1} lead={slow.value ? w().slowText : w().lead}>
      {read.error && <Failure error={read.error} again={read.again} />}
      {slow.value ? (
        <div class="actions">
          <Button kind="primary" onClick={read.again}>
            {w().again}
          </Button>
          <ButtonLink href={`mailto:${brand().supportEmail}`}>{w().help}</ButtonLink>
        </div>
      ) : (
        <div class="waiting" role="status" aria-label={w().lead}>
          <span class="spinner" aria-hidden="true" />
        </div>
      )}
    </Steps>
  );
}
