/** What the platform says, in the person's language: by the key that comes with it, else as it is. */

import type { Wording } from "../api/schema.ts";
import { number } from "../words.ts";
import { bringWords, tableSpoken } from "./chat.ts";

const PLACE = /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g;

/** A sentence of the platform's. `text` is its English, which stands where a key is not known here. */
export function told(text: string, wording: Wording | undefined): string {
  const template = wording && templateOf(wording.key);
  return template === undefined ? text : fill(template, wording?.parameters ?? {});
}

/** One of a card's texts. */
export function toldOf(words: Readonly<Record<string, Wording>> | undefined, text: string): string {
  return told(text, words && Object.hasOwn(words, text) ? words[text] : undefined);
}

/** What a tool does. Where it says no more than its label, that is known by its name. */
export function toldTool(tool: string, label: string, wording: Wording | undefined): string {
  return told(label, wording ?? { key: `tool.${tool}`, parameters: {} });
}

/** What a field of a record is called, `home_address.city` too. A custom field is called by its slug. */
export function toldField(name: string): string {
  if (name.startsWith("custom_values.")) return inWords(name.slice("custom_values.".length));
  const [, whole, part] = /^(\w+)\.(\w+)$/.exec(name) ?? [];
  if (whole === undefined || part === undefined) return oneField(name);
  const parameters = { whole: oneField(whole), part: oneField(part) };
  return told(`${parameters.whole} ${parameters.part}`, { key: "field.part", parameters });
}

function oneField(attribute: string): string {
  return told(inWords(attribute), { key: `field.${attribute.replaceAll(" ", "_")}`, parameters: {} });
}

function inWords(attribute: string): string {
  return attribute.replaceAll("_", " ");
}

function templateOf(key: string): string | undefined {
  const table = tableSpoken.value;
  return table && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** A template with its parameters. */
export function fill(template: string, parameters: Readonly<Record<string, unknown>>): string {
  return template.replace(PLACE, (_, name: string, one: string | undefined, several: string | undefined) => {
    const value = parameters[name];
    if (one === undefined || several === undefined) return shown(value);
    return (value === 1 ? one : several).replace("#", shown(value));
  });
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return number(value);
  if (Array.isArray(value)) return value.map(shown).join("; ");
  if (typeof value === "object" && value !== null && "key" in value) return nested(value as Wording);
  return "";
}

function nested(wording: Wording): string {
  const template = templateOf(wording.key);
  return template === undefined ? "" : fill(template, wording.parameters ?? {});
}

bringWords(told);
