import { computed, signal } from "@preact/signals";
import type { NatError } from "../api/errors.ts";
import type { Notice, Refusal, Wording } from "../wire.ts";
import { type Language, language, table } from "../words.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";

/** What the chat says. */
export const words = table({ en, de });

/**
 * What a person is told of an error: by the key that comes with it, else our words of its code in their language
 * if there are some, else the platform's, which know more and are English.
 */
export function toldError(
  error: Pick<NatError | Refusal, "code" | "message" | "wording">,
  brand: string,
): string {
  const ours = words.value.errors[error.code];
  const told = language.value === "en" ? error.message || ours : byKey(error, ours) || error.message;
  return (told || words.value.errors.internal || error.code).replaceAll("{brand}", brand);
}

type Table = Readonly<Record<string, string>>;
const tables = signal<Readonly<Partial<Record<Language, Table>>>>({});

/** What the platform says in the language that is spoken, by key; English needs none. */
export const tableSpoken = computed(() => tables.value[language.value]);

/** What the platform says in a language, by key: loaded by who speaks it. */
export function bringTable(of: Language, more: Table): void {
  tables.value = { ...tables.peek(), [of]: { ...tables.peek()[of], ...more } };
}

type Say = (text: string, wording: Wording | undefined) => string;
const say = signal<Say>((text) => text);

/** What the platform says is put into words by a table that only what shows conversations brings along. */
export function bringWords(brought: Say): void {
  say.value = brought;
}

/** By the key that comes with it; `otherwise` where no table that is there has it in this language. */
export function byKey(
  said: { readonly message: string; readonly wording?: Wording | undefined },
  otherwise: string | undefined,
): string | undefined {
  const text = say.value(said.message, said.wording);
  return text !== said.message || (said.wording && language.value === "en") ? text : otherwise;
}

/** By the key that comes with it; else by its kind, as long as that table is not there. */
export function toldNotice(notice: Pick<Notice, "kind" | "message" | "wording">, brand: string): string {
  const ours = language.value === "en" ? undefined : words.value.notices[notice.kind];
  return (byKey(notice, ours) ?? notice.message).replaceAll("{brand}", brand);
}
