/** One turn of a conversation: what was asked, and what is known of what came of it. */

import { type Signal, signal } from "@preact/signals";
import type { Exchange, FeedbackGiven } from "../api/schema.ts";
import { NOTHING_YET, TurnLog, type TurnView } from "../log.ts";
import type { Page } from "../transport/channel.ts";
import type { Place, TurnEvent } from "../wire.ts";

/**
 * Where a question is on its way: `held` waits for its time (`until`, or the end of the turn before it), `sent`
 * is not known to the platform yet, `known` is, and `unsent` could not be sent.
 */
export type Delivery =
  | { readonly state: "held"; readonly until: number | undefined }
  | { readonly state: "sent" }
  | { readonly state: "unsent" }
  | { readonly state: "known" };

const PHASES = { finished: "finished", stopped: "stopped", failed: "failed" } as const;

export class Turn {
  readonly id: string;
  readonly conversation: string;
  /** Empty as long as it is not known: a turn that was begun elsewhere. */
  readonly asked: Signal<string>;
  readonly page: Page | undefined;
  readonly askedAt: number;
  readonly delivery: Signal<Delivery>;
  readonly view: Signal<TurnView>;
  readonly feedback: Signal<FeedbackGiven | null>;
  /** A stop was asked for, and the turn has not ended yet. */
  readonly stopping = signal(false);
  /** Whether the log was read: look-ups, and what can be taken back. An old turn is shown without. */
  readonly detailed: Signal<boolean>;
  /** Proposals that the turn made, as the history names them. */
  readonly proposals: readonly string[];
  readonly #log = new TurnLog();
  readonly #stored: TurnView | undefined;

  constructor(asked: {
    id: string;
    conversation: string;
    question: string;
    askedAt: number;
    delivery: Delivery;
    page?: Page | undefined;
    stored?: Exchange;
  }) {
    this.id = asked.id;
    this.conversation = asked.conversation;
    this.asked = signal(asked.question);
    this.page = asked.page;
    this.askedAt = asked.askedAt;
    this.delivery = signal(asked.delivery);
    this.#stored = asked.stored && viewOf(asked.stored);
    this.view = signal(this.#stored ?? NOTHING_YET);
    this.proposals = asked.stored?.proposals.map((each) => each.approval) ?? [];
    this.feedback = signal(asked.stored?.feedback ?? null);
    this.detailed = signal(asked.stored === undefined);
  }

  /** A turn as the history tells it. */
  static ofExchange(conversation: string, exchange: Exchange): Turn {
    return new Turn({
      id: exchange.turn,
      conversation,
      question: exchange.question,
      askedAt: Date.parse(exchange.asked_at),
      delivery: { state: "known" },
      stored: exchange,
    });
  }

  /** Keep an event; whether it was new. What is shown changes with `show`. */
  add(event: TurnEvent): boolean {
    return this.#log.add(event);
  }

  addReading(after: Place, events: readonly TurnEvent[]): boolean {
    return this.#log.addReading(after, events);
  }

  /** Whether it was followed here, rather than found in the history. */
  get isLive(): boolean {
    return this.#stored === undefined;
  }

  /** Bring what is shown up to what is known. */
  show(): void {
    // The stored answer is whole; a log that is still being read would take some of it away again.
    if (!this.#stored || this.#log.complete) {
      this.view.value = this.#log.view;
      if (this.#log.complete) this.detailed.value = true;
    }
    if (this.ended) this.stopping.value = false;
  }

  get place(): Place {
    return this.#log.place;
  }

  get hasGap(): boolean {
    return this.#log.hasGap;
  }

  isBehind(head: Place): boolean {
    return this.#log.isBehind(head);
  }

  /** Whether its end is known, from the log or from the history. */
  get ended(): boolean {
    return this.#log.ended || this.#stored !== undefined;
  }

  /** Whether nothing of it is missing. */
  get complete(): boolean {
    return this.#log.complete || (this.#stored !== undefined && this.#log.size === 0);
  }
}

function viewOf(exchange: Exchange): TurnView {
  const phase = PHASES[exchange.outcome as keyof typeof PHASES] ?? "running";
  return {
    ...NOTHING_YET,
    phase,
    text: exchange.answer,
    links: exchange.links,
    failure:
      phase === "failed"
        ? { type: "turn.failed", code: "internal", message: "", retryable: true }
        : undefined,
  };
}
