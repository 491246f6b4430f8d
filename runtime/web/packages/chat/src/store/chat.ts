/** All conversations of a person in a nation: which one is open, the list of them, and what comes by the channel. */

import { type Signal, signal } from "@preact/signals";
import { NatError } from "../api/errors.ts";
import type { Nat } from "../api/nat.ts";
import type { Conversation as Listed } from "../api/schema.ts";
import type { Clock } from "../clock.ts";
import type { Storage } from "../storage.ts";
import type { Channel } from "../transport/channel.ts";
import { ulid } from "../ulid.ts";
import type { Notice } from "../wire.ts";
import { Conversation, type World } from "./conversation.ts";
import { Cooldown } from "./cooldown.ts";
import { Draft } from "./drafts.ts";

export interface History {
  readonly conversations: readonly (Listed & { readonly excerpt?: string })[];
  readonly next: string | null;
  /** Of a search: how many were looked through, and whether that is all. */
  readonly searched?: number;
  readonly complete?: boolean;
}

export class ChatStore {
  readonly nat: Nat;
  readonly channel: Channel;
  readonly nation: string;
  readonly open: Signal<Conversation>;
  readonly history: Signal<History | undefined> = signal(undefined);
  readonly historyError: Signal<NatError | undefined> = signal(undefined);
  readonly query = signal("");
  /** Rises when the cursor should go where people write. */
  readonly focused = signal(0);
  /** The nation lost its access to NationBuilder, or has it back. */
  readonly notice: Signal<Notice | undefined> = signal(undefined);
  readonly #world: World;
  readonly #conversations = new Map<string, Conversation>();
  readonly #ends: (() => void)[] = [];
  #reading = 0;

  constructor(given: { nat: Nat; channel: Channel; clock: Clock; storage: Storage; nation: string }) {
    this.nat = given.nat;
    this.channel = given.channel;
    this.nation = given.nation;
    this.#world = { ...given, cooldown: new Cooldown(given.storage) };
    void this.#world.cooldown.learn(given.clock.now());
    this.open = signal(this.#fresh(ulid(given.clock.now())));
    this.#ends.push(
      given.channel.listen({
        frame: (frame) => {
          switch (frame.kind) {
            case "event": {
              const conversation =
                this.#holding(frame.event.turn) ??
                (frame.event.type === "turn.accepted"
                  ? this.#conversations.get(frame.event.conversation)
                  : this.open.peek());
              // Of a turn that nobody here knows nothing else says where it belongs; the channel brings only
              // what is followed, and that is the open conversation.
              conversation?.event(frame.event);
              break;
            }
            case "pong":
              this.#holding(frame.pong.turn)?.pong(frame.pong);
              break;
            case "refusal":
              if (frame.refusal.turn !== null) this.#holding(frame.refusal.turn)?.refusal(frame.refusal);
              break;
            case "announcement":
              if (frame.announcement.type === "notice") {
                if (frame.announcement.nation === this.nation) this.notice.value = frame.announcement;
              } else {
                this.#conversations.get(frame.announcement.conversation)?.announcement(frame.announcement);
              }
              break;
          }
        },
        opened: () => {
          for (const each of this.#conversations.values()) each.opened();
        },
      }),
    );
  }

  /** Take up what was typed, and asked, before the page was left. */
  async start(): Promise<void> {
    const unfinished = await Draft.unfinished(this.#world.storage, this.nation);
    const open = this.open.peek();
    if (unfinished && open.loading.peek() === "new" && open.turns.peek().length === 0) {
      this.#conversations.delete(open.id);
      this.open.value = this.#fresh(unfinished);
    }
    await this.open.peek().open();
  }

  /** Somebody looks, or nobody does. */
  attend(looking: boolean): void {
    this.channel.attend(looking);
    if (looking) this.wake();
  }

  /** The page is visible again, came back from the cache, or the network is back. */
  wake(): void {
    this.channel.wake();
    void this.#world.cooldown.learn(this.#world.clock.now());
    for (const each of this.#conversations.values()) each.woke();
  }

  close(): void {
    for (const end of this.#ends) end();
    this.channel.attend(false);
  }

  /** Open a conversation of the history. */
  show(id: string): Conversation {
    const conversation = this.of(id);
    this.open.value = conversation;
    void conversation.open();
    return conversation;
  }

  /** A conversation without reading it, such as of a proposal that waits elsewhere. */
  of(id: string): Conversation {
    let conversation = this.#conversations.get(id);
    if (!conversation) {
      conversation = new Conversation(id, this.#world, false);
      this.#conversations.set(id, conversation);
    }
    return conversation;
  }

  /** Begin a new conversation; an empty one that is open stays. */
  begin(): Conversation {
    if (this.open.peek().loading.peek() !== "new" || this.open.peek().turns.peek().length > 0) {
      this.#openFresh();
    }
    return this.open.peek();
  }

  /** Put the cursor where people write. */
  focus(): void {
    this.focused.value += 1;
  }

  async readHistory(query = this.query.peek()): Promise<void> {
    this.query.value = query;
    await this.#readPage(query, undefined, undefined);
  }

  async readMoreHistory(): Promise<void> {
    const known = this.history.peek();
    if (known?.next) await this.#readPage(this.query.peek(), known.next, known);
  }

  async rename(id: string, title: string): Promise<void> {
    await this.nat.rename(id, title);
    const open = this.#conversations.get(id);
    if (open) open.title.value = title;
    this.#change((each) => (each.conversation === id ? { ...each, title } : each));
  }

  async remove(id: string): Promise<void> {
    await this.nat.remove(id);
    this.#conversations.get(id)?.draft.forget();
    this.#conversations.delete(id);
    this.#change((each) => (each.conversation === id ? undefined : each));
    if (this.open.peek().id === id) this.#openFresh();
  }

  async #readPage(query: string, after: string | undefined, known: History | undefined): Promise<void> {
    this.#reading += 1;
    const reading = this.#reading;
    try {
      const page: History = query.trim()
        ? await this.nat.search(query.trim(), after)
        : await this.nat.conversations(after);
      if (reading !== this.#reading) return;
      this.historyError.value = undefined;
      this.history.value = {
        ...page,
        conversations: [...(known?.conversations ?? []), ...page.conversations],
        ...(page.searched === undefined ? {} : { searched: page.searched + (known?.searched ?? 0) }),
      };
    } catch (error) {
      if (!(error instanceof NatError)) throw error;
      if (reading === this.#reading) this.historyError.value = error;
    }
  }

  #change(
    change: (each: History["conversations"][number]) => History["conversations"][number] | undefined,
  ): void {
    const known = this.history.peek();
    if (!known) return;
    const conversations = known.conversations.map(change).filter((each) => each !== undefined);
    this.history.value = { ...known, conversations };
  }

  #openFresh(): void {
    this.open.value = this.#fresh(ulid(this.#world.clock.now()));
    void this.open.peek().open();
  }

  #fresh(id: string): Conversation {
    const conversation = new Conversation(id, this.#world, true);
    this.#conversations.set(id, conversation);
    return conversation;
  }

  #holding(turn: string): Conversation | undefined {
    for (const each of this.#conversations.values()) if (each.has(turn)) return each;
    return undefined;
  }
}
