import { effect } from "@preact/signals";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NatError } from "../src/api/errors.ts";
import type { Approval } from "../src/api/schema.ts";
import { Conversation } from "../src/store/conversation.ts";
import type { Turn } from "../src/store/turn.ts";
import { ulid } from "../src/ulid.ts";
import { event } from "./events.ts";
import { prefixesOf, storedLog } from "./logs.ts";
import { FakePlatform, type Fate } from "./world.ts";

const CONVERSATION = "01KAZ3V9Q8R7T6S5P4N3M2K1C0";

function begin(platform = new FakePlatform()): { platform: FakePlatform; conversation: Conversation } {
  const conversation = new Conversation(CONVERSATION, platform.world, true);
  platform.channel.listen({
    frame: (frame) => {
      if (frame.kind === "event") conversation.event(frame.event);
      else if (frame.kind === "pong") conversation.pong(frame.pong);
      else if (frame.kind === "refusal") conversation.refusal(frame.refusal);
      else conversation.announcement(frame.announcement);
    },
    opened: () => conversation.opened(),
  });
  return { platform, conversation };
}

function ask(conversation: Conversation, text: string): Turn {
  conversation.draft.type(text);
  expect(conversation.ask()).toBe(true);
  return conversation.turns.value.at(-1) as Turn;
}

function only(conversation: Conversation): Turn {
  return conversation.turns.value.at(-1) as Turn;
}

/** Write the rest of a log as the platform would, one event every so often. */
async function play(
  platform: FakePlatform,
  turn: string,
  events: readonly Parameters<FakePlatform["write"]>[0][],
  pause = 50,
) {
  for (const each of events) {
    platform.write({ ...each, turn });
    await platform.clock.pass(pause);
  }
}

describe("whatever the network does", () => {
  const fates: fc.Arbitrary<Fate> = fc.oneof(
    { weight: 6, arbitrary: fc.constant([1]) },
    fc.constant([]),
    fc.constant([1, 1]),
    fc.integer({ min: 2, max: 900 }).map((delay) => [delay]),
    fc.integer({ min: 2, max: 30_000 }).map((delay) => [1, delay]),
  );
  const network = fc.record({
    fates: fc.infiniteStream(fates),
    fails: fc.infiniteStream(fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true))),
    /** After so many events the connection is lost or comes back, or the page falls asleep. */
    cuts: fc.array(fc.nat(12), { maxLength: 4 }),
    pause: fc.constantFrom(5, 100, 1_000),
  });

  test("a person reads in the end what is stored, and never sees it go back", async () => {
    await fc.assert(
      fc.asyncProperty(storedLog, network, async (stored, { fates, fails, cuts, pause }) => {
        const { platform, conversation } = begin();
        platform.fate = () => fates.next().value as Fate;
        platform.fails = () => fails.next().value as boolean;
        const turn = ask(conversation, "Who donated?");
        const prefixes = prefixesOf(stored.events);
        let reached = 0;
        const stopWatching = effect(() => {
          const { text } = turn.view.value;
          const at = prefixes.findIndex((prefix, place) => place >= reached && prefix === text);
          expect(at, `${JSON.stringify(text)} after ${reached}`).toBeGreaterThanOrEqual(0);
          reached = at;
        });
        for (let tries = 0; !platform.turns.has(turn.id) && tries < 100; tries += 1) {
          await platform.clock.pass(1_000);
        }
        let down = false;
        for (const [index, each] of stored.events.slice(1).entries()) {
          if (cuts.includes(index)) {
            down = !down;
            platform.cut(down);
          }
          platform.write({ ...each, turn: turn.id });
          await platform.clock.pass(pause);
        }
        platform.cut(false);
        platform.fails = () => false;
        await platform.clock.pass(10 * 60_000);
        stopWatching();

        expect(turn.view.value).toEqual({
          ...stored.view,
          news: stored.view.news.map((news) => ({ ...news, turn: turn.id, place: expect.anything() })),
          progress: stored.view.progress && { ...stored.view.progress, turn: turn.id },
          notices: stored.view.notices.map((notice) => ({ ...notice, turn: turn.id })),
          failure: stored.view.failure && { ...stored.view.failure, turn: turn.id },
        });
        expect(turn.delivery.value.state).toBe("known");
      }),
      { seed: 20261128, numRuns: 250 },
    );
  });

  test("a question is one turn, however often it has to be sent", async () => {
    const { platform, conversation } = begin();
    let pushes = 0;
    platform.fate = () => {
      pushes += 1;
      return pushes < 3 ? [] : [1];
    };
    const turn = ask(conversation, "Who donated?");

    await platform.clock.pass(60_000);

    expect(platform.turns.size).toBe(1);
    expect(new Set(platform.sent.filter((each) => each.action === "ask").map((each) => each.turn))).toEqual(
      new Set([turn.id]),
    );
    expect(turn.delivery.value.state).toBe("known");
  });
});

