/** Stored logs of turns, made at random from a seed, as the platform writes them. */

import fc from "fast-check";
import { TurnLog, type TurnView } from "../src/log.ts";
import type { TurnEvent } from "../src/wire.ts";
import { type Content, event } from "./events.ts";

export interface StoredLog {
  readonly events: readonly TurnEvent[];
  readonly view: TurnView;
}

const word = fc.string({ minLength: 1, maxLength: 8 });
const content: fc.Arbitrary<Content> = fc.oneof(
  { weight: 6, arbitrary: word.map((text): Content => ({ type: "text.delta", text })) },
  fc
    .nat(3)
    .map(
      (call): Content => ({ type: "tool.started", call: `c${call}`, tool: "list_people", label: "Looking" }),
    ),
  fc.nat(3).map(
    (call): Content => ({
      type: "tool.finished",
      call: `c${call}`,
      tool: "list_people",
      label: "Looking",
      ok: true,
      returned: call,
      links: [],
    }),
  ),
  fc.nat(20).map((done): Content => ({ type: "progress", label: "Tagging", done, total: 20 })),
  fc.constant<Content>({ type: "notice", kind: "usage_warning", message: "80 %" }),
  fc.constant<Content>({ type: "approval.updated", approval: "a", state: "committing" }),
);

/** Attempts of half-written events, of which the last one ends the turn. */
export const storedLog: fc.Arbitrary<StoredLog> = fc
  .record({
    attempts: fc.array(fc.record({ skipped: fc.nat(1), contents: fc.array(content, { maxLength: 8 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
    end: fc.constantFrom("turn.finished", "turn.stopped", "turn.failed"),
  })
  .map(({ attempts, end }) => {
    const events: TurnEvent[] = [event(0, 1, { type: "turn.accepted", conversation: "c" })];
    let number = 0;
    let settled = "";
    let said = "";
    for (const [index, { skipped, contents }] of attempts.entries()) {
      number += 1 + (index === 0 ? 0 : skipped);
      let seq = 1;
      events.push(
        event(
          number,
          seq,
          number === 1 ? { type: "turn.started" } : { type: "turn.restarted", text: settled },
        ),
      );
      said = settled;
      for (const each of contents) {
        seq += 1;
        events.push(event(number, seq, each));
        if (each.type === "text.delta") said += each.text;
        if (each.type === "tool.finished") settled = said;
      }
      if (index === attempts.length - 1) {
        events.push(
          event(
            number,
            seq + 1,
            end === "turn.failed"
              ? { type: "turn.failed", code: "internal", message: "Sorry.", retryable: true }
              : end === "turn.finished"
                ? { type: "turn.finished", text: `${said}.`, links: [] }
                : { type: "turn.stopped", text: said },
          ),
        );
      }
    }
    return { events, view: whole(events) };
  });

function whole(events: readonly TurnEvent[]): TurnView {
  const log = new TurnLog();
  log.addReading({ attempt: 0, seq: 0 }, events);
  return log.view;
}

/** The text after each beginning of a log, from nothing to all of it. */
export function prefixesOf(events: readonly TurnEvent[]): readonly string[] {
  let text = "";
  return [
    "",
    ...events.map((each) => {
      if (each.type === "text.delta") text += each.text;
      else if (
        each.type === "turn.restarted" ||
        each.type === "turn.finished" ||
        each.type === "turn.stopped"
      ) {
        text = each.text;
      }
      return text;
    }),
  ];
}
