/** What the platform says is complete in every language, and says the same with its parameters. */
import { afterEach, expect, test } from "vitest";
import description from "../../../../../docs/api/openapi.json?raw";
import { byKey, toldError } from "../src/words/chat.ts";
import "../src/german.ts";
import { fill, told, toldField, toldOf, toldTool } from "../src/words/server.ts";
import { serverDe } from "../src/words/server_de.ts";
import { speak } from "../src/words.ts";

const english: Record<string, string> = JSON.parse(description)["x-messages"];

const places = (template: string) => [...template.matchAll(/\{(\w+)/g)].map(([, name]) => name).sort();

afterEach(() => speak("en"));

test("German has every key of the description that both clients meet and no other", () => {
  const both = Object.keys(english).filter((key) => !key.startsWith("form."));
  expect(Object.keys(serverDe).sort()).toEqual(both.sort());
});

test("a translation has the places of its original", () => {
  const differing = Object.keys(serverDe).filter(
    (key) => `${places(english[key] ?? "")}` !== `${places(serverDe[key as keyof typeof serverDe])}`,
  );

  expect(differing).toEqual([]);
});

test("a number chooses its form", () => {
  expect(fill("{people|# Person|# Personen}", { people: 1 })).toBe("1 Person");
  expect(fill("{people|# Person|# Personen}", { people: 23 })).toBe("23 Personen");
});

test("English stands as the platform wrote it", () => {
  expect(told("Tag 2 people", { key: "change.tag_people", parameters: {} })).toBe("Tag 2 people");
});

test("a sentence within a sentence is said in the same language", () => {
  speak("de");
  const change = { key: "change.tag_people", parameters: { people: 2, tag: "neu" } };

  expect(told("Undo: Tag 2 people", { key: "change.undo", parameters: { change } })).toBe(
    "Rückgängig: 2 Personen mit „neu“ taggen",
  );
});

test("criteria are listed, and what a record says stays as it is", () => {
  speak("de");
  const donated = {
    key: "filter.donated",
    parameters: { amount: { key: "filter.more_than", parameters: { amount: "100.00" } } },
  };

  expect(
    toldOf({ x: { key: "filter.people", parameters: { criteria: [donated, "is volunteer"] } } }, "x"),
  ).toBe("Menschen; insgesamt gespendet: mehr als 100.00; is volunteer");
});

test("a tool's label is known by its name, and an unknown one is English", () => {
  speak("de");

  expect(toldTool("search_people", "Looking for people", undefined)).toBe("Sucht Menschen");
  expect(toldTool("not_yet", "Doing something new", undefined)).toBe("Doing something new");
  expect(told("Something new", { key: "change.not_yet", parameters: {} })).toBe("Something new");
});

test("a record cannot name a property of all objects", () => {
  speak("de");

  expect(toldOf({}, "constructor")).toBe("constructor");
  expect(told("text", { key: "toString", parameters: {} })).toBe("text");
});

test("fields of records are called as people call them, custom fields by their slug", () => {
  speak("de");
  expect(toldField("home_address.city")).toBe("Wohnadresse, Ort");
  expect(toldField("people tagged")).toBe("getaggte Menschen");
  expect(toldField("custom_values.shirt_size")).toBe("shirt size");
  expect(toldField("of_tomorrow")).toBe("of tomorrow");
  expect(toldField("a.b <c.d>")).toBe("a.b <c.d>");

  speak("en");
  expect(toldField("home_address.city")).toBe("home address city");
});

test("a refusal is said by its key, and without one by its code", () => {
  const wording = { key: "refused.title", parameters: { most: 120 } };
  const refusal = { code: "bad_request", message: "A title has 1 to 120 characters.", wording };

  expect(toldError(refusal, "Nat")).toBe("A title has 1 to 120 characters.");
  speak("de");
  expect(toldError(refusal, "Nat")).toBe("Ein Titel hat 1 bis 120 Zeichen.");
  expect(toldError({ code: "bad_request", message: "`x` is missing." }, "Nat")).toBe(
    "Die Anfrage war nicht zu verstehen.",
  );
});

test("a key that no table has yet leaves the words of the code, and English needs no table", () => {
  const refusal = { message: "Newly said.", wording: { key: "form.new", parameters: {} } };

  expect(byKey(refusal, "By its code.")).toBe("Newly said.");
  speak("de");
  expect(byKey(refusal, "Nach dem Code.")).toBe("Nach dem Code.");
});
