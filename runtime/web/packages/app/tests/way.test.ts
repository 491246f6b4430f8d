// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { slugOf } from "../src/nation.ts";
import { type NationState, next } from "../src/setup/way.ts";
import { mayReload } from "../src/stale.ts";

const state = (more: Partial<NationState>): NationState => ({
  nation_slug: "demo",
  status: "active",
  active: true,
  plan: "nat",
  queries_used: 0,
  queries_limit: 500,
  period_start: null,
  limit_reached: false,
  nb_connected: true,
  nb_needs_reauth: false,
  role: "owner",
  ...more,
});

test.each([
  ["demo", "demo"],
  [" Demo ", "demo"],
  ["demo.nationbuilder.com", "demo"],
  ["https://demo.nationbuilder.com/admin/signups/7?tab=1#x", "demo"],
  ["http://my-party_2.nationbuilder.com:443/", "my-party_2"],
  ["www.example.org", null],
  ["https://evil.example/demo.nationbuilder.com", null],
  ["demo.nationbuilder.com.evil.example", null],
  ["not a nation!", null],
  ["", null],
])("the address %j names %j", (typed, slug) => {
  expect(slugOf(typed)).toBe(slug);
});

test.each<[Partial<NationState> | null, ReturnType<typeof next>]>([
  [null, "stranger"],
  [{ active: false, status: "none", role: null }, "plans"],
  [{ active: false, status: "cancelled" }, "plans"],
  [{ active: false, status: "cancelled", role: "member" }, "ask_owner"],
  [{ nb_connected: false }, "connect"],
  [{ nb_needs_reauth: true, role: "admin" }, "connect"],
  [{ nb_connected: false, role: "viewer" }, "ask_admin"],
  [{}, "done"],
])("%j goes on with %s", (known, step) => {
  expect(next(known && state(known))).toBe(step);
});

test("a stale part reloads the page once, and again only after a while", () => {
  expect(mayReload(null, 0)).toBe(true);
  expect(mayReload("1000", 5_000)).toBe(false);
  expect(mayReload("1000", 60_000)).toBe(true);
});
