/** The first page of somebody who is not signed in. */
import { CircleCheckBig, ListChecks, MessageCircleQuestionMark } from "lucide-preact";
import { brand } from "../brand.ts";
import { words } from "../language.ts";
import { useDoing } from "../server.ts";
import { signIn } from "../session/sign_in.ts";
import { PublicPage } from "../shell/public.tsx";
import { Button } from "../ui/button.tsx";
import { Problem } from "../ui/states.tsx";

const w = words({
  en: {
    title: "Ask your nation anything",
    lead: "Plain questions about your people, donations and events, answered from your NationBuilder. Changes wait for your yes.",
    start: "Create an account",
    signIn: "Sign in",
    back: "Sign in to go on where you were.",
    points: [
      ["Ask", "“Who donated this week?” A number, a table, and a link to what reproduces it."],
      ["Act", "“Tag everyone who gave over $100.” You see who is meant before anything happens."],
      ["Undo", "Every change is kept with what was there before, for 30 days."],
    ],
  } as const,
  de: {
    title: "Frag deine Nation alles",
    lead: "Fragen in eigenen Worten zu Menschen, Spenden und Veranstaltungen, beantwortet aus eurem NationBuilder. Änderungen warten auf dein Ja.",
    start: "Konto anlegen",
    signIn: "Anmelden",
    back: "Melde dich an, um dort weiterzumachen, wo du warst.",
    points: [
      [
        "Fragen",
        "„Wer hat diese Woche gespendet?“ Eine Zahl, eine Tabelle und ein Link zu dem, was sie belegt.",
      ],
      [
        "Handeln",
        "„Markiere alle, die über 100 $ gegeben haben.“ Du siehst, wer gemeint ist, bevor etwas geschieht.",
      ],
      ["Zurücknehmen", "Jede Änderung wird 30 Tage lang mit dem aufbewahrt, was vorher da war."],
    ],
  } as const,
});

const ICONS = [
  <MessageCircleQuestionMark key="ask" />,
  <ListChecks key="act" />,
  <CircleCheckBig key="undo" />,
];

export default function Welcome({ back }: { back: string }) {
  const enter = useDoing((signUp: boolean) => signIn(back, { signUp }));
  return (
    <PublicPage title={brand().tagline}>
      <div class="welcome">
        <h1>{w().title}</h1>
        <p class="lead">{back === "/" ? w().lead : w().back}</p>
        <div class="actions">
          <Button kind="primary" onClick={() => void enter.run(false)} busy={enter.busy}>
            {w().signIn}
          </Button>
          <Button onClick={() => void enter.run(true)}>{w().start}</Button>
        </div>
        <Problem error={enter.error} />
        <ul class="points">
          {w().points.map(([name, text], i) => (
            <li key={name}>
              <span aria-hidden="true">{ICONS[i]}</span>
              <div>
                <h2>{name}</h2>
                <p>{text}</p>
              </div>
            </li>
          ))}
        </ul>
      </div>
    </PublicPage>
  );
}