describe("a question", () => {
  test("leaves the composer at once, and its text is kept until the platform has it", async () => {
    const { platform, conversation } = begin();
    platform.fate = () => [];
    ask(conversation, "Who donated?");
    await platform.clock.pass(1);

    expect(conversation.draft.text.value).toBe("");
    expect(await platform.storage.get("nat.draft.demo.new")).toContain("Who donated?");
  });

  test("that is refused comes back into the composer, before what was typed since", async () => {
    const { platform, conversation } = begin();
    platform.answer = (message) => ({
      kind: "refusal",
      refusal: {
        type: "error",
        code: "limit_reached",
        message: "All used.",
        retryable: false,
        turn: message.turn,
        url: "https://app.example/billing",
      },
    });
    ask(conversation, "Who donated?");
    conversation.draft.type("And who not?");
    await platform.clock.pass(100);

    expect(conversation.turns.value).toEqual([]);
    expect(conversation.draft.text.value).toBe("Who donated?\n\nAnd who not?");
    expect(conversation.refused.value?.refusal.code).toBe("limit_reached");
  });

  test("asked within five seconds of another waits, and is sent by itself", async () => {
    const { platform, conversation } = begin();
    const first = ask(conversation, "One");
    await platform.clock.pass(100);
    await play(platform, first.id, [
      event(1, 1, { type: "turn.started" }),
      event(1, 2, { type: "turn.finished", text: "1", links: [] }),
    ]);
    const second = ask(conversation, "Two");

    expect(second.delivery.value).toMatchObject({ state: "held", until: expect.any(Number) });
    await platform.clock.pass(5_200);
    expect(second.delivery.value.state).toBe("known");
    expect(platform.turns.size).toBe(2);
  });

  test("that the platform finds too early is sent again after the wait", async () => {
    const { platform, conversation } = begin();
    let refusals = 1;
    platform.answer = (message) =>
      refusals-- > 0
        ? {
            kind: "refusal",
            refusal: {
              type: "error",
              code: "cooldown",
              message: "Wait.",
              retryable: true,
              turn: message.turn,
            },
          }
        : undefined;
    const turn = ask(conversation, "Who donated?");
    await platform.clock.pass(1_000);
    expect(turn.delivery.value.state).toBe("held");

    await platform.clock.pass(6_000);
    expect(turn.delivery.value.state).toBe("known");
  });

  test("that could not be sent before the page was left is taken up under the same id", async () => {
    const { platform, conversation } = begin();
    platform.cut(true);
    const turn = ask(conversation, "Who donated?");
    await platform.clock.pass(1_000);

    const again = begin(platform);
    platform.cut(false);
    await again.conversation.open();
    await platform.clock.pass(1_000);

    expect([...platform.turns.keys()]).toEqual([turn.id]);
    expect(only(again.conversation).delivery.value.state).toBe("known");
  });

  test("asked while another is answered waits for its end", async () => {
    const { platform, conversation } = begin();
    const first = ask(conversation, "One");
    await platform.clock.pass(10_000);
    const second = ask(conversation, "Two");
    expect(second.delivery.value).toEqual({ state: "held", until: undefined });

    await play(platform, first.id, [
      event(1, 1, { type: "turn.started" }),
      event(1, 2, { type: "turn.finished", text: "1", links: [] }),
    ]);
    await platform.clock.pass(100);
    expect(second.delivery.value.state).toBe("known");
  });
});

