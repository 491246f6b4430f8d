/**
 * The log of one turn as this client knows it, and what a person reads of it.
 *
 * Events arrive by socket, by stream and by reading the stored log: late, twice, out of order, or not at all.
 * They are kept by their place, and a turn is always read from its beginning, so in the end it reads as the
 * stored log does, whatever the way there. Until then it never goes back: text is read as far as it is known
 * without a gap, and the event that ends a turn stands as soon as it is here, because it holds the whole text.
 */

import {
  type ApprovalRequested,
  compare,
  type Failed,
  isFinal,
  type Link,
  type Notice,
  type Place,
  type Progress,
  type TurnEvent,
  type Wording,
} from "./wire.ts";

export type Phase = "waiting" | "running" | "finished" | "stopped" | "failed";

/** One look-up or change of the agent, as a quiet line. */
export interface ToolLine {
  readonly call: string;
  readonly tool: string;
  readonly label: string;
  readonly wording?: Wording;
  readonly state: "running" | "done" | "failed";
  readonly returned?: number;
  readonly total?: number;
  readonly complete?: boolean;
  readonly links: readonly Link[];
  readonly filter?: string;
  readonly change?: string;
  readonly retry?: string;
  /** Records whose text reads like an instruction to the assistant. */
  readonly flagged?: readonly { label: string; url?: string | null }[];
}

/** What became of a proposal, as this turn's log tells it. */
export interface ApprovalNews {
  readonly approval: string;
  readonly state: string;
  readonly by?: string;
  /** Where it was said: a later turn's word, or a later place's, holds. */
  readonly turn: string;
  readonly place: Place;
}

/** A turn as a person reads it. */
export interface TurnView {
  readonly phase: Phase;
  readonly text: string;
  readonly tools: readonly ToolLine[];
  readonly requested: readonly ApprovalRequested[];
  readonly news: readonly ApprovalNews[];
  readonly notices: readonly Notice[];
  readonly progress: Progress | undefined;
  readonly links: readonly Link[];
  readonly failure: Failed | undefined;
}

export const NOTHING_YET: TurnView = {
  phase: "waiting",
  text: "",
  tools: [],
  requested: [],
  news: [],
  notices: [],
  progress: undefined,
  links: [],
  failure: undefined,
};

export const BEGINNING: Place = { attempt: 0, seq: 0 };

export class TurnLog {
  /** Events by attempt and seq. */
  readonly #events = new Map<number, Map<number, TurnEvent>>();
  #last: TurnEvent | undefined;
  #read: Place = BEGINNING;
  #view: TurnView | undefined;

  /** Keep an event; whether it was new. */
  add(event: TurnEvent): boolean {
    let attempt = this.#events.get(event.attempt);
    if (!attempt) {
      attempt = new Map();
      this.#events.set(event.attempt, attempt);
    }
    if (attempt.has(event.seq)) return false;
    attempt.set(event.seq, event);
    if (isFinal(event)) this.#last = event;
    this.#view = undefined;
    return true;
  }

