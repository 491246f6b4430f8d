/** Step three: let us work in the nation, on NationBuilder's own page. */
import { useEffect } from "preact/hooks";
import { brand } from "../brand.ts";
import { words } from "../language.ts";
import { leaveFor, navigate } from "../navigate.ts";
import { useDoing, useRead } from "../server.ts";
import { Button } from "../ui/button.tsx";
import { Failure, Loading, Problem } from "../ui/states.tsx";
import { Steps } from "./steps.tsx";
import { consentPage, next, setupNation, stateOf } from "./way.ts";

const w = words({
  en: {
    title: "Connect NationBuilder",
    lead: (slug: string) => `On the next page NationBuilder asks whether you allow access to ${slug}.`,
    points: (brand: string) => [
      `${brand} acts in your name and can do no more than you can.`,
      "Reading is done at once. Changes to several records, deletions and messages wait for a yes.",
      "You can disconnect at any time in the settings.",
    ],
    cpu: "Use the NationBuilder login with which you open the control panel.",
    go: "Continue to NationBuilder",
    admin: "Only an admin or the owner of this nation can connect it.",
  },
  de: {
    title: "NationBuilder verbinden",
    lead: (slug: string) =>
      `Auf der nächsten Seite fragt NationBuilder, ob du den Zugang zu ${slug} erlaubst.`,
    points: (brand: string) => [
      `${brand} handelt in deinem Namen und kann nicht mehr als du.`,
      "Gelesen wird sofort. Änderungen an mehreren Einträgen, Löschungen und Nachrichten warten auf ein Ja.",
      "Du kannst die Verbindung jederzeit in den Einstellungen trennen.",
    ],
    cpu: "Nimm den NationBuilder-Zugang, mit dem du das Control Panel öffnest.",
    go: "Weiter zu NationBuilder",
    admin: "Nur wer diese Nation administriert oder besitzt, kann sie verbinden.",
  },
});

export default function Connect() {
  const slug = setupNation();
  const read = useRead(["setup", slug], () => stateOf(slug ?? ""), {
    enabled: slug !== null,
    everywhere: true,
  });
  const go = useDoing(async () => leaveFor(await consentPage(slug ?? "", "connect")));
  useEffect(() => {
    if (slug === null) return navigate("/setup", { replace: true });
    if (read.data === undefined) return;
    const step = next(read.data);
    if (step === "plans") navigate("/setup/plans", { replace: true });
    if (step === "stranger") navigate("/setup", { replace: true });
    if (step === "done") navigate("/", { replace: true });
  }, [slug, read.data]);
  return (
    <Steps title={w().title} step={2} lead={w().lead(slug ?? "")}>
      {read.error && <Failure error={read.error} again={read.again} />}
      {read.loading && <Loading rows={3} />}
      {read.data && (
        <div class="stack">
          <ul class="ticks">
            {w()
              .points(brand().name)
              .map((point) => (
                <li key={point}>{point}</li>
              ))}
          </ul>
          <p class="hint">{w().cpu}</p>
          <Problem error={go.error} />
          {next(read.data) === "ask_admin" ? (
            <p class="note">{w().admin}</p>
          ) : (
            <Button kind="primary" busy={go.busy} onClick={() => void go.run()}>
              {w().go}
            </Button>
          )}
        </div>
      )}
    </Steps>
  );
}
