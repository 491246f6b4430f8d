import { afterEach, expect, test, vi } from "vitest";
import { BrowserStorage } from "../src/storage.ts";

afterEach(() => vi.unstubAllGlobals());

/** A browser's storage in which a value of more characters than `room` finds no place. */
function storage(room: number) {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    removeItem: (key: string) => kept.delete(key),
    setItem: (key: string, value: string) => {
      if (value.length > room) throw new DOMException("full", "QuotaExceededError");
      kept.set(key, value);
    },
  });
  return kept;
}

test("what a full storage refuses is read as it was set last, and not as it stands there", async () => {
  storage(4);
  const kept = new BrowserStorage();

  await kept.set("draft", "half");
  await kept.set("draft", "half a question");

  expect(await kept.get("draft")).toBe("half a question");
});

test("nothing older stands in a full storage, and the tab has over a reload what found no place there", async () => {
  const browser = storage(4);
  const tab = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => tab.get(key) ?? null,
    removeItem: (key: string) => tab.delete(key),
    setItem: (key: string, value: string) => tab.set(key, value),
  });
  const before = new BrowserStorage();
  await before.set("draft", "half");
  await before.set("draft", "half a question");

  const reloaded = new BrowserStorage();
  expect(await reloaded.get("draft")).toBe("half a question");
  expect(browser.has("draft")).toBe(false);

  await reloaded.set("draft", "half");
  expect(browser.get("draft")).toBe("half");
  expect(tab.has("draft")).toBe(false);
});

test("what another tab has set is read, once it found a place again", async () => {
  const browser = storage(4);
  const kept = new BrowserStorage();
  await kept.set("draft", "too long");
  await kept.set("draft", "fits");

  browser.set("draft", "else");

  expect(await kept.get("draft")).toBe("else");
});

test("a storage that is forbidden keeps while the page lives", async () => {
  vi.stubGlobal("localStorage", undefined);
  const kept = new BrowserStorage();

  await kept.set("draft", "half");
  expect(await kept.get("draft")).toBe("half");

  await kept.set("draft", undefined);
  expect(await kept.get("draft")).toBeUndefined();
});
