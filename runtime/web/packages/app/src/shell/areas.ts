/** Areas of a nation's data, as people call them. One that is not known here goes by its own name. */
import { words } from "../language.ts";

const w = words({
  en: {
    people: "people",
    contacts: "contacts",
    tags: "tags",
    lists: "lists",
    events: "events",
    money: "finances",
    memberships: "memberships",
    paths: "paths",
    petitions: "petitions",
    surveys: "surveys",
    relationships: "relationships",
    automations: "automations",
    lookups: "mailings and broadcasters",
  },
  de: {
    people: "Menschen",
    contacts: "Kontakte",
    tags: "Tags",
    lists: "Listen",
    events: "Veranstaltungen",
    money: "Finanzen",
    memberships: "Mitgliedschaften",
    paths: "Pfade",
    petitions: "Petitionen",
    surveys: "Umfragen",
    relationships: "Beziehungen",
    automations: "Automationen",
    lookups: "Rundmails und Absender",
  },
});

export function areaName(area: string): string {
  const known: Readonly<Record<string, string>> = w();
  return Object.hasOwn(known, area) ? (known[area] ?? area) : area;
}
