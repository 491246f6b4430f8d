/** The states of a chat, told by a platform that is a fake and a clock that stands. */

import type { Approval, Card, Result } from "../src/api/schema.ts";
import { ChatStore } from "../src/store/chat.ts";
import type { Conversation } from "../src/store/conversation.ts";
import type { ToolFinished } from "../src/wire.ts";
import { event } from "../tests/events.ts";
import { FakePlatform } from "../tests/world.ts";
import { ANSWER, HOSTILE, MONTHS } from "./answers.ts";

export interface Stage {
  readonly platform: FakePlatform;
  readonly store: ChatStore;
}

const PEOPLE = ["Anna Ahrens", "Bert O'Hollander", "Chiara Conti", "Dilek Demir", "Emil Ek", "Fatou Fall"];

export function card(changes: Partial<Card> = {}): Card {
  return {
    tool: "bulk_add_tag",
    effect: "bulk",
    sends: false,
    role: "admin",
    summary: "Tag 23 people as “major donor”",
    filter: "People who donated more than $100 in all",
    count: 23,
    people: 23,
    sample: PEOPLE.slice(0, 5).map((name, place) => ({
      key: `k${place}`,
      type: "signup",
      id: String(place + 1),
      name,
      url: `https://demo.nationbuilder.com/admin/signups/${place + 1}`,
      method: "POST",
      before: { tags: "volunteer" },
      after: { tags: "volunteer, major donor" },
    })),
    more: 18,
    touched: [],
    skipped: {
      count: 2,
      reasons: [{ why: "has the tag already", count: 2 }],
      sample: [{ type: "signup", id: "9", name: "Greta Groß", url: null, why: "has the tag already" }],
    },
    warnings: ["A tag “Major Donor” exists already; this one is spelled otherwise."],
    editable: [{ name: "tag", label: "tag", type: "string", value: "major donor" }],
    undo: "all",
    fingerprint: "f1",
    ...changes,
  };
}

export function approval(state: Approval["state"], changes: Partial<Approval> = {}): Approval {
  const decided = state !== "pending" && state !== "expired" && state !== "superseded";
  return {
    approval: "a1",
    conversation: "",
    change: "t#1#c",
    state,
    user_id: "u1",
    card: card(),
    created_at: "2026-11-28T09:00:00Z",
    expires_at: new Date(Date.now() + 14 * 60_000 + 32_000).toISOString(),
    decided_by: decided ? "u1" : null,
    decided_in: decided ? "websocket" : null,
    decided_at: decided ? new Date().toISOString() : null,
    decision: decided ? "d1" : null,
    counts: {},
    ...changes,
  };
}

function lookup(
  call: string,
  label: string,
  returned: number,
  total: number,
  more: Partial<ToolFinished> = {},
) {
  return {
    type: "tool.finished" as const,
    call,
    tool: "list_people",
    label,
    ok: true,
    returned,
    total,
    complete: returned === total,
    links: [{ label: "Show me", url: "https://demo.nationbuilder.com/admin/signups?filter=1" }],
    filter: "signed up since 1 November",
    ...more,
  } satisfies Content;
}

async function ask(stage: Stage, question: string): Promise<string> {
  const conversation = stage.store.open.peek();
  conversation.draft.type(question);
  conversation.ask();
  await stage.platform.clock.pass(50);
  return conversation.turns.peek().at(-1)?.id ?? "";
}

type Content = Parameters<typeof event>[2];

async function play(stage: Stage, turn: string, contents: readonly Content[]): Promise<void> {
  for (const [place, content] of contents.entries()) {
    stage.platform.write(event(1, place + 1, content, turn));
  }
  await stage.platform.clock.pass(1_000);
}

async function answered(
  stage: Stage,
  question: string,
  answer: string,
  tools: readonly Content[] = [],
): Promise<void> {
  const turn = await ask(stage, question);
  await play(stage, turn, [
    { type: "turn.started" },
    ...tools,
    {
      type: "turn.finished",
      text: answer,
      links: [{ label: "Sign-ups in NationBuilder", url: "https://demo.nationbuilder.com/admin/signups" }],
    },
  ]);
}

async function proposed(
  stage: Stage,
  given: Partial<Approval>,
  state: Approval["state"],
  changes: Partial<Card> = {},
) {
  const turn = await ask(stage, "Tag everyone who donated over $100 as major donor");
  const record = approval(state, { card: card(changes), ...given });
  stage.platform.approvals = [record];
  await play(stage, turn, [
    { type: "turn.started" },
    lookup("c1", "Looking for donors", record.card.count, record.card.count),
    { type: "approval.requested", approval: "a1", card: record.card, expires_at: record.expires_at },
    { type: "turn.finished", text: `I found ${record.card.count} people. Shall I go on?`, links: [] },
  ]);
}

