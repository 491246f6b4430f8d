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

/** Notices of the panel alone are known by their kind; those of the platform come with their wording. */
export function toldNotice(
  notice: Pick<Notice, "kind" | "message" | "wording">,
  brand: string,
  said: (text: string, wording: Notice["wording"]) => string = (text) => text,
): string {
  const ours = words.value.notices[notice.kind];
  if (language.value === "en") return notice.message.replaceAll("{brand}", brand);
  const message = said(notice.message, notice.wording);
  return (message === notice.message && ours ? ours : message).replaceAll("{brand}", brand);
}
