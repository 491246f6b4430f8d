/** A platform, a network and a clock for stores under test: everything happens when the test says so. */

import { signal } from "@preact/signals";
import { NatError, unreachable } from "../src/api/errors.ts";
import type { Decision, Nat, Reading } from "../src/api/nat.ts";
import type { Approval, DecisionTurn, WholeConversation } from "../src/api/schema.ts";
import type { Clock } from "../src/clock.ts";
import { MemoryStorage, type Storage } from "../src/storage.ts";
import type { World } from "../src/store/conversation.ts";
import { Cooldown } from "../src/store/cooldown.ts";
import type { Channel, ChannelState, Listener, Message } from "../src/transport/channel.ts";
import { compare, type Frame, isFinal, type Place, type TurnEvent } from "../src/wire.ts";

/** A clock that stands until it is told to go on. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 10, 28, 9);
  #due: { at: number; work: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, work: () => void): () => void {
    const entry = { at: this.#now + milliseconds, work };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((each) => each !== entry);
    };
  }

  frame(work: () => void): void {
    this.after(16, work);
  }

  /** Let time pass, with everything that falls due and what that sets off. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (;;) {
      const next = this.#due.reduce<{ at: number; work: () => void } | undefined>(
        (first, each) => (each.at <= end && (!first || each.at < first.at) ? each : first),
        undefined,
      );
      if (!next) break;
      this.#due = this.#due.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.work();
      await settle();
    }
    this.#now = end;
  }
}

/** Let promises that wait for each other go on. */
async function settle(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await Promise.resolve();
}

/** What becomes of a push: how many times it arrives, and after how many milliseconds each time. */
export type Fate = readonly number[];

export interface Turnout {
  readonly conversation: string;
  readonly question: string;
  readonly askedAt: number;
  readonly events: TurnEvent[];
}

/** The platform, behind a channel that may lose, double, delay and reorder, and calls that may fail. */
export class FakePlatform {
  readonly clock = new FakeClock();
  readonly storage: Storage = new MemoryStorage();
  readonly turns = new Map<string, Turnout>();
  readonly sent: Message[] = [];
  readonly decided: { decision: Decision; id: string }[] = [];
  readonly stopped: string[] = [];
  approvals: Approval[] = [];
  /** What becomes of the next push. */
  fate: () => Fate = () => [1];
  /** Whether the next call fails. */
  fails: () => boolean = () => false;
  /** What the platform answers to a question, besides taking it. */
  answer: (ask: Extract<Message, { action: "ask" }>) => Frame | undefined = () => undefined;
  #listener: Listener | undefined;
  readonly #state = signal<ChannelState>("open");

  readonly channel: Channel = {
    state: this.#state,
    listen: (listener) => {
      this.#listener = listener;
      return () => {
        this.#listener = undefined;
      };
    },
    send: (message) => {
      if (this.#state.value !== "open") return false;
      this.sent.push(message);
      this.clock.after(1, () => this.#take(message));
      return true;
    },
    attend: () => {},
    wake: () => this.cut(false),
    distrust: () => {},
  };

  get world(): World {
    return {
      nat: this.nat,
      channel: this.channel,
      clock: this.clock,
      storage: this.storage,
      nation: "demo",
      cooldown: new Cooldown(this.storage),
    };
  }

  /** Lose the connection, or get it back. */
  cut(is: boolean): void {
    const before = this.#state.value;
    this.#state.value = is ? "lost" : "open";
    if (before === "lost" && !is) this.#listener?.opened();
  }

  /** Store an event and push it. */
  write(event: TurnEvent): void {
    this.turns.get(event.turn)?.events.push(event);
    this.push({ kind: "event", event });
  }

  push(frame: Frame): void {
    for (const delay of this.fate()) {
      this.clock.after(delay, () => {
        if (this.#state.value === "open") this.#listener?.frame(frame);
      });
    }
  }

  #take(message: Message): void {
    if (message.action === "ask") {
      const refusal = this.answer(message);
      if (refusal) {
        this.push(refusal);
        return;
      }
      const known = this.turns.get(message.turn);
      if (known) {
        for (const event of known.events) this.push({ kind: "event", event });
        return;
      }
      this.turns.set(message.turn, {
        conversation: message.conversation,
        question: message.message,
        askedAt: this.clock.now(),
        events: [],
      });
      this.write({
        v: 1,
        turn: message.turn,
        attempt: 0,
        seq: 1,
        type: "turn.accepted",
        conversation: message.conversation,
        queries_used: null,
        queries_limit: null,
      });
    } else if (message.action === "resume") {
      for (const event of this.#after(message.turn, message.after)) this.push({ kind: "event", event });
    } else if (message.action === "ping" && message.turn) {
      const head = this.turns.get(message.turn)?.events.at(-1) ?? { attempt: 0, seq: 0 };
      this.push({
        kind: "pong",
        pong: { turn: message.turn, attempt: head.attempt, seq: head.seq },
      });
    }
  }

  #after(turn: string, after: Place): TurnEvent[] {
    return (this.turns.get(turn)?.events ?? []).filter((event) => compare(event, after) > 0);
  }

  async #call<T>(answer: () => T): Promise<T> {
    if (this.fails()) throw unreachable();
    return answer();
  }

  readonly nat = {
    conversation: (id: string, limit: number) => this.#call(() => this.#whole(id, limit)),
    events: (_: string, turn: string, after: Place): Promise<Reading> =>
      this.#call(() => {
        const events = this.#after(turn, after);
        const all = this.turns.get(turn)?.events;
        if (!all) throw new NatError({ code: "not_found", message: "", retryable: false }, 404);
        return { events, ended: all.some(isFinal) };
      }),
    approvals: () => this.#call(() => this.approvals),
    stop: (_: string, turn: string): Promise<void> => this.#call(() => void this.stopped.push(turn)),
    decide: (conversation: string, decision: Decision, id: string): Promise<DecisionTurn> =>
      this.#call(() => {
        this.decided.push({ decision, id });
        const question = `Approved: ${this.approvals[0]?.card.summary ?? ""}`;
        this.turns.set(id, { conversation, question, askedAt: this.clock.now(), events: [] });
        return { turn: id, conversation, kind: "commit", state: "queued" };
      }),
  } as unknown as Nat;

  #whole(id: string, limit: number): WholeConversation {
    const turns = [...this.turns].filter(([, each]) => each.conversation === id);
    if (turns.length === 0) throw new NatError({ code: "not_found", message: "", retryable: false }, 404);
    const ended = turns.filter(([, each]) => each.events.some(isFinal));
    const running = turns.find(([, each]) => !each.events.some(isFinal));
    return {
      conversation: id,
      title: turns[0]?.[1].question ?? "",
      turns: turns.length,
      created_at: new Date(this.clock.now()).toISOString(),
      updated_at: new Date(this.clock.now()).toISOString(),
      exchanges: ended.slice(-limit).map(([turn, each]) => ({
        turn,
        question: each.question,
        outcome: "finished",
        answer: textOf(each.events),
        links: [],
        asked_at: new Date(each.askedAt).toISOString(),
        ended_at: new Date(each.askedAt).toISOString(),
        proposals: [],
        feedback: null,
      })),
      earlier: null,
      running: running
        ? {
            turn: running[0],
            state: "running",
            question: running[1].question,
            asked_at: new Date(running[1].askedAt).toISOString(),
          }
        : null,
    };
  }
}

function textOf(events: readonly TurnEvent[]): string {
  const end = events.find(isFinal);
  return end && "text" in end ? end.text : "";
}
