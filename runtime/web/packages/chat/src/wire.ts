/** What is spoken over the socket and the event stream: events of turns, and what stands beside them. */

import type * as schema from "./api/schema.ts";

export type { Card, Link, Wording } from "./api/schema.ts";

/** An event's place in its turn's log: `seq` counts from 1 within an attempt. */
export interface Place {
  readonly attempt: number;
  readonly seq: number;
}

/** What an event says, without where it stands. */
type Content<Event> = Omit<Event, "v" | "turn" | "attempt" | "seq">;

export type ToolFinished = Content<schema.ToolFinished>;
export type ApprovalRequested = Content<schema.ApprovalRequested>;
export type ApprovalUpdated = Content<schema.ApprovalUpdated>;
export type Progress = Content<schema.Progress>;
export type Notice = Content<schema.Notice>;
export type Failed = Content<schema.TurnFailed>;
type Known = schema.TurnEvent["type"];

/** Every type that the published description names; the compiler says when it names another. */
const KNOWN: Record<Known, true> = {
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
interface Unknown extends Place {
  readonly v: 1;
  readonly turn: string;
  readonly type: "unknown";
}

export type TurnEvent = schema.TurnEvent | Unknown;

/** The highest place that is stored of a turn. */
export interface Pong extends Place {
  readonly turn: string;
}

/** A message of ours was refused. */
export interface Refusal extends Omit<schema.SocketError, "v" | "type"> {
  readonly type: "error";
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
      ? { kind: "pong", pong: { turn: value.turn, ...place } }
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
  switch (value.type as Known) {
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
      ...(isWording(value.wording) ? { wording: value.wording } : {}),
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

function isWording(value: unknown): value is schema.Wording {
  return isObject(value) && typeof value.key === "string" && isObject(value.parameters);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether nothing follows an event of this type in its turn's log. */
export function isFinal(
  event: TurnEvent,
): event is schema.TurnFinished | schema.TurnStopped | schema.TurnFailed {
  return event.type === "turn.finished" || event.type === "turn.stopped" || event.type === "turn.failed";
}

/** Which of two places comes first: negative, zero or positive. */
export function compare(one: Place, other: Place): number {
  return one.attempt - other.attempt || one.seq - other.seq;
}
