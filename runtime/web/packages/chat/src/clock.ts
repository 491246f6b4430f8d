/** Time as the stores see it, so that tests can make it pass. */
export interface Clock {
  /** Milliseconds since the epoch, on this device. */
  now(): number;
  /** Do something later; what is given takes it back. */
  after(milliseconds: number, work: () => void): () => void;
  /** Do something before the next picture is drawn, or soon where none is drawn. */
  frame(work: () => void): void;
}

/** A hidden page draws nothing: its frames never come. */
const HIDDEN_FRAME = 250;

export const realClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
  frame(work) {
    if (typeof document === "undefined" || document.hidden) {
      setTimeout(work, HIDDEN_FRAME);
      return;
    }
    let done = false;
    const once = () => {
      if (done) return;
      done = true;
      work();
    };
    requestAnimationFrame(once);
    setTimeout(once, HIDDEN_FRAME);
  },
};

let offset = 0;

/** How far the server's clock is ahead of this device's, from the `Date` header of an answer. */
export function learnServerTime(date: string | null, receivedAt: number): void {
  const said = date === null ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(said)) {
    const ahead = said - receivedAt;
    // The header has whole seconds, and an answer takes its time: less than two seconds say nothing.
    offset = Math.abs(ahead) < 2_000 ? 0 : ahead;
  }
}

/** The server's time for a time of this device, in milliseconds. */
export function serverTime(now: number): number {
  return now + offset;
}
