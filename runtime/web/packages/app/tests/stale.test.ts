// @vitest-environment happy-dom
/** A tab that was open over a deploy. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reloadOnStaleChunk } from "../src/stale.ts";

const reload = vi.fn();

beforeEach(() => {
  sessionStorage.clear();
  vi.stubGlobal("location", { reload });
  reloadOnStaleChunk();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

test("a part that is no longer there reloads the page, once", () => {
  const first = new Event("vite:preloadError", { cancelable: true });
  dispatchEvent(first);
  const second = new Event("vite:preloadError", { cancelable: true });
  dispatchEvent(second);

  expect(reload).toHaveBeenCalledTimes(1);
  expect(first.defaultPrevented).toBe(true);
  expect(second.defaultPrevented).toBe(false);
});