describe("a conversation", () => {
  test("that is opened while a turn runs shows all of it and follows it", async () => {
    const platform = new FakePlatform();
    const turn = ulid(platform.clock.now());
    platform.turns.set(turn, { conversation: CONVERSATION, question: "Who?", askedAt: 1, events: [] });
    platform.write(event(0, 1, { type: "turn.accepted", conversation: CONVERSATION }, turn));
    platform.write(event(1, 1, { type: "turn.started" }, turn));
    platform.write(event(1, 2, { type: "text.delta", text: "Anna" }, turn));
    const conversation = new Conversation(CONVERSATION, platform.world, false);
    platform.channel.listen({
      frame: (frame) => frame.kind === "event" && conversation.event(frame.event),
      opened: () => conversation.opened(),
    });

    await conversation.open();
    await platform.clock.pass(100);
    expect(only(conversation).view.value.text).toBe("Anna");

    await play(platform, turn, [event(1, 3, { type: "text.delta", text: " and Bert" })]);
    expect(only(conversation).view.value.text).toBe("Anna and Bert");
  });

  test("shows what is asked in it on another device", async () => {
    const { platform, conversation } = begin();
    const first = ask(conversation, "One");
    await platform.clock.pass(100);
    await play(platform, first.id, [
      event(1, 1, { type: "turn.started" }),
      event(1, 2, { type: "turn.finished", text: "1", links: [] }),
    ]);
    const elsewhere = ulid(platform.clock.now());
    platform.turns.set(elsewhere, {
      conversation: CONVERSATION,
      question: "Two?",
      askedAt: platform.clock.now(),
      events: [],
    });
    platform.write(event(0, 1, { type: "turn.accepted", conversation: CONVERSATION }, elsewhere));
    await platform.clock.pass(100);

    expect(conversation.turns.value.map((turn) => turn.asked.value)).toEqual(["One", "Two?"]);
  });

  test("is stopped by a call where there is no socket, and over it where there is", async () => {
    const { platform, conversation } = begin();
    const turn = ask(conversation, "Who?");
    await platform.clock.pass(100);
    platform.cut(true);
    platform.fails = () => true;

    conversation.stop(turn);
    await platform.clock.pass(100);
    expect([platform.stopped, turn.stopping.value]).toEqual([[], true]);

    platform.fails = () => false;
    conversation.stop(turn);
    await platform.clock.pass(100);
    expect(platform.stopped).toEqual([turn.id]);
    platform.cut(false);
    await platform.clock.pass(100);
    expect(platform.sent.filter(({ action }) => action === "stop")).toHaveLength(1);
  });

  test("that was asleep reads what happened when somebody looks again", async () => {
    const { platform, conversation } = begin();
    const turn = ask(conversation, "Who?");
    await platform.clock.pass(100);
    platform.fate = () => [];
    platform.write(event(1, 1, { type: "turn.started" }, turn.id));
    platform.write(event(1, 2, { type: "turn.finished", text: "Anna.", links: [] }, turn.id));

    conversation.woke();
    await platform.clock.pass(1);

    expect(turn.view.value).toMatchObject({ phase: "finished", text: "Anna." });
  });
});