async function carriedOut(stage: Stage, contents: readonly Content[]): Promise<void> {
  const conversation = stage.store.open.peek();
  await conversation.decide({ kind: "approve", approval: "a1", fingerprint: "f1" });
  const turn = stage.platform.decided.at(-1)?.id ?? "";
  stage.platform.write(event(0, 1, { type: "turn.accepted", conversation: conversation.id }, turn));
  await play(stage, turn, contents);
}

const TOOLS: readonly Content[] = [
  { type: "tool.started", call: "c1", tool: "list_people", label: "Looking for people who signed up" },
  lookup("c1", "Looking for people who signed up", 1_284, 1_284),
  lookup("c2", "Reading their cities", 200, 1_284, {
    flagged: [{ label: "Person 77", url: "https://demo.nationbuilder.com/admin/signups/77" }],
  }),
];

export const STATES: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  empty: async () => {},
  answer: (stage) => answered(stage, "How many people signed up in November, and where?", ANSWER, TOOLS),
  chart: (stage) => answered(stage, "How did donations develop this year?", MONTHS, TOOLS.slice(0, 2)),
  thinking: async (stage) => {
    await ask(stage, "Who donated this week?");
  },
  streaming: async (stage) => {
    const turn = await ask(stage, "How many people signed up in November, and where?");
    await play(stage, turn, [
      { type: "turn.started" },
      ...TOOLS.slice(0, 2),
      { type: "tool.started", call: "c3", tool: "list_people", label: "Reading their cities" },
      { type: "text.delta", text: ANSWER.slice(0, 330) },
    ]);
  },
  approval: (stage) => proposed(stage, {}, "pending"),
  many: (stage) =>
    proposed(stage, {}, "pending", {
      summary: "Delete 140 people for good",
      effect: "destructive",
      count: 140,
      people: 140,
      more: 135,
      undo: "none",
      sends: false,
      warnings: [],
      editable: [],
      sample: card().sample.map((each) => ({ ...each, method: "DELETE", after: null })),
    }),
  sending: (stage) =>
    proposed(stage, {}, "pending", {
      summary: "Email 23 people: “Thank you”",
      sends: true,
      undo: "none",
      editable: [
        { name: "subject", label: "subject", type: "string", value: "Thank you" },
        { name: "track_clicks", label: "track clicks", type: "boolean", value: true },
      ],
    }),
  progress: async (stage) => {
    await proposed(stage, {}, "pending");
    await carriedOut(stage, [
      { type: "turn.started" },
      { type: "approval.updated", approval: "a1", state: "committing", by: "u1" },
      { type: "progress", label: "Tagging people", done: 14, total: 23, failed: 1 },
    ]);
  },
  done: async (stage) => {
    await proposed(stage, {}, "pending");
    await carriedOut(stage, [
      { type: "turn.started" },
      { type: "approval.updated", approval: "a1", state: "done", by: "u1" },
      { type: "turn.finished", text: "Done: 23 of 23. 2 of them were so already.", links: [] },
    ]);
    stage.platform.approvals = [approval("done", { counts: { done: 23 } })];
    await stage.store.open.peek().refresh();
    await stage.platform.clock.pass(1_000);
  },
  partly: async (stage) => {
    await proposed(stage, { counts: { done: 20, failed: 2, conflict: 1 } }, "partly");
  },
  other: (stage) => proposed(stage, { decided_by: "u2" }, "rejected"),
  expired: (stage) => proposed(stage, {}, "expired"),
  failed: async (stage) => {
    const turn = await ask(stage, "Who donated this week?");
    await play(stage, turn, [
      { type: "turn.started" },
      { type: "text.delta", text: "Let me see who" },
      {
        type: "turn.failed",
        code: "model_overloaded",
        message: "The model is overloaded at the moment. Please try again in a minute.",
        retryable: true,
      },
    ]);
  },
  refused: async (stage) => {
    stage.platform.answer = (message) => ({
      kind: "refusal",
      refusal: {
        type: "error",
        code: "limit_reached",
        message: "Your nation has used all queries of this period. Upgrade to go on now.",
        retryable: false,
        turn: message.turn,
        url: "https://app.example/billing",
      },
    });
    await ask(stage, "Who donated this week?");
    await stage.platform.clock.pass(100);
  },
  notices: async (stage) => {
    const turn = await ask(stage, "Who donated this week?");
    await play(stage, turn, [
      { type: "turn.started" },
      {
        type: "notice",
        kind: "usage_warning",
        message: "Your nation has used 80 % of its queries of this period: 400 of 500.",
        url: "https://app.example/billing",
      },
      { type: "turn.finished", text: "23 people donated $2,310 this week.", links: [] },
    ]);
    stage.store.notice.value = {
      type: "notice",
      kind: "reconnect",
      message: "Nat lost access to your NationBuilder.",
      url: "https://app.example/connections",
    };
  },
  held: async (stage) => {
    await answered(stage, "How many people are there?", "3,041 people.");
    stage.store.open.peek().draft.type("And how many of them donated?");
    stage.store.open.peek().ask();
  },
  unsent: async (stage) => {
    stage.platform.answer = (message) => ({
      kind: "refusal",
      refusal: { type: "error", code: "unreachable", message: "", retryable: true, turn: message.turn },
    });
    await ask(stage, "Who donated this week?");
    await stage.platform.clock.pass(100);
  },
  history: async (stage) => {
    const titles = [
      "Donors over $100",
      "Sign-ups in November",
      "Who has not RSVPed to the spring assembly yet?",
    ];
    stage.store.history.value = {
      conversations: titles.map((title, place) => ({
        conversation: `c${place}`,
        title,
        turns: place + 1,
        created_at: "2026-11-20T09:00:00Z",
        updated_at: `2026-11-2${place + 1}T09:12:00Z`,
        ...(place === 1 ? { excerpt: "… 1,284 people signed up, 12 % more than in October …" } : {}),
      })),
      next: "more",
    };
  },
  hostile: async (stage) => {
    await proposed(stage, {}, "pending", {
      summary: HOSTILE,
      filter: HOSTILE,
      warnings: [HOSTILE],
      sample: [
        {
          key: "k0",
          type: "signup",
          id: "1",
          name: HOSTILE,
          url: "javascript:document.title='stolen'",
          method: "PATCH",
          before: { [HOSTILE]: HOSTILE },
          after: { [HOSTILE]: "x" },
        },
      ],
      touched: [{ type: "signup", id: "1", name: HOSTILE, url: "javascript:1" }],
      skipped: {
        count: 1,
        reasons: [{ why: HOSTILE, count: 1 }],
        sample: [{ type: "signup", id: "1", name: HOSTILE, url: null, why: HOSTILE }],
      },
      editable: [{ name: HOSTILE, label: HOSTILE, type: "string", value: HOSTILE, choices: [HOSTILE] }],
    });
    const turn = await ask(stage, HOSTILE);
    await stage.platform.clock.pass(6_000);
    await play(stage, turn, [
      { type: "turn.started" },
      { type: "notice", kind: HOSTILE, message: HOSTILE, url: "javascript:document.title='stolen'" },
      lookup("c1", HOSTILE, 1, 1, {
        filter: HOSTILE,
        links: [{ label: HOSTILE, url: "javascript:document.title='stolen'" }],
      }),
      { type: "progress", label: HOSTILE, done: 1, total: 2 },
      {
        type: "turn.finished",
        text: `${HOSTILE}\n\n| ${HOSTILE.replaceAll("|", "")} |\n|---|\n| ${HOSTILE} |\n\n# ${HOSTILE}\n\n- ${HOSTILE}`,
        links: [{ label: HOSTILE, url: "javascript:document.title='stolen'" }],
      },
    ]);
  },
};

/** The records of the proposal, as the platform lists them. */
export function records(): Result[] {
  return Array.from({ length: 23 }, (_, place) => ({
    key: `k${place}`,
    type: "signup",
    id: String(place + 1),
    name:
      PEOPLE[place % PEOPLE.length] +
      (place < PEOPLE.length ? "" : ` ${Math.floor(place / PEOPLE.length) + 1}`),
    url: `https://demo.nationbuilder.com/admin/signups/${place + 1}`,
    state: null,
    why: "",
    already: false,
    retryable: false,
    undo: null,
    undo_until: null,
  }));
}

export function openConversation(stage: Stage): Conversation {
  return stage.store.open.peek();
}

export function newStage(): Stage {
  const platform = new FakePlatform();
  const store = new ChatStore({ ...platform.world, storage: platform.storage, nation: "demo" });
  return { platform, store };
}
