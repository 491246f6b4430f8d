/** Events of turns, written down shortly. */

import type { TurnEvent } from "../src/wire.ts";

export const TURN = "01KAZ3V9Q8R7T6S5P4N3M2K1J0";

/** What an event says, as far as it matters to a test. */
export type Content = TurnEvent extends infer Each
  ? Each extends TurnEvent
    ? Pick<Each, "type"> & Partial<Omit<Each, "type" | "v" | "turn" | "attempt" | "seq">>
    : never
  : never;

export function event(attempt: number, seq: number, content: Content, turn = TURN): TurnEvent {
  return { v: 1, turn, attempt, seq, ...content } as TurnEvent;
}
