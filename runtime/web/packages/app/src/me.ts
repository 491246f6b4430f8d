/** The person, and their nations. */
import { answer, api, type Schemas } from "./api.ts";
import { nation } from "./nation.ts";
import { changedEverywhere, type Read, useRead } from "./server.ts";
import { sessions } from "./session/sign_in.ts";

export type Me = Schemas["Me"];
export type Membership = Schemas["MembershipOfMine"];
export type Role = Schemas["Role"];

const RANK: Record<Role, number> = { viewer: 0, member: 1, admin: 2, owner: 3 };

export const atLeast = (role: Role | null | undefined, least: Role): boolean =>
  role !== null && role !== undefined && RANK[role] >= RANK[least];

export function useMe(): Read<Me> {
  return useRead(["me", sessions.current.value?.user ?? null], () => answer(api.GET("/v1/me")), {
    enabled: sessions.current.value !== null,
    everywhere: true,
  });
}

/** Read the person anew, after what changes their nations. */
export const meChanged = (): Promise<void> => changedEverywhere("me");

/** The selected nation among the person's, else their primary one. */
export function selected(me: Me): Membership | null {
  const of = (slug: string | null) => me.memberships.find((each) => each.nation_slug === slug);
  return of(nation.value) ?? of(me.nation_slug) ?? me.memberships[0] ?? null;
}

/** Addresses of the nation's people, as far as the person may know them. */
export function usePeople(): ReadonlyMap<string, string> {
  const read = useRead(["members"], () => answer(api.GET("/v1/members")));
  const known = read.data?.members ?? [];
  return new Map(known.flatMap((each) => (each.email === null ? [] : [[each.user_id, each.email]])));
}

export function useMembership(): Membership | null {
  const me = useMe().data;
  return me ? selected(me) : null;
}
