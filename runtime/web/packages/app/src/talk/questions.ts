/** Three questions that every nation can ask, and the one that was chosen elsewhere in the app. */
import { signal } from "@preact/signals";
import { words } from "../language.ts";
import { navigate } from "../navigate.ts";

const w = words({
  en: ["Who donated this week?", "How many people signed up this month?", "Which events are coming up?"],
  de: [
    "Wer hat diese Woche gespendet?",
    "Wie viele haben sich diesen Monat eingetragen?",
    "Welche Veranstaltungen stehen an?",
  ],
});

export const suggestions = (): readonly string[] => w();

/** Asked as soon as the chat is there. It is never part of an address: a link would ask in the person's name. */
export const chosen = signal<string | null>(null);

export function ask(question: string): void {
  chosen.value = question;
  navigate("/");
}