describe("a decision", () => {
  const approval = (state: Approval["state"], decision: string | null): Approval => ({
    approval: "a1",
    conversation: CONVERSATION,
    change: "t#1#c",
    state,
    user_id: "u1",
    card: { fingerprint: "f1", summary: "Tag 23 people" } as Approval["card"],
    created_at: "2026-11-28T09:00:00Z",
    expires_at: "2026-11-28T09:15:00Z",
    decided_by: decision && "u1",
    decided_in: decision ? "slack" : null,
    decided_at: decision && "2026-11-28T09:01:00Z",
    decision,
    counts: {},
  });

  test("is taken once, however often somebody clicks", async () => {
    const { platform, conversation } = begin();
    ask(conversation, "Tag them");
    await platform.clock.pass(100);
    const yes = { kind: "approve", approval: "a1", fingerprint: "f1" } as const;

    await Promise.all([conversation.decide(yes), conversation.decide(yes), conversation.decide(yes)]);

    expect(platform.decided).toHaveLength(1);
  });

  test("whose answer was lost keeps its id for the next click", async () => {
    const { platform, conversation } = begin();
    ask(conversation, "Tag them");
    await platform.clock.pass(100);
    const yes = { kind: "approve", approval: "a1", fingerprint: "f1" } as const;
    const ids: string[] = [];
    const decide = platform.nat.decide.bind(platform.nat);
    platform.nat.decide = (conversationId, decision, id) => {
      ids.push(id);
      return decide(conversationId, decision, id);
    };
    platform.fails = () => true;
    await conversation.decide(yes);
    platform.fails = () => false;
    await conversation.decide(yes);

    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  test.each([
    ["that turn's end", true],
    ["a second, where the end is not heard", false],
  ])("on a card whose turn is still being answered waits for %s", async (_, heard) => {
    const { platform, conversation } = begin();
    const turn = ask(conversation, "Tag them");
    await platform.clock.pass(100);
    const ids: string[] = [];
    const decide = platform.nat.decide.bind(platform.nat);
    let busy = true;
    platform.nat.decide = (conversationId, decision, id) => {
      ids.push(id);
      if (!busy) return decide(conversationId, decision, id);
      return Promise.reject(new NatError({ code: "conversation_busy", message: "", retryable: true }, 409));
    };
    const decided = conversation.decide({ kind: "approve", approval: "a1", fingerprint: "f1" });
    await platform.clock.pass(100);

    expect(conversation.refused.value).toBeUndefined();
    expect(conversation.deciding.value.has("a1")).toBe(true);
    busy = false;
    if (heard) {
      platform.write(event(1, 1, { type: "turn.finished", text: "It waits for you.", links: [] }, turn.id));
      await platform.clock.pass(50);
    } else {
      await platform.clock.pass(900);
    }
    expect(platform.decided).toHaveLength(1);
    await decided;
    expect(new Set(ids).size).toBe(1);
    expect(conversation.deciding.value.has("a1")).toBe(false);
  });

  test("of long ago does not come back when its events are late", async () => {
    const { platform, conversation } = begin();
    ask(conversation, "Tag them");
    await platform.clock.pass(100);
    conversation.approvals.record(approval("done", "d1"));

    conversation.approvals.news({
      approval: "a1",
      state: "committing",
      turn: "d0",
      place: { attempt: 1, seq: 2 },
    });

    expect(conversation.approvals.get("a1")?.value.state).toBe("done");
  });

  test("shows on the card as soon as its turn says so", () => {
    const { conversation } = begin();
    conversation.approvals.record(approval("pending", null));

    conversation.approvals.news({
      approval: "a1",
      state: "committing",
      turn: "d1",
      by: "u2",
      place: { attempt: 1, seq: 2 },
    });
    conversation.approvals.news({
      approval: "a1",
      state: "partly",
      turn: "d1",
      by: "u2",
      place: { attempt: 1, seq: 9 },
    });
    conversation.approvals.news({
      approval: "a1",
      state: "committing",
      turn: "d1",
      by: "u2",
      place: { attempt: 1, seq: 2 },
    });

    expect(conversation.approvals.get("a1")?.value).toMatchObject({
      state: "partly",
      decidedBy: "u2",
      decision: "d1",
    });
  });
});
