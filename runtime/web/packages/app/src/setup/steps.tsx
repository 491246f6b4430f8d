/** Around the pages of the way in: which step this is, and the way out. */
import { Check } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { brand } from "../brand.ts";
import { words } from "../language.ts";
import { useMe } from "../me.ts";
import { sessions, signOut } from "../session/sign_in.ts";
import { LanguagePick } from "../shell/public.tsx";
import { useTitle } from "../ui/page.tsx";

const w = words({
  en: {
    steps: ["Your nation", "Plan", "NationBuilder", "First question"],
    progress: "Progress",
    out: "Sign out",
    back: "Back",
  } as const,
  de: {
    steps: ["Deine Nation", "Tarif", "NationBuilder", "Erste Frage"],
    progress: "Fortschritt",
    out: "Abmelden",
    back: "Zurück",
  } as const,
});

export type Step = 0 | 1 | 2 | 3;

interface StepsProps {
  title: string;
  /** Null for a page beside the way, such as an invitation. */
  step: Step | null;
  lead?: ComponentChildren;
  children: ComponentChildren;
}

export function Steps({ title, step, lead, children }: StepsProps) {
  useTitle(title);
  const me = useMe().data;
  return (
    <div class="public">
      <header class="public-head">
        <a class="brand" href="/">
          {brand().name}
        </a>
        {step !== null && (
          <ol class="steps" aria-label={w().progress}>
            {w().steps.map((name, i) => (
              <li key={name} aria-current={i === step ? "step" : undefined} data-done={i < step || undefined}>
                <span class="step-mark" aria-hidden="true">
                  {i < step ? <Check /> : i + 1}
                </span>
                <span class="step-name">{name}</span>
              </li>
            ))}
          </ol>
        )}
      </header>
      <main id="main" class="setup">
        <h1>{title}</h1>
        {lead && <p class="lead">{lead}</p>}
        {children}
      </main>
      <footer class="public-foot">
        {me?.memberships.length ? <a href="/">{w().back}</a> : null}
        {sessions.current.value && (
          <button type="button" class="link" onClick={() => void signOut()}>
            {w().out}
          </button>
        )}
        <LanguagePick />
      </footer>
    </div>
  );
}
