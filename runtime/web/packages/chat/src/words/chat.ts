import type { NatError } from "../api/errors.ts";
import type { Notice, Refusal } from "../wire.ts";
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

export function toldNotice(notice: Pick<Notice, "kind" | "message">, brand: string): string {
  const ours = words.value.notices[notice.kind];
  return (language.value === "en" ? notice.message : (ours ?? notice.message)).replaceAll("{brand}", brand);
}
