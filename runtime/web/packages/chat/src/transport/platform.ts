/** The channel that clients use: a socket, and streams over HTTP where the socket does not get through. */

import { effect, signal } from "@preact/signals";
import { type Channel, type ChannelState, type Listener, Listeners, type Message } from "./channel.ts";
import { type Dialling, fits, SocketChannel } from "./socket.ts";
import { type Streaming, Streams } from "./stream.ts";

/** How long streams take the place of sockets before those are tried again. */
const FALLBACK = 5 * 60_000;
/** Between the end of a stream and the next one for the same turn. */
const TAKING_UP = 1_000;

export class PlatformChannel implements Channel {
  readonly state = signal<ChannelState>("off");
  readonly #listeners = new Listeners();
  readonly #socket: SocketChannel;
  readonly #streams: Streams;
  readonly #dialling: Dialling;
  readonly #falling = signal(false);
  #looking = false;

  constructor(dialling: Omit<Dialling, "hopeless">, streaming: Streaming) {
    this.#dialling = { ...dialling, hopeless: () => this.#fallBack() };
    this.#socket = new SocketChannel(this.#dialling);
    this.#streams = new Streams(
      streaming,
      (frame) => this.#listeners.frame(frame),
      () => this.#takeUpLater(),
    );
    this.#socket.listen({
      frame: (frame) => this.#listeners.frame(frame),
      opened: () => this.#listeners.opened(),
    });
    effect(() => {
      this.state.value = this.#falling.value ? "open" : this.#socket.state.value;
    });
  }

  listen(listener: Listener): () => void {
    return this.#listeners.add(listener);
  }

  send(message: Message): boolean {
    if (message.action === "ask" && (this.#falling.value || !fits(message))) {
      this.#streams.begin(message);
      return true;
    }
    if (!this.#falling.value) return this.#socket.send(message);
    if (message.action !== "resume") return false;
    this.#streams.begin(message);
    return true;
  }

  attend(looking: boolean): void {
    this.#looking = looking;
    if (!looking) {
      this.#falling.value = false;
      this.#streams.close();
    }
    this.#socket.attend(looking);
  }

  wake(): void {
    if (this.#falling.value) this.#listeners.opened();
    else this.#socket.wake();
  }

  distrust(): void {
    if (!this.#falling.value) this.#socket.distrust();
  }

  #fallBack(): void {
    this.#socket.attend(false);
    this.#falling.value = true;
    this.#listeners.opened();
    this.#tryAgainLater();
  }

  /** A stream is over, perhaps before its turn: whoever still needs it begins another one. */
  #takeUpLater(): void {
    this.#dialling.clock.after(TAKING_UP, () => {
      if (this.#falling.value) this.#listeners.opened();
    });
  }

  /** Back to sockets after a while, when no stream is under way. */
  #tryAgainLater(): void {
    this.#dialling.clock.after(FALLBACK, () => {
      if (!this.#falling.value || !this.#looking) return;
      if (this.#streams.busy) this.#tryAgainLater();
      else {
        this.#falling.value = false;
        this.#socket.attend(true);
      }
    });
  }
}
