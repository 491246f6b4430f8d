import type { NatError } from "../api/errors.ts";
import type { Notice, Refusal, Wording } from "../wire.ts";
import { language, table } from "../words.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";

/** What the chat says. */
export const words = table({ en, de });

/**
 * What a person is told of an error: our words in their language if there are some, else the platform's, which
 * know more and are English.
 */
export function toldError(error: Pick<NatError | Refusal, "code" | "message">, brand: string): string {
  const ours = words.value.errors[error.code];
  const told = language.value === "en" ? error.message || ours : ours || error.message;
  return (told || words.value.errors.internal || error.code).replaceAll("{brand}", brand);
}

type Say = (text: string, wording: Wording | undefined) => string;
let say: Say = (text) => text;

/** What the platform says is put into words by a table that only what shows conversations brings along. */
export function bringWords(brought: Say): void {
  say = brought;
}

/** By the key that comes with it; else by its kind, as long as that table is not there. */
export function toldNotice(notice: Pick<Notice, "kind" | "message" | "wording">, brand: string): string {
  const ours = words.value.notices[notice.kind];
  if (language.value === "en") return notice.message.replaceAll("{brand}", brand);
  const message = say(notice.message, notice.wording);
  return (message === notice.message && ours ? ours : message).replaceAll("{brand}", brand);
}