  /**
   * Keep what a reading of the stored log gave: all events after a place, in order. Only a reading tells where
   * an attempt ended, because a later attempt begins at 1 whatever came before.
   */
  addReading(after: Place, events: readonly TurnEvent[]): boolean {
    const follows = compare(after, this.place) <= 0;
    let changed = false;
    for (const event of events) changed = this.add(event) || changed;
    const end = events.at(-1);
    if (end && follows && compare(end, this.#read) > 0) this.#read = end;
    return changed;
  }

  /** The place up to which everything is known: what to read after. */
  get place(): Place {
    let { attempt, seq } = this.#read;
    while (this.#events.get(attempt)?.has(seq + 1)) seq += 1;
    // Attempt 0 is the admission alone, one event, if a worker ever took the turn.
    if (attempt === 0 && seq === 1 && this.#events.get(1)?.has(1)) {
      attempt = 1;
      while (this.#events.get(attempt)?.has(seq + 1)) seq += 1;
    }
    return { attempt, seq };
  }

  /** Whether an event is known that does not follow on what was read: something may be missing. */
  get hasGap(): boolean {
    const place = this.place;
    for (const [attempt, events] of this.#events) {
      if (attempt < place.attempt) continue;
      for (const seq of events.keys()) if (compare({ attempt, seq }, place) > 0) return true;
    }
    return false;
  }

  /** Whether the turn has ended. What came before its last event may still be missing. */
  get ended(): boolean {
    return this.#last !== undefined;
  }

  /** Whether the turn has ended and nothing of its log is missing. */
  get complete(): boolean {
    return this.ended && !this.hasGap;
  }

  /** Whether the stored log goes further than what is known. */
  isBehind(head: Place): boolean {
    return compare(head, this.place) > 0;
  }

  get size(): number {
    let size = 0;
    for (const events of this.#events.values()) size += events.size;
    return size;
  }

  /** What a person reads. The same object as long as nothing is new. */
  get view(): TurnView {
    this.#view ??= readView(this.#inOrder(), this.#last !== undefined);
    return this.#view;
  }

  /**
   * Of each attempt what is known without a gap. Behind a gap nothing is read before the end of the turn is
   * known, and then only if that holds the whole text, which takes the place of what was streamed.
   */
  *#inOrder(): Iterable<TurnEvent> {
    const beyondGaps = this.#last !== undefined && this.#last.type !== "turn.failed";
    const attempts = [...this.#events.keys()].sort((one, other) => one - other);
    let read: TurnEvent | undefined;
    for (const attempt of attempts) {
      const events = this.#events.get(attempt) ?? new Map<number, TurnEvent>();
      const places = [...events.keys()].sort((one, other) => one - other);
      for (const [index, seq] of places.entries()) {
        if (!beyondGaps && seq !== index + 1) break;
        read = events.get(seq) as TurnEvent;
        yield read;
      }
    }
    if (this.#last && read !== this.#last) yield this.#last;
  }
}

function readView(events: Iterable<TurnEvent>, ended: boolean): TurnView {
  let phase: Phase = "waiting";
  let text = "";
  let progress: Progress | undefined;
  let links: readonly Link[] = [];
  let failure: Failed | undefined;
  const tools = new Map<string, ToolLine>();
  const requested = new Map<string, ApprovalRequested>();
  const news: ApprovalNews[] = [];
  const notices: Notice[] = [];
  for (const event of events) {
    switch (event.type) {
      case "turn.started":
        phase = "running";
        break;
      case "turn.restarted":
        phase = "running";
        text = event.text;
        for (const [call, line] of tools) if (line.state === "running") tools.delete(call);
        break;
      case "text.delta":
        text += event.text;
        break;
      case "tool.started":
        tools.set(event.call, {
          call: event.call,
          tool: event.tool,
          label: event.label,
          state: "running",
          links: [],
        });
        break;
      case "tool.finished":
        tools.set(event.call, {
          call: event.call,
          tool: event.tool,
          label: event.label,
          ...(event.wording === undefined ? {} : { wording: event.wording }),
          state: event.ok ? "done" : "failed",
          links: event.links ?? [],
          ...(event.returned == null ? {} : { returned: event.returned }),
          ...(event.total == null ? {} : { total: event.total }),
          ...(event.complete == null ? {} : { complete: event.complete }),
          ...(event.filter == null ? {} : { filter: event.filter }),
          ...(event.change == null ? {} : { change: event.change }),
          ...(event.retry == null ? {} : { retry: event.retry }),
          ...(event.flagged?.length ? { flagged: event.flagged } : {}),
        });
        break;
      case "approval.requested":
        requested.set(event.approval, event);
        break;
      case "approval.updated":
        news.push({
          approval: event.approval,
          state: event.state,
          turn: event.turn,
          place: event,
          ...(event.by == null ? {} : { by: event.by }),
        });
        break;
      case "progress":
        progress = event;
        break;
      case "notice":
        if (!notices.some((each) => each.kind === event.kind && each.message === event.message)) {
          notices.push(event);
        }
        break;
      case "turn.finished":
        phase = "finished";
        text = event.text;
        links = event.links ?? [];
        break;
      case "turn.stopped":
        phase = "stopped";
        text = event.text;
        break;
      case "turn.failed":
        phase = "failed";
        failure = event;
        break;
      case "turn.accepted":
      case "unknown":
        break;
    }
  }
  if (ended) for (const [call, line] of tools) if (line.state === "running") tools.delete(call);
  return {
    phase,
    text,
    tools: [...tools.values()],
    requested: [...requested.values()],
    news,
    notices,
    progress,
    links,
    failure,
  };
}
