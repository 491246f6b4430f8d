/** What is spoken over the socket and the event stream: events of turns, and what stands beside them. */

import type { Card, Link, TurnEvent as LoggedEvent } from "./api/schema.ts";

export type { Card, Link };

/** An event's place in its turn's log: `seq` counts from 1 within an attempt. */
export interface Place {
  readonly attempt: number;
  readonly seq: number;
}

interface Logged extends Place {
  readonly v: 1;
  readonly turn: string;
}

export interface Accepted {
  readonly type: "turn.accepted";
  readonly conversation: string;
  readonly queries_used?: number | null;
  readonly queries_limit?: number | null;
}

export interface Started {
  readonly type: "turn.started";
}

/** A new worker goes on: what was half said is dropped, `text` is what earlier attempts settled. */
export interface Restarted {
  readonly type: "turn.restarted";
  readonly text: string;
}

export interface Delta {
  readonly type: "text.delta";
  readonly text: string;
}

export interface ToolStarted {
  readonly type: "tool.started";
  readonly call: string;
  readonly tool: string;
  readonly label: string;
}

export interface ToolFinished {
  readonly type: "tool.finished";
  readonly call: string;
  readonly tool: string;
  readonly label: string;
  readonly ok: boolean;
  readonly returned?: number | null;
  readonly total?: number | null;
  readonly complete?: boolean | null;
  readonly links?: readonly Link[];
  /** What the call changed, for taking it back. */
  readonly change?: string | null;
  /** The same change where some of it was not done and can be tried again. */
  readonly retry?: string | null;
  readonly filter?: string | null;
}

export interface ApprovalRequested {
  readonly type: "approval.requested";
  readonly approval: string;
  readonly card: Card;
  readonly expires_at: string;
}

export interface ApprovalUpdated {
  readonly type: "approval.updated";
  readonly approval: string;
  readonly state: string;
  readonly by?: string | null;
}

export interface Progress {
  readonly type: "progress";
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly failed?: number;
}

export interface Notice {
  readonly type: "notice";
  readonly kind: string;
  readonly message: string;
  readonly url?: string | null;
}

export interface Finished {
  readonly type: "turn.finished";
  readonly text: string;
  readonly links?: readonly Link[];
}

export interface Stopped {
  readonly type: "turn.stopped";
  readonly text: string;
}

export interface Failed {
  readonly type: "turn.failed";
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

type Known =
  | Accepted
  | Started
  | Restarted
  | Delta
  | ToolStarted
  | ToolFinished
  | ApprovalRequested
  | ApprovalUpdated
  | Progress
  | Notice
  | Finished
  | Stopped
  | Failed;

/** Every type that the published description names; the compiler says when it names another. */
const KNOWN: Record<Known["type"] & LoggedEvent["type"], true> & Record<LoggedEvent["type"], true> = {
  "approval.requested": true,
  "approval.updated": true,
  notice: true,
  progress: true,
  "text.delta": true,
  "tool.finished": true,
  "tool.started": true,
  "turn.accepted": true,
  "turn.failed": true,
  "turn.finished": true,
  "turn.restarted": true,
  "turn.started": true,
  "turn.stopped": true,
};

/** An event of a type that this client does not know. It keeps its place in the log. */
export interface Unknown {
  readonly type: "unknown";
}

export type TurnEvent = Logged & (Known | Unknown);

/** The highest place that is stored of a turn. */
export interface Pong extends Place {
  readonly type: "pong";
  readonly turn: string;
}

/** A message of ours was refused. */
export interface Refusal {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly turn: string | null;
  readonly url?: string;
  /** Seconds, where the server says so. */
  readonly wait?: number;
}

/** What is pushed outside of any log. */
export type Announcement =
  | (ApprovalUpdated & { readonly conversation: string })
  | (Notice & { readonly nation: string });

export type Frame =
  | { readonly kind: "event"; readonly event: TurnEvent }
  | { readonly kind: "pong"; readonly pong: Pong }
  | { readonly kind: "refusal"; readonly refusal: Refusal }
  | { readonly kind: "announcement"; readonly announcement: Announcement };

type Json = Readonly<Record<string, unknown>>;

/** The frame in a message's text; nothing for what is malformed or not for us. */
export function readFrame(text: string): Frame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isObject(value) ? frameOf(value) : undefined;
}

function frameOf(value: Json): Frame | undefined {
  if (value.type === "pong") {
    const place = placeOf(value);
    return place && typeof value.turn === "string"
      ? { kind: "pong", pong: { type: "pong", turn: value.turn, ...place } }
      : undefined;
  }
  if (value.type === "error") return refusalOf(value);
  const event = readEvent(value);
  if (event) return { kind: "event", event };
  return announcementOf(value);
}

/** The event in a JSON value, wherever it was read; nothing for what is malformed. */
export function readEvent(value: unknown): TurnEvent | undefined {
  if (!isObject(value) || typeof value.turn !== "string" || typeof value.type !== "string") return undefined;
  const place = placeOf(value);
  if (!place || place.seq < 1) return undefined;
  const known = Object.hasOwn(KNOWN, value.type) && isWhole(value);
  const event = known ? value : { type: "unknown" };
  return { ...event, v: 1, turn: value.turn, ...place } as TurnEvent;
}

/** Whether the fields that are rendered have their types; what is not whole is passed over. */
function isWhole(value: Json): boolean {
  switch (value.type as Known["type"]) {
    case "turn.accepted":
      return typeof value.conversation === "string";
    case "text.delta":
    case "turn.finished":
    case "turn.stopped":
    case "turn.restarted":
      return typeof value.text === "string";
    case "tool.started":
    case "tool.finished":
      return typeof value.call === "string" && typeof value.label === "string";
    case "approval.requested":
      return typeof value.approval === "string" && isObject(value.card);
    case "approval.updated":
      return typeof value.approval === "string" && typeof value.state === "string";
    case "progress":
      return typeof value.done === "number" && typeof value.total === "number";
    case "notice":
      return typeof value.message === "string";
    case "turn.failed":
      return typeof value.message === "string" && typeof value.code === "string";
    case "turn.started":
      return true;
  }
}

/** A refusal from its JSON: an `error` message of the socket or the stream, or the `error` of an HTTP body. */
export function refusalOf(value: Json): Extract<Frame, { kind: "refusal" }> {
  return {
    kind: "refusal",
    refusal: {
      type: "error",
      code: typeof value.code === "string" ? value.code : "internal",
      message: typeof value.message === "string" ? value.message : "",
      retryable: value.retryable === true,
      turn: typeof value.turn === "string" ? value.turn : null,
      ...(typeof value.url === "string" ? { url: value.url } : {}),
    },
  };
}

function announcementOf(value: Json): Frame | undefined {
  if (value.type === "approval.updated" && typeof value.conversation === "string" && isWhole(value)) {
    return { kind: "announcement", announcement: value as unknown as Announcement };
  }
  if (value.type === "notice" && typeof value.nation === "string" && isWhole(value)) {
    return { kind: "announcement", announcement: value as unknown as Announcement };
  }
  return undefined;
}

function placeOf(value: Json): Place | undefined {
  const { attempt, seq } = value;
  return isCount(attempt) && isCount(seq) ? { attempt, seq } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether nothing follows an event of this type in its turn's log. */
export function isFinal(event: TurnEvent): event is Logged & (Finished | Stopped | Failed) {
  return event.type === "turn.finished" || event.type === "turn.stopped" || event.type === "turn.failed";
}

/** Which of two places comes first: negative, zero or positive. */
export function compare(one: Place, other: Place): number {
  return one.attempt - other.attempt || one.seq - other.seq;
}
