/**
 * The panel's line to the worker. The worker may be killed whenever nothing happens, and the extension may be
 * updated under an open page: the first is repaired here, the second is told.
 */

import {
  type Channel,
  type ChannelState,
  type Listener,
  Listeners,
  type Message,
  type Send,
  type Storage,
  unreachable,
} from "@nat/chat";
import { signal } from "@preact/signals";
import type { FromPanel, FromWorker, Standing } from "./protocol.ts";

const AGAIN = 500;
/** A worker without anything to do is ended after 30 seconds. */
const ALIVE = 20_000;
/** How long an answer may take, a new start of the worker included. */
const PATIENCE = 30_000;

export class WorkerLine implements Channel, Storage {
  readonly standing = signal<Standing | undefined>(undefined);
  /** The extension was updated: this page still runs the old one, which reaches nothing any more. */
  readonly outdated = signal(false);
  readonly #listeners = new Listeners();
  readonly #nation: string;
  readonly #waiting = new Map<number, (answer: FromWorker) => void>();
  #port: chrome.runtime.Port | undefined;
  #number = 0;
  #looking = false;
  #beat: ReturnType<typeof setInterval> | undefined;

  constructor(nation: string) {
    this.#nation = nation;
    this.#connect();
    // Ports of a page that rests in the cache for going back are closed.
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.#connect();
    });
  }

  // What the chat needs of a channel

  get state() {
    return this.#listeners.state;
  }

  listen(listener: Listener): () => void {
    return this.#listeners.add(listener);
  }

  send(message: Message): boolean {
    return this.state.peek() === "open" && this.post({ kind: "send", message });
  }

  attend(looking: boolean): void {
    this.#looking = looking;
    clearInterval(this.#beat);
    if (looking) this.#beat = setInterval(() => this.post({ kind: "alive" }), ALIVE);
    this.post({ kind: "attend", looking });
  }

  wake(): void {
    if (!this.#port) this.#connect();
    this.post({ kind: "wake" });
  }

  distrust(): void {
    this.post({ kind: "distrust" });
  }

  // What the chat needs of a storage

  async get(key: string): Promise<string | undefined> {
    const answer = await this.#ask((id) => ({ kind: "get", id, key })).catch(() => undefined);
    return answer?.kind === "value" ? (answer.value ?? undefined) : undefined;
  }

  async set(key: string, value: string | undefined): Promise<void> {
    this.post({ kind: "set", key, value: value ?? null });
  }

  /** The styles of chat and panel. */
  async styles(): Promise<string> {
    const answer = await this.#ask((id) => ({ kind: "styles", id }));
    return answer.kind === "value" ? (answer.value ?? "") : "";
  }

  // Calls of the API

  readonly call: Send = async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = request.method === "GET" || request.method === "HEAD" ? null : await request.text();
    const answer = await this.#ask((id) => ({
      kind: "request",
      id,
      method: request.method,
      path: pathname + search,
      body: body || null,
    }));
    if (answer.kind !== "answer" || answer.status === 0) throw unreachable();
    const empty = answer.status === 204 || answer.status === 304;
    return new Response(empty ? null : answer.body, { status: answer.status, headers: answer.headers });
  };

  /** Say something to the worker; false if there is no way to it. */
  post(message: FromPanel): boolean {
    try {
      this.#port?.postMessage(message);
      return this.#port !== undefined;
    } catch {
      this.#lost();
      return false;
    }
  }

  #ask(ask: (id: number) => FromPanel): Promise<FromWorker> {
    this.#number += 1;
    const id = this.#number;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(unreachable());
      }, PATIENCE);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      if (!this.post(ask(id))) {
        clearTimeout(timer);
        this.#waiting.delete(id);
        reject(unreachable());
      }
    });
  }

  #connect(): void {
    if (!chrome.runtime?.id) {
      this.outdated.value = true;
      return;
    }
    let port: chrome.runtime.Port;
    try {
      port = chrome.runtime.connect({ name: "panel" });
    } catch {
      this.outdated.value = true;
      return;
    }
    this.#port = port;
    port.onMessage.addListener((message: FromWorker) => this.#hear(message));
    port.onDisconnect.addListener(() => {
      void chrome.runtime?.lastError;
      if (this.#port === port) this.#lost();
    });
    this.post({ kind: "hello", nation: this.#nation });
    if (this.#looking) this.post({ kind: "attend", looking: true });
  }

  #lost(): void {
    this.#port = undefined;
    this.#setState("lost");
    for (const [id, answer] of this.#waiting) {
      answer({ kind: "answer", id, status: 0, headers: {}, body: "" });
    }
    this.#waiting.clear();
    setTimeout(() => {
      if (!this.#port) this.#connect();
    }, AGAIN);
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "standing":
        this.standing.value = message;
        break;
      case "channel":
        this.#setState(message.state);
        break;
      case "opened":
        this.#setState("open");
        this.#listeners.opened();
        break;
      case "frame":
        this.#listeners.frame(message.frame);
        break;
      case "value":
      case "answer":
        this.#waiting.get(message.id)?.(message);
        this.#waiting.delete(message.id);
        break;
    }
  }

  #setState(state: ChannelState): void {
    this.#listeners.state.value = state;
  }
}
