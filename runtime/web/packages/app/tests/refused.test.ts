/** What only the app's forms are refused with is complete in German. */
import { expect, test } from "vitest";
import description from "../../../../../docs/api/openapi.json?raw";
import { refusedDe } from "../src/refused_de.ts";

const english: Record<string, string> = JSON.parse(description)["x-messages"];

test("what only forms are refused with is complete in German, with the places of its original", () => {
  const forms = Object.keys(english).filter((key) => key.startsWith("form."));
  const places = (template = "") => [...template.matchAll(/\{(\w+)/g)].map(([, name]) => name).sort();

  expect(Object.keys(refusedDe).sort()).toEqual(forms.sort());
  for (const key of Object.keys(refusedDe) as (keyof typeof refusedDe)[]) {
    expect(places(refusedDe[key]), key).toEqual(places(english[key]));
  }
});
