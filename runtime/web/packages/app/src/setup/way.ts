/** Where somebody stands on the way in, and what is remembered of it: they leave for two vendors' pages and
 * come back, perhaps tomorrow, perhaps by the back button. */
import { answer, api, asNatError, inNation, type Schemas } from "../api.ts";
import { kept } from "../kept.ts";
import { atLeast } from "../me.ts";
import { nation, selectNation } from "../nation.ts";

export type NationState = Schemas["Nation"];

const NATION = "setup.nation";
const PAYING = "setup.paying";

/** The nation that is being set up; else the one that is worked in. */
export const setupNation = (): string | null => kept.get(NATION) ?? nation.value;

export function beginWith(slug: string): void {
  kept.set(NATION, slug);
  kept.remove(PAYING);
}

/** Somebody leaves to pay: who comes back to the plans has not paid. */
export const leaveToPay = () => kept.set(PAYING, "1");
export const cameBackUnpaid = () => kept.get(PAYING) !== null;

export function arrived(slug: string): void {
  kept.remove(NATION);
  kept.remove(PAYING);
  selectNation(slug);
}

/** The nation as the person may see it; null for a nation of which they are no member. Raises `NatError`. */
export async function stateOf(slug: string): Promise<NationState | null> {
  try {
    return await answer(api.GET("/v1/nation", inNation(slug)));
  } catch (error) {
    if (asNatError(error).code === "not_a_member") return null;
    throw error;
  }
}

/** The page on which it goes on. `stranger` is somebody who has to be let in first. */
export type Next = "plans" | "connect" | "done" | "ask_admin" | "ask_owner" | "stranger";

export function next(state: NationState | null): Next {
  if (state === null) return "stranger";
  if (!state.active) return state.role === null || state.role === "owner" ? "plans" : "ask_owner";
  if (!state.nb_connected || state.nb_needs_reauth)
    return atLeast(state.role, "admin") ? "connect" : "ask_admin";
  return "done";
}

/** The address of NationBuilder's consent page. The answer sets the cookie that the way back needs. */
export async function consentPage(slug: string, purpose: "connect" | "join"): Promise<string> {
  const call =
    purpose === "connect"
      ? api.POST("/v1/nationbuilder/connect", inNation(slug))
      : api.POST("/v1/nationbuilder/join", inNation(slug));
  return (await answer<Schemas["Departure"]>(call)).url;
}
