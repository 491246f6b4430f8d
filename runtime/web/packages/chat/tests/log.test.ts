import fc from "fast-check";
import { expect, test } from "vitest";
import { TurnLog } from "../src/log.ts";
import type { TurnEvent } from "../src/wire.ts";
import { event } from "./events.ts";
import { prefixesOf, type StoredLog, storedLog } from "./logs.ts";

const SEED = { seed: 20261128, numRuns: 2_000 };

/** What happens to a turn's events on their way: pushes in any order and number, readings of the log. */
interface Step {
  readonly kind: "push" | "read";
  readonly pick: number;
}

const steps = fc.array(
  fc.record({ kind: fc.constantFrom<Step["kind"]>("push", "push", "push", "read"), pick: fc.nat(1_000) }),
  { maxLength: 60 },
);

function deliver(log: TurnLog, stored: StoredLog, step: Step, written: number): void {
  const so = stored.events.slice(0, written);
  if (step.kind === "push") {
    const event = so[step.pick % so.length];
    if (event) log.add(event);
  } else {
    const after = log.place;
    const rest = so.filter(
      (each) => each.attempt > after.attempt || (each.attempt === after.attempt && each.seq > after.seq),
    );
    // A reading may be cut anywhere: it then ends earlier, and never leaves anything out.
    log.addReading(after, rest.slice(0, step.pick % (rest.length + 1)));
  }
}

test("whatever is cut, doubled, delayed or reordered, the turn reads as the stored log in the end", () => {
  fc.assert(
    fc.property(storedLog, steps, (stored, way) => {
      const log = new TurnLog();
      for (const step of way) deliver(log, stored, step, stored.events.length);
      for (let reading = 0; reading < 2; reading += 1) {
        deliver(log, stored, { kind: "read", pick: stored.events.length }, stored.events.length);
        const after = log.place;
        log.addReading(
          after,
          stored.events.filter(
            (each) =>
              each.attempt > after.attempt || (each.attempt === after.attempt && each.seq > after.seq),
          ),
        );
      }
      expect(log.complete).toBe(true);
      expect(log.view).toEqual(stored.view);
    }),
    SEED,
  );
});

test("what is read never goes back on the way there", () => {
  fc.assert(
    fc.property(storedLog, steps, (stored, way) => {
      const log = new TurnLog();
      const prefixes = prefixesOf(stored.events);
      let reached = 0;
      for (const [index, step] of way.entries()) {
        const written = Math.max(1, Math.ceil((stored.events.length * (index + 1)) / way.length));
        deliver(log, stored, step, written);
        const text = log.view.text;
        // The text is that after some beginning of the log, and no earlier one than before.
        const at = prefixes.findIndex((prefix, place) => place >= reached && prefix === text);
        expect(at, `${JSON.stringify(text)} after ${reached}`).toBeGreaterThanOrEqual(0);
        reached = at;
      }
    }),
    SEED,
  );
});

test("a log with a gap says so, and asks from before it", () => {
  const log = new TurnLog();
  log.add(event(0, 1, { type: "turn.accepted", conversation: "c" }));
  log.add(event(1, 1, { type: "turn.started" }));
  log.add(event(1, 3, { type: "text.delta", text: "!" }));

  expect(log.hasGap).toBe(true);
  expect(log.place).toEqual({ attempt: 1, seq: 1 });
  expect(log.view.text).toBe("");
});

test("the end of a turn stands at once, though something before it is missing", () => {
  const log = new TurnLog();
  log.add(event(0, 1, { type: "turn.accepted", conversation: "c" }));
  log.add(event(1, 4, { type: "turn.finished", text: "All of it." }));

  expect(log.view).toMatchObject({ phase: "finished", text: "All of it." });
  expect(log.complete).toBe(false);
});

test("half a sentence of a worker that died is dropped", () => {
  const log = new TurnLog();
  log.add(event(1, 1, { type: "turn.started" }));
  log.add(event(1, 2, { type: "text.delta", text: "There are 2" }));
  log.add(event(1, 3, { type: "tool.started", call: "a", tool: "list_people", label: "Looking for people" }));
  log.add(event(2, 1, { type: "turn.restarted", text: "" }));

  expect(log.view).toMatchObject({ text: "", tools: [] });
});

test("an event of an unknown type keeps its place", () => {
  const log = new TurnLog();
  log.add(event(1, 1, { type: "turn.started" }));
  log.add(event(1, 2, { type: "unknown" } as TurnEvent));
  log.add(event(1, 3, { type: "text.delta", text: "Here." }));

  expect(log.view.text).toBe("Here.");
});
