/** Where people come back to from NationBuilder when all went well: connected, or joined. */
import { useEffect } from "preact/hooks";
import { brand } from "../brand.ts";
import { words } from "../language.ts";
import { meChanged } from "../me.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Steps } from "./steps.tsx";
import { Suggestions } from "./suggestions.tsx";
import { arrived, setupNation } from "./way.ts";

const w = words({
  en: {
    connected: "You are connected",
    joined: (slug: string) => `You have joined ${slug}`,
    lead: "Ask your first question. Any words will do; here are three to begin with.",
    own: "Ask something else",
    extension: (brand: string) => `Get ${brand} inside the control panel`,
  },
  de: {
    connected: "Die Verbindung steht",
    joined: (slug: string) => `Du gehörst jetzt zu ${slug}`,
    lead: "Stell deine erste Frage. Alle Worte sind recht; hier sind drei zum Anfangen.",
    own: "Etwas anderes fragen",
    extension: (brand: string) => `${brand} direkt im Control Panel`,
  },
});

export default function Success() {
  const query = new URLSearchParams(location.search);
  const slug = query.get("nation") ?? setupNation();
  useEffect(() => {
    if (slug) arrived(slug);
    void meChanged();
  }, [slug]);
  return (
    <Steps
      title={query.get("purpose") === "join" ? w().joined(slug ?? "") : w().connected}
      step={3}
      lead={w().lead}
    >
      <div class="stack">
        <Suggestions />
        <div class="actions">
          <ButtonLink kind="primary" href="/">
            {w().own}
          </ButtonLink>
          <ButtonLink href="/setup/extension">{w().extension(brand().name)}</ButtonLink>
        </div>
      </div>
    </Steps>
  );
}
