import { expect, test } from "vitest";
import { within } from "../src/place.ts";

test("a panel that was left beyond the window comes back into it", () => {
  expect(within({ left: 3_000, top: -50, width: 420, height: 640 }, 1_280, 800)).toEqual({
    left: 860,
    top: 0,
    width: 420,
    height: 640,
  });
});

test("a panel is never larger than the window", () => {
  const box = within({ left: 0, top: 0, width: 4_000, height: 4_000 }, 360, 500);
  expect(box.width).toBeLessThanOrEqual(360);
  expect(box.height).toBeLessThanOrEqual(500);
});
