/**
 * The way to the platform for questions and their events. It opens when somebody looks at it, closes when
 * nobody does, and comes back by itself. It promises nothing: what arrives is a hint, the stored log is the
 * truth, and whoever needs an event asks for it again.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { AskMessage, PageOpen, PingMessage, ResumeMessage, StopMessage } from "../api/schema.ts";
import type { Frame, Place } from "../wire.ts";

/** What the person has open in the control panel. */
export interface Page {
  readonly kind: NonNullable<PageOpen["kind"]>;
  readonly record_id?: string;
}

export type Ask = AskMessage;
/** Follow a conversation, and get the events of a turn after a place. */
export type Resume = ResumeMessage & { readonly after: Place };
/** Decisions go over HTTP, which answers each of them. */
export type Message = Ask | StopMessage | Resume | PingMessage;

/** `off`: nobody looks. `lost`: it was open, or should be, and is tried again. */
export type ChannelState = "off" | "connecting" | "open" | "lost";

export interface Channel {
  readonly state: ReadonlySignal<ChannelState>;
  /** Hear what arrives, and `opened` whenever it is open again; what is given ends it. */
  listen(listener: Listener): () => void;
  /** Send now; false if it is not open, and then nothing was sent. */
  send(message: Message): boolean;
  /** Whether somebody looks. */
  attend(looking: boolean): void;
  /** Try again at once: the page is visible again, or the network is back. */
  wake(): void;
  /** What is open does not answer: open another one. */
  distrust(): void;
}

export interface Listener {
  readonly frame: (frame: Frame) => void;
  readonly opened: () => void;
}

/** The listeners of a channel. */
export class Listeners {
  readonly state = signal<ChannelState>("off");
  readonly #listeners = new Set<Listener>();

  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  frame(frame: Frame): void {
    for (const each of [...this.#listeners]) each.frame(frame);
  }

  opened(): void {
    for (const each of [...this.#listeners]) each.opened();
  }
}
