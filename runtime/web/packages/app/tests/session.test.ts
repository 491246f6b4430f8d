// @vitest-environment happy-dom

import { type Granted, GrantRefused, SignedOut } from "@nat/chat/session";
import { expect, test } from "vitest";
import { Kept } from "../src/kept.ts";
import { Sessions } from "../src/session/session.ts";

const token = (name: string) => `head.${btoa(JSON.stringify({ sub: "ann", name }))}.sign`;
const granted = (name: string): Granted => ({
  access_token: token(name),
  refresh_token: `refresh-${name}`,
  expires_in: 3600,
});

/** What tabs of one browser share: storage, and one lock. */
class Shared {
  readonly values = new Map<string, string>();
  #last: Promise<unknown> = Promise.resolve();

  get storage(): Storage {
    return {
      getItem: (name: string) => this.values.get(name) ?? null,
      setItem: (name: string, value: string) => void this.values.set(name, value),
      removeItem: (name: string) => void this.values.delete(name),
    } as Storage;
  }

  locked = <T>(work: () => Promise<T>): Promise<T> => {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  };
}

/** A login that takes each refresh token once. */
class Login {
  readonly used = new Set<string>();
  count = 0;

  renew = async (refresh: string): Promise<Granted> => {
    if (this.used.has(refresh)) throw new GrantRefused("invalid_grant");
    this.used.add(refresh);
    this.count += 1;
    return granted(`${this.count}`);
  };
}

const HOUR = 3_600_000;

function tab(shared: Shared, login: Login, clock: { now: number }, locked = shared.locked): Sessions {
  return new Sessions(new Kept([shared.storage]), locked, login.renew, () => clock.now);
}

test("a session survives a reload", () => {
  const shared = new Shared();
  tab(shared, new Login(), { now: 0 }).begin(granted("a"));

  expect(tab(shared, new Login(), { now: 0 }).current.value?.user).toBe("ann");
});

test("tabs that renew at the same moment use the refresh token once and stay signed in", async () => {
  const shared = new Shared();
  const login = new Login();
  const clock = { now: 0 };
  tab(shared, login, clock).begin(granted("a"));
  const tabs = [tab(shared, login, clock), tab(shared, login, clock), tab(shared, login, clock)];
  clock.now = HOUR;

  const given = await Promise.all(tabs.flatMap((each) => [each.access(), each.access()]));

  expect(new Set(given)).toEqual(new Set([token("1")]));
  expect(login.count).toBe(1);
});

test("where there are no locks, who loses the race takes up what the winner stored", async () => {
  const shared = new Shared();
  const login = new Login();
  const clock = { now: 0 };
  tab(shared, login, clock).begin(granted("a"));
  const free = <T>(work: () => Promise<T>) => work();
  const slow = new Sessions(
    new Kept([shared.storage]),
    free,
    async (refresh) => {
      await new Promise((later) => setTimeout(later, 5));
      return login.renew(refresh);
    },
    () => clock.now,
  );
  const quick = tab(shared, login, clock, free);
  clock.now = HOUR;

  const [late, first] = await Promise.all([slow.access(), quick.access()]);

  expect(late).toBe(first);
  expect(slow.current.value).not.toBeNull();
});

test("a network that is down signs nobody out", async () => {
  const shared = new Shared();
  const clock = { now: 0 };
  const sessions = new Sessions(
    new Kept([shared.storage]),
    shared.locked,
    () => Promise.reject(new TypeError("offline")),
    () => clock.now,
  );
  sessions.begin(granted("a"));
  clock.now = HOUR;

  await expect(sessions.access()).rejects.toThrow(TypeError);

  expect(sessions.current.value?.user).toBe("ann");
});

test("a refresh token that is gone ends the session", async () => {
  const shared = new Shared();
  const login = new Login();
  const clock = { now: 0 };
  const sessions = tab(shared, login, clock);
  sessions.begin(granted("a"));
  login.used.add("refresh-a");
  clock.now = HOUR;

  await expect(sessions.access()).rejects.toThrow(SignedOut);

  expect(sessions.current.value).toBeNull();
  expect(shared.values.size).toBe(0);
});

test("a token that the API does not take is renewed before its time, whatever the clock says", async () => {
  const login = new Login();
  const sessions = tab(new Shared(), login, { now: 0 });
  const { access } = sessions.begin(granted("a"));

  expect(await sessions.access()).toBe(access);
  expect(await sessions.access(access)).toBe(token("1"));
});

test("a storage that is full keeps the session as long as the page is open", () => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new Error("QuotaExceededError");
    },
    removeItem: () => undefined,
  } as unknown as Storage;
  const kept = new Kept([full]);

  kept.set("session", "…");

  expect(kept.get("session")).toBe("…");
  expect(new Kept([]).lasting).toBe(false);
});
