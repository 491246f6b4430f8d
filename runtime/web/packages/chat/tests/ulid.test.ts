import { expect, test } from "vitest";
import { ulid } from "../src/ulid.ts";

test("a ULID has the form that the server accepts", () => {
  expect(ulid()).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
});

test("ULIDs sort by the time they were made", () => {
  expect(ulid(1_764_324_000_000) < ulid(1_764_324_000_001)).toBe(true);
});
