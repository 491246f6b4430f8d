import { words } from "../language.ts";
import { ask, suggestions } from "../talk/questions.ts";

const w = words({ en: { label: "Suggestions" }, de: { label: "Vorschläge" } });

export function Suggestions() {
  return (
    <ul class="suggestions" aria-label={w().label}>
      {suggestions().map((question) => (
        <li key={question}>
          <button type="button" onClick={() => ask(question)}>
            {question}
          </button>
        </li>
      ))}
    </ul>
  );
}
