/** The language that the app speaks. Chat and app speak the same one; a table here is typed: German has every
 * sentence that English has. */

import { LANGUAGES, type Language, language, speak, table } from "@nat/chat";
import { effect } from "@preact/signals";
import { kept } from "./kept.ts";

export { LANGUAGES, type Language, language };

/** As those who speak them call them. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

type Translated<T> = T extends string
  ? string
  : T extends (...values: infer V) => infer R
    ? (...values: V) => Translated<R>
    : { readonly [K in keyof T]: Translated<T[K]> };

export function chooseLanguage(chosen: Language): void {
  speak(chosen);
  document.documentElement.lang = chosen;
  kept.set("language", chosen);
}

/** What the person chose before; else the browser's languages have decided. What the server refuses is said in
 * German once that table is there, and by its code until then. */
export function beginLanguage(): void {
  effect(() => {
    if (language.value === "de") import("./refused_de.ts").catch(() => undefined);
  });
  const chosen = LANGUAGES.find((each) => each === kept.get("language"));
  if (chosen) speak(chosen);
  document.documentElement.lang = language.value;
}

/** A table in all languages; call the result where the words are shown, so that a change of language shows. */
export function words<const T extends object>(tables: {
  en: T;
  de: Translated<NoInfer<T>>;
}): () => Translated<T> {
  const spoken = table<Translated<T>>(tables as unknown as Record<Language, Translated<T>>);
  return () => spoken.value;
}
