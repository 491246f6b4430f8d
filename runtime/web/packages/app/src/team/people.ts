/** Whom and which roles the team's page is about. */
import type { Schemas } from "../api.ts";
import { atLeast, type Role } from "../me.ts";
import { w } from "./words.ts";

export type Member = Schemas["Member"];

/** The roles that somebody may give. */
export const given = (mine: Role): Role[] => (atLeast(mine, "admin") ? ["viewer", "member", "admin"] : []);

export const named = (each: { user_id: string; email: string | null }) =>
  each.email ?? w().unnamed(each.user_id.slice(0, 8));
