// @vitest-environment happy-dom
/** Both languages, as far as types do not say it: nothing is empty, and no sentence was left in English. */
import { NatError, speak } from "@nat/chat";
import { afterEach, expect, test } from "vitest";
import { microDollars, money, relative } from "../src/format.ts";
import { sentence } from "../src/problems.ts";
import "../src/refused_de.ts";

afterEach(() => speak("en"));

const refusal = (code: string, message = "") => new NatError({ code, message, retryable: false }, 400);

test("a refusal is told in the person's language, whatever the server's words are", () => {
  speak("de");

  expect(sentence(refusal("seats_taken", "All seats are taken."))).toContain("Plätze");
});

test("a code that nobody knows is told as the server does, and without its words as ours", () => {
  expect(sentence(refusal("new_code", "Something new."))).toBe("Something new.");
  expect(sentence(refusal("new_code"))).toContain("went wrong on our side");
});

test("whole amounts have no cents, and a model's cost below a cent has digits that say something", () => {
  expect(money(2900)).toBe("$29");
  expect(money(2950)).toBe("$29.50");
  expect(microDollars(1_234)).toBe("$0.0012");
});

test("times near now are told from now", () => {
  const now = Date.parse("2026-11-28T12:00:00Z");

  expect(relative("2026-11-28T10:00:00Z", now)).toBe("2 hours ago");
  expect(relative("2026-12-01T12:00:00Z", now)).toBe("in 3 days");
});

test("a refusal that says more than its code is told in full, in either language", () => {
  const wording = { key: "form.short_months", parameters: { day: 31 } };
  const refused = new NatError(
    { code: "bad_request", message: "Not every month has a day 31.", retryable: false, wording },
    400,
  );

  expect(sentence(refused)).toBe("Not every month has a day 31.");
  speak("de");
  expect(sentence(refused)).toContain("Nicht jeder Monat hat einen 31.");
});
