/** One question, one click, once a quarter: would they recommend it? Whatever is pressed ends it. */
import { useSignal } from "@preact/signals";
import { X } from "lucide-preact";
import { answer, api } from "../api.ts";
import { brand } from "../brand.ts";
import { words } from "../language.ts";
import { IconButton } from "../ui/button.tsx";
import { say } from "../ui/said.tsx";

const w = words({
  en: {
    question: (brand: string) => `How likely are you to recommend ${brand} to others?`,
    least: "0: not at all",
    most: "10: surely",
    unsaid: "Do not say",
    thanks: "Thank you.",
  },
  de: {
    question: (brand) => `Wie wahrscheinlich ist es, dass du ${brand} weiterempfiehlst?`,
    least: "0: gar nicht",
    most: "10: sicher",
    unsaid: "Keine Angabe",
    thanks: "Danke.",
  },
});

const SCORES = Array.from({ length: 11 }, (_, score) => score);

export function Nps() {
  const answered = useSignal(false);
  if (answered.value) return null;
  const give = (score: number | null) => {
    answered.value = true;
    if (score !== null) say(w().thanks);
    // Not worth a word if it does not arrive: they are asked again another day.
    answer(api.PUT("/v1/me/nps", { body: { score } })).catch(() => undefined);
  };
  return (
    <section class="nps" aria-label={w().question(brand().name)}>
      <p>{w().question(brand().name)}</p>
      <div class="nps-scores">
        <span class="quiet">{w().least}</span>
        {SCORES.map((score) => (
          <button key={score} type="button" class="nps-score" onClick={() => give(score)}>
            {score}
          </button>
        ))}
        <span class="quiet">{w().most}</span>
      </div>
      <IconButton label={w().unsaid} icon={<X />} onClick={() => give(null)} />
    </section>
  );
}
