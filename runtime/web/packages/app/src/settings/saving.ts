/** How one part of the settings is changed. */
import { answer, api, type Schemas } from "../api.ts";
import { changed, useDoing } from "../server.ts";
import { say } from "../ui/said.tsx";
import { w } from "./words.ts";

export type SettingsOf = Schemas["Settings"];

/** Saves some settings, and shows what the server made of them. */
export function useSaving() {
  return useDoing(async (wanted: Schemas["SettingsWanted"]) => {
    await answer(api.PATCH("/v1/settings", { body: wanted }));
    await changed("settings");
    say(w().saved);
  });
}

export interface Part {
  settings: SettingsOf;
  isAdmin: boolean;
}
