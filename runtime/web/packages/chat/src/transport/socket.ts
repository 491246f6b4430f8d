/** The channel over a WebSocket: a one-time ticket for each connection, waits that grow, closed when unseen. */

import type { Clock } from "../clock.ts";
import { readFrame } from "../wire.ts";
import type { Channel, Listener, Message } from "./channel.ts";
import { Listeners } from "./channel.ts";

/** API Gateway closes a connection on a frame over 32 KB, and a browser does not split messages into frames. */
const LARGEST_MESSAGE = 31 * 1024;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** API Gateway ends a connection after ten minutes without a message. */
const IDLE_PING = 8 * 60_000;
/** How long a connection may take to open. */
const OPENING = 10_000;
/** Tries in a row that never opened, after which something stands between us and sockets. */
export const HOPELESS = 3;

export interface Dialling {
  /** The address with a fresh ticket; throws when there is none to be had. */
  readonly address: () => Promise<string>;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly open?: (address: string) => WebSocket;
  /** Sockets do not get through, though tickets do. */
  readonly hopeless?: () => void;
  /** No ticket could be had: the reason. */
  readonly refused?: (error: unknown) => void;
}

export class SocketChannel implements Channel {
  readonly #listeners = new Listeners();
  readonly #dialling: Dialling;
  #socket: WebSocket | undefined;
  #looking = false;
  #failures = 0;
  #unopened = 0;
  #cancelWait: (() => void) | undefined;
  #cancelIdle: (() => void) | undefined;
  /** Which try is current: what an earlier one still does is ignored. */
  #generation = 0;

  constructor(dialling: Dialling) {
    this.#dialling = dialling;
  }

  get state() {
    return this.#listeners.state;
  }

  listen(listener: Listener): () => void {
    return this.#listeners.add(listener);
  }

  send(message: Message): boolean {
    const socket = this.#socket;
    if (!socket || socket.readyState !== socket.OPEN) return false;
    socket.send(JSON.stringify(message));
    this.#keepAlive();
    return true;
  }

  attend(looking: boolean): void {
    if (looking === this.#looking) return;
    this.#looking = looking;
    if (looking) this.#connect();
    else this.#close("off");
  }

  wake(): void {
    if (!this.#looking || this.state.value === "open" || this.state.value === "connecting") return;
    this.#failures = 0;
    this.#connect();
  }

  distrust(): void {
    if (!this.#looking) return;
    this.#close("lost");
    this.#connect();
  }

  async #connect(): Promise<void> {
    this.#close("connecting");
    const generation = this.#generation;
    let address: string;
    try {
      address = await this.#dialling.address();
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#dialling.refused?.(error);
      this.#again();
      return;
    }
    if (generation !== this.#generation) return;
    const socket = (this.#dialling.open ?? ((url) => new WebSocket(url)))(address);
    this.#socket = socket;
    let opened = false;
    const cancelOpening = this.#dialling.clock.after(OPENING, () => socket.close());
    socket.onopen = () => {
      cancelOpening();
      if (generation !== this.#generation) return;
      opened = true;
      this.#failures = 0;
      this.#unopened = 0;
      this.#keepAlive();
      this.#listeners.state.value = "open";
      this.#listeners.opened();
    };
    socket.onmessage = (message) => {
      if (generation !== this.#generation) return;
      const frame = typeof message.data === "string" ? readFrame(message.data) : undefined;
      if (frame) this.#listeners.frame(frame);
    };
    socket.onclose = () => {
      cancelOpening();
      if (generation !== this.#generation) return;
      this.#socket = undefined;
      if (!opened) {
        this.#unopened += 1;
        if (this.#unopened >= HOPELESS) this.#dialling.hopeless?.();
      }
      if (generation === this.#generation) this.#again();
    };
  }

  /** Wait, longer after each failure and never in step with others, then connect. */
  #again(): void {
    this.#cancelIdle?.();
    this.#listeners.state.value = "lost";
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures);
    this.#failures += 1;
    const wait = longest * (0.5 + (this.#dialling.random ?? Math.random)() / 2);
    this.#cancelWait = this.#dialling.clock.after(wait, () => this.#connect());
  }

  #close(state: "off" | "connecting" | "lost"): void {
    this.#generation += 1;
    this.#cancelWait?.();
    this.#cancelIdle?.();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#listeners.state.value = state;
    socket?.close();
  }

  #keepAlive(): void {
    this.#cancelIdle?.();
    this.#cancelIdle = this.#dialling.clock.after(IDLE_PING, () => this.send({ action: "ping" }));
  }
}

/** Whether a message fits into one frame of the socket. */
export function fits(message: Message): boolean {
  return new TextEncoder().encode(JSON.stringify(message)).length <= LARGEST_MESSAGE;
}
