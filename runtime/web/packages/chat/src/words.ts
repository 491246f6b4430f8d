/** What clients say, in the person's language: one typed table for each language, the same names in all. */

import { computed, type ReadonlySignal, signal } from "@preact/signals";

export type Language = "en" | "de";
export const LANGUAGES: readonly Language[] = ["en", "de"];

const chosen = signal<Language>(firstLanguage());

function firstLanguage(): Language {
  const wanted = typeof navigator === "undefined" ? [] : navigator.languages;
  for (const each of wanted) {
    const language = LANGUAGES.find((known) => each.toLowerCase().startsWith(known));
    if (language) return language;
  }
  return "en";
}

/** The language that is spoken now. */
export const language: ReadonlySignal<Language> = chosen;

export function speak(wanted: Language): void {
  chosen.value = wanted;
}

/** The locale for dates and numbers: the person's own region of the language, if the browser knows one. */
export const locale: ReadonlySignal<string> = computed(() => {
  const wanted = typeof navigator === "undefined" ? [] : navigator.languages;
  return wanted.find((each) => each.toLowerCase().startsWith(chosen.value)) ?? chosen.value;
});

/** A table in every language, read in the one that is spoken. */
export function table<Words extends object>(
  tables: Readonly<Record<Language, Words>>,
): ReadonlySignal<Words> {
  return computed(() => tables[chosen.value]);
}

export interface Forms {
  readonly one: string;
  readonly other: string;
}

/** One of two forms by a number, `#` being the number as it is written here. */
export function plural(count: number, forms: Forms, where: string = locale.value): string {
  const form = new Intl.PluralRules(where).select(count) === "one" ? forms.one : forms.other;
  return form.replace("#", number(count, where));
}

export function number(value: number, where: string = locale.value): string {
  return new Intl.NumberFormat(where).format(value);
}

/** A moment as people say it: the time today, the day otherwise. */
export function moment(time: number, now: number, where: string = locale.value): string {
  const date = new Date(time);
  const today = new Date(now).toDateString() === date.toDateString();
  return new Intl.DateTimeFormat(
    where,
    today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  ).format(date);
}
