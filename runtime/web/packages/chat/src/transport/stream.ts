/**
 * Questions and turns over HTTP, answered as server-sent events: where sockets do not get through, and for
 * questions too long for a frame. One stream for a turn at a time.
 */

import { createParser } from "eventsource-parser";
import { errorOf, NatError, unreachable } from "../api/errors.ts";
import type { Clock } from "../clock.ts";
import { type Frame, isFinal, type Place, readFrame } from "../wire.ts";
import type { Ask, Resume } from "./channel.ts";

/** The platform sends something at least every 15 seconds. */
const SILENCE = 40_000;

export interface Streaming {
  readonly url: string;
  readonly token: (renew: boolean) => Promise<string>;
  readonly selection: () => Record<string, string>;
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
}

export class Streams {
  readonly #streaming: Streaming;
  readonly #running = new Map<string, AbortController>();
  readonly #deliver: (frame: Frame) => void;
  readonly #ended: (turn: string) => void;

  /** `ended` is called when a stream is over, whatever the reason; the turn may go on without it. */
  constructor(streaming: Streaming, deliver: (frame: Frame) => void, ended: (turn: string) => void) {
    this.#streaming = streaming;
    this.#deliver = deliver;
    this.#ended = ended;
  }

  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Ask, or follow a turn that was asked. Nothing happens if the turn is followed already. */
  begin(message: Ask | Resume): void {
    if (this.#running.has(message.turn)) return;
    const abort = new AbortController();
    this.#running.set(message.turn, abort);
    void this.#run(message, abort).finally(() => {
      if (this.#running.get(message.turn) !== abort) return;
      this.#running.delete(message.turn);
      this.#ended(message.turn);
    });
  }

  /** End all streams; their turns go on. */
  close(): void {
    for (const abort of this.#running.values()) abort.abort();
    this.#running.clear();
  }

  async #run(message: Ask | Resume, abort: AbortController): Promise<void> {
    try {
      let answer = await this.#post(message, abort.signal, false);
      if (answer.status === 401) answer = await this.#post(message, abort.signal, true);
      if (!answer.ok || !answer.body) {
        throw errorOf(
          answer.status,
          await answer.json().catch(() => null),
          answer.headers.get("retry-after"),
        );
      }
      await this.#read(answer.body, abort);
    } catch (error) {
      if (abort.signal.aborted) return;
      const refused = error instanceof NatError ? error : unreachable();
      this.#deliver({ kind: "refusal", refusal: refused.asRefusal(message.turn) });
    }
  }

  async #post(message: Ask | Resume, signal: AbortSignal, renew: boolean): Promise<Response> {
    const { turn, conversation } = message;
    const body = new TextEncoder().encode(
      JSON.stringify(
        message.action === "ask"
          ? { turn, conversation, message: message.message, ...(message.page ? { page: message.page } : {}) }
          : { turn, conversation },
      ),
    );
    return (this.#streaming.fetch ?? fetch)(this.#streaming.url, {
      method: "POST",
      body,
      signal,
      headers: {
        "content-type": "application/json",
        // CloudFront signs the request for the function behind it, and needs the body's hash for that.
        "x-amz-content-sha256": await sha256(body),
        "x-nat-authorization": `Bearer ${await this.#streaming.token(renew)}`,
        ...this.#streaming.selection(),
        ...(message.action === "resume" ? { "last-event-id": idOf(message.after) } : {}),
      },
    });
  }

  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>, abort: AbortController): Promise<void> {
    let over = false;
    const parser = createParser({
      onEvent: ({ data }) => {
        const frame = readFrame(data);
        if (!frame) return;
        over ||= frame.kind === "event" && isFinal(frame.event);
        this.#deliver(frame);
      },
    });
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    while (!over) {
      const cancel = this.#streaming.clock.after(SILENCE, () => abort.abort());
      const { done, value } = await reader.read().finally(cancel);
      if (done) return;
      parser.feed(value);
    }
    await reader.cancel();
  }
}

function idOf(place: Place): string {
  return `${place.attempt}.${place.seq}`;
}

async function sha256(body: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", body);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
