/**
 * One conversation: its turns, its proposals, its draft, and what keeps all of them true.
 *
 * It lives outside of any component, so leaving it ends nothing. What the channel brings is taken as a hint; a
 * gap, a silence, an end, or a page that was asleep make it read the stored log.
 */

import { type Signal, signal } from "@preact/signals";
import { NatError, UNREACHABLE } from "../api/errors.ts";
import type { Decision, Nat } from "../api/nat.ts";
import type { DecisionTurn, Exchange } from "../api/schema.ts";
import { type Clock, serverTime } from "../clock.ts";
import type { TurnView } from "../log.ts";
import type { Storage } from "../storage.ts";
import type { Channel, Page } from "../transport/channel.ts";
import { ulid } from "../ulid.ts";
import type { Announcement, Pong, Refusal, TurnEvent } from "../wire.ts";
import { Approvals } from "./approvals.ts";
import type { Cooldown } from "./cooldown.ts";
import { Draft } from "./drafts.ts";
import { Turn } from "./turn.ts";

export const PAGE = 30;
/** Of so many of the newest turns the log is read at once; of older ones when somebody asks. */
const DETAILED = 3;
/** How long a missing event may take to come by itself. */
const GAP = 400;
/** After so much silence a running turn is asked how far it is, and a question is sent again. */
const SILENCE = 10_000;
/** Pings without an answer after which a connection counts as lost. */
const UNANSWERED = 2;
const LONGEST_RETRY = 30_000;
/** Readings of an ended turn's log that may fail before what is known has to do. */
const LAST_READINGS = 8;
/** Codes after which the same question or decision is sent again, later. */
const WAITING = new Set(["cooldown", "throttled", "nation_busy", "conversation_busy"]);
const COOLDOWN = 5;
/** How long a decision waits, if no turn ends before and the platform names no time. */
const DECISION_WAIT = 1;

/** How the platform begins the questions of decisions. */
const DECISIONS: Readonly<Record<Decision["kind"], string>> = {
  approve: "Approved",
  edit: "Edited",
  retry: "Try again",
  retryChange: "Try again",
  undo: "Undo",
};

export interface World {
  readonly nat: Nat;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly storage: Storage;
  readonly nation: string;
  readonly cooldown: Cooldown;
}

export type Loading = "new" | "loading" | "ready" | "failed";

/** What a person is told about a question or decision that was refused. */
export interface Refused {
  readonly refusal: Refusal;
  /** The question came back into the composer. */
  readonly question: boolean;
}

interface Watch {
  heard: number;
  unanswered: number;
  failures: number;
  reading: boolean;
  again: boolean;
  cancel: (() => void) | undefined;
}

function isOver({ phase }: TurnView): boolean {
  return phase === "finished" || phase === "stopped" || phase === "failed";
}

export class Conversation {
  readonly id: string;
  readonly title = signal("");
  readonly turns: Signal<readonly Turn[]> = signal([]);
  readonly loading: Signal<Loading>;
  readonly error: Signal<NatError | undefined> = signal(undefined);
  readonly earlier: Signal<string | null> = signal(null);
  readonly loadingEarlier = signal(false);
  readonly refused: Signal<Refused | undefined> = signal(undefined);
  readonly approvals: Approvals;
  readonly draft: Draft;
  /** Approvals and changes whose decision is on its way: nothing is decided twice by a second click. */
  readonly deciding: Signal<ReadonlySet<string>> = signal(new Set());
  /** The turns of decisions that were taken here, by approval or change, the latest last. */
  readonly decided: Signal<ReadonlyMap<string, Turn>> = signal(new Map());
  readonly #deciding = new Set<string>();
  readonly #decisions = new Map<string, string>();
  readonly #world: World;
  readonly #byId = new Map<string, Turn>();
  readonly #watches = new Map<string, Watch>();
  readonly #dirty = new Set<Turn>();
  /** What goes on when a turn has ended. */
  readonly #afterTurn = new Set<() => void>();
  #scheduled = false;
  #readingApprovals = false;
  #approvalsAgain = false;
  #looked = 0;

  constructor(id: string, world: World, isNew: boolean) {
    this.id = id;
    this.#world = world;
    this.loading = signal(isNew ? "new" : "loading");
    this.approvals = new Approvals(() => void this.#readApprovals());
    this.draft = new Draft(world.storage, world.nation, id, isNew);
  }

  /** The turn that is on its way or being answered, if there is one. */
  get running(): Turn | undefined {
    return this.turns.value.findLast(
      (turn) => !isOver(turn.view.value) && turn.delivery.value.state !== "unsent",
    );
  }

  has(turn: string): boolean {
    return this.#byId.has(turn);
  }

  // Reading

  /** Read it from the platform, or again what may have changed. */
  async open(): Promise<void> {
    const submitted = await this.draft.load();
    if (this.loading.peek() === "new") {
      if (submitted) this.#askAgain(submitted.turn, submitted.text);
      return;
    }
    await this.refresh();
    if (!submitted) return;
    if (this.#byId.has(submitted.turn)) this.draft.arrived(submitted.turn);
    else this.#askAgain(submitted.turn, submitted.text);
  }

  async refresh(): Promise<void> {
    this.#looked = this.#world.clock.now();
    if (this.loading.peek() === "failed") this.loading.value = "loading";
    try {
      const [whole] = await Promise.all([this.#world.nat.conversation(this.id, PAGE), this.#readApprovals()]);
      this.title.value = whole.title;
      this.#take(whole.exchanges, false);
      if (this.earlier.peek() === null && this.loading.peek() !== "ready") this.earlier.value = whole.earlier;
      const { running } = whole;
      if (running && !this.#byId.has(running.turn)) {
        this.#insert(
          new Turn({
            id: running.turn,
            conversation: this.id,
            question: running.question,
            askedAt: Date.parse(running.asked_at),
            delivery: { state: "known" },
          }),
        );
      }
      this.error.value = undefined;
      this.loading.value = "ready";
      for (const turn of this.turns.peek()) {
        if (!turn.ended && turn.delivery.peek().state === "known") this.#follow(turn);
      }
      for (const turn of this.turns.peek().slice(-DETAILED)) void this.detail(turn);
      this.#hear();
    } catch (error) {
      if (!(error instanceof NatError)) throw error;
      this.error.value = error;
      if (this.loading.peek() === "loading") this.loading.value = "failed";
    }
  }

  /** Turns before the first one that is shown. */
  async readEarlier(): Promise<void> {
    const before = this.earlier.peek();
    if (before === null || this.loadingEarlier.peek()) return;
    this.loadingEarlier.value = true;
    try {
      const whole = await this.#world.nat.conversation(this.id, PAGE, before);
      this.#take(whole.exchanges, true);
      this.earlier.value = whole.earlier;
    } catch (error) {
      if (!(error instanceof NatError)) throw error;
      this.error.value = error;
    } finally {
      this.loadingEarlier.value = false;
    }
  }

  /** Read the log of an old turn: what was looked up and changed. It is kept for 30 days. */
  async detail(turn: Turn): Promise<void> {
    if (turn.detailed.peek()) return;
    try {
      const after = turn.place;
      const { events } = await this.#world.nat.events(this.id, turn.id, after);
      turn.addReading(after, events);
      this.#shown(turn);
    } catch (error) {
      if (!(error instanceof NatError)) throw error;
    }
    turn.detailed.value = true;
  }

  // Asking

  /** Send what is in the draft. False if there is nothing, or another question waits to be sent. */
  ask(page?: Page): boolean {
    if (this.draft.text.peek().trim() === "" || this.#unarrived()) return false;
    const { turn: id, text } = this.draft.submit(() => ulid(this.#world.clock.now()));
    this.refused.value = undefined;
    const turn = new Turn({
      id,
      conversation: this.id,
      question: text,
      page,
      askedAt: this.#next(),
      delivery: { state: "held", until: undefined },
    });
    this.#insert(turn);
    this.#sendInTime(turn);
    return true;
  }

  /** Try to send a question again that could not be sent. */
  resend(turn: Turn): void {
    if (turn.delivery.peek().state === "unsent") this.#sendInTime(turn);
  }

  /** Take back a question that is not sent: its text returns to the composer. */
  takeBack(turn: Turn): void {
    const { state } = turn.delivery.peek();
    if (state !== "held" && state !== "unsent") return;
    this.#remove(turn);
    this.draft.giveBack(turn.id);
  }

  /** Ask for the turn to be stopped. It ends when its log says so. */
  stop(turn: Turn): void {
    if (turn.ended) return;
    if (turn.delivery.peek().state === "held") {
      this.takeBack(turn);
      return;
    }
    turn.stopping.value = true;
    this.#sendStop(turn);
  }

  // Deciding

  /**
   * Take a decision. The id of the decision is made once for each card and choice, so a second click, a lost
   * answer or a second try carries nothing out twice. A card can be decided while the answer below it is still
   * being written: the decision then waits for that turn's end.
   */
  async decide(decision: Decision): Promise<void> {
    const about = "approval" in decision ? decision.approval : decision.change;
    if (this.#deciding.has(about)) return;
    this.#setDeciding(about, true);
    this.refused.value = undefined;
    const key = JSON.stringify(decision);
    const id = this.#decisions.get(key) ?? ulid(this.#world.clock.now());
    this.#decisions.set(key, id);
    try {
      const taken = await this.#decideInTime(decision, id);
      this.#decisions.delete(key);
      const turn = this.#expect(taken.turn);
      if (turn.asked.peek() === "") turn.asked.value = this.#inWords(decision);
      const others = [...this.decided.peek()].filter(([each]) => each !== about);
      this.decided.value = new Map([...others, [about, turn]]);
    } catch (error) {
      this.#refuseDecision(error, key);
    } finally {
      this.#setDeciding(about, false);
      void this.#readApprovals();
    }
  }

  async #decideInTime(decision: Decision, id: string): Promise<DecisionTurn> {
    for (;;) {
      try {
        return await this.#world.nat.decide(this.id, decision, id);
      } catch (error) {
        if (!(error instanceof NatError && WAITING.has(error.code))) throw error;
        await this.#turnOver(error.wait ?? DECISION_WAIT);
      }
    }
  }

  /** When a turn has ended, and at the latest in so many seconds. */
  #turnOver(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        cancel();
        this.#afterTurn.delete(go);
        resolve();
      };
      const cancel = this.#world.clock.after(seconds * 1_000, go);
      this.#afterTurn.add(go);
    });
  }

  /** A decision as the platform will word it; what is not known here follows with the history. */
  #inWords(decision: Decision): string {
    const about = "approval" in decision ? this.approvals.get(decision.approval)?.peek().card.summary : "";
    return `${DECISIONS[decision.kind]}: ${about ?? ""}`;
  }

  async reject(approval: string, fingerprint: string): Promise<void> {
    if (this.#deciding.has(approval)) return;
    this.#setDeciding(approval, true);
    this.refused.value = undefined;
    const key = `reject ${approval} ${fingerprint}`;
    const id = this.#decisions.get(key) ?? ulid(this.#world.clock.now());
    this.#decisions.set(key, id);
    try {
      this.approvals.record(await this.#world.nat.reject(this.id, approval, fingerprint, id));
    } catch (error) {
      this.#refuseDecision(error, key);
      void this.#readApprovals();
    } finally {
      this.#setDeciding(approval, false);
    }
  }

  // What the channel brings

  event(event: TurnEvent): void {
    let turn = this.#byId.get(event.turn);
    if (!turn) {
      // Asked on another device, or decided there: the question is in the history.
      turn = this.#expect(event.turn);
    }
    const watch = this.#watch(turn);
    watch.heard = this.#world.clock.now();
    watch.unanswered = 0;
    this.#arrived(turn);
    if (!turn.add(event)) return;
    if (turn.ended) this.#showNow(turn);
    else this.#showSoon(turn);
    if (turn.hasGap) this.#later(turn, GAP);
    else if (turn.ended) this.#settled(turn);
  }

  pong(pong: Pong): void {
    const turn = this.#byId.get(pong.turn);
    if (!turn) return;
    this.#watch(turn).unanswered = 0;
    if (turn.isBehind(pong)) void this.#read(turn);
  }

  refusal(refusal: Refusal): void {
    const turn = refusal.turn === null ? undefined : this.#byId.get(refusal.turn);
    if (!turn || turn.ended) return;
    const { state } = turn.delivery.peek();
    if (state === "known") {
      // What was refused is a stop or a following, not the question.
      if (refusal.code === "not_found") void this.#read(turn);
      else if (refusal.code !== UNREACHABLE && !refusal.retryable)
        this.refused.value = { refusal, question: false };
      turn.stopping.value = false;
      return;
    }
    if (state !== "sent") return;
    if (refusal.code === UNREACHABLE) {
      turn.delivery.value = { state: "unsent" };
    } else if (WAITING.has(refusal.code)) {
      this.#world.cooldown.refused(refusal.wait ?? COOLDOWN, this.#world.clock.now());
      this.#sendInTime(turn);
    } else if (refusal.retryable) {
      turn.delivery.value = { state: "unsent" };
    } else {
      this.#remove(turn);
      this.draft.giveBack(turn.id);
      this.refused.value = { refusal, question: true };
    }
  }

  announcement(announcement: Announcement): void {
    if (announcement.type !== "approval.updated") return;
    this.approvals.announce(announcement.approval, announcement.state, announcement.by ?? undefined);
  }

  /** The channel is open, for the first time or again. */
  opened(): void {
    for (const turn of this.turns.peek()) {
      if (turn.ended) continue;
      if (turn.delivery.peek().state === "sent") this.#send(turn);
      else if (turn.delivery.peek().state === "known") this.#resume(turn);
      if (turn.stopping.peek()) this.#sendStop(turn);
    }
    this.#hear();
  }

  /** Somebody looks again: what happened meanwhile is read, whatever the channel says. */
  woke(): void {
    for (const turn of this.turns.peek()) {
      if (!turn.ended && turn.delivery.peek().state === "known") void this.#read(turn);
    }
    if (this.#world.clock.now() - this.#looked > SILENCE && this.loading.peek() === "ready")
      void this.refresh();
  }

  // Keeping it true

  /** Follow the conversation, so that questions from elsewhere show: any turn of it will do for that. */
  #hear(): void {
    const last = this.turns.peek().findLast((turn) => turn.delivery.peek().state === "known");
    if (last?.ended) this.#resume(last);
  }

  #follow(turn: Turn): void {
    this.#watch(turn);
    this.#resume(turn);
    this.#later(turn, SILENCE);
  }

  #resume(turn: Turn): void {
    this.#world.channel.send({ action: "resume", turn: turn.id, conversation: this.id, after: turn.place });
  }

  /** Over the socket, or by a call where there is none. What does not arrive is sent again with the channel. */
  #sendStop(turn: Turn): void {
    if (this.#world.channel.send({ action: "stop", turn: turn.id, conversation: this.id })) return;
    this.#world.nat.stop(this.id, turn.id).catch(() => undefined);
  }

  /** A turn that was begun elsewhere or by a decision. */
  #expect(id: string): Turn {
    const known = this.#byId.get(id);
    if (known) return known;
    const turn = new Turn({
      id,
      conversation: this.id,
      question: "",
      askedAt: this.#next(),
      delivery: { state: "known" },
    });
    this.#insert(turn);
    this.#follow(turn);
    void this.#readQuestion(turn);
    return turn;
  }

  async #readQuestion(turn: Turn): Promise<void> {
    try {
      const whole = await this.#world.nat.conversation(this.id, 1);
      const exchange = whole.exchanges.find((each) => each.turn === turn.id);
      const question = whole.running?.turn === turn.id ? whole.running.question : exchange?.question;
      this.title.value = whole.title;
      if (question) turn.asked.value = question;
    } catch (error) {
      if (!(error instanceof NatError)) throw error;
    }
  }

  #watch(turn: Turn): Watch {
    let watch = this.#watches.get(turn.id);
    if (!watch) {
      const now = this.#world.clock.now();
      watch = { heard: now, unanswered: 0, failures: 0, reading: false, again: false, cancel: undefined };
      this.#watches.set(turn.id, watch);
    }
    return watch;
  }

  /** Look after a turn in a while. */
  #later(turn: Turn, milliseconds: number): void {
    const watch = this.#watch(turn);
    watch.cancel?.();
    watch.cancel = this.#world.clock.after(milliseconds, () => this.#lookAfter(turn));
  }

  #lookAfter(turn: Turn): void {
    if (!this.#byId.has(turn.id)) return;
    if (turn.hasGap) {
      void this.#read(turn);
      return;
    }
    if (turn.ended) return;
    const watch = this.#watch(turn);
    const silent = this.#world.clock.now() - watch.heard;
    if (silent < SILENCE) {
      this.#later(turn, SILENCE - silent);
      return;
    }
    if (turn.delivery.peek().state === "sent") {
      this.#send(turn);
    } else if (this.#world.channel.send({ action: "ping", turn: turn.id, conversation: this.id })) {
      watch.unanswered += 1;
      if (watch.unanswered > UNANSWERED) {
        watch.unanswered = 0;
        this.#world.channel.distrust();
        void this.#read(turn);
      }
    } else {
      void this.#read(turn);
    }
    this.#later(turn, SILENCE);
  }

  /** Read the stored log from where it is known. One reading of a turn at a time. */
  async #read(turn: Turn): Promise<void> {
    const watch = this.#watch(turn);
    if (watch.reading) {
      watch.again = true;
      return;
    }
    watch.reading = true;
    const after = turn.place;
    try {
      const reading = await this.#world.nat.events(this.id, turn.id, after);
      watch.failures = 0;
      watch.heard = this.#world.clock.now();
      turn.addReading(after, reading.events);
      if (reading.ended && !turn.ended) await this.#readEnding(turn);
    } catch (error) {
      if (!(error instanceof NatError)) throw error;
      watch.failures += 1;
    } finally {
      watch.reading = false;
    }
    if (this.#byId.get(turn.id) !== turn) return;
    this.#showNow(turn);
    if (watch.again) {
      watch.again = false;
      void this.#read(turn);
    } else if (turn.hasGap || watch.failures > 0) {
      if (!turn.ended || watch.failures < LAST_READINGS) {
        this.#later(turn, Math.min(LONGEST_RETRY, GAP * 2 ** watch.failures));
      }
    } else if (turn.ended) {
      this.#settled(turn);
    } else {
      this.#later(turn, SILENCE);
    }
  }

  /** The platform says that a turn has ended, and its log has no end any more: the history has the answer. */
  async #readEnding(turn: Turn): Promise<void> {
    const whole = await this.#world.nat.conversation(this.id, PAGE);
    const exchange = whole.exchanges.find((each) => each.turn === turn.id);
    if (!exchange) return;
    this.#byId.set(turn.id, Turn.ofExchange(this.id, exchange));
    this.#sort();
  }

  /** A turn is over, with all that its log holds. */
  #settled(turn: Turn): void {
    this.#watches.get(turn.id)?.cancel?.();
    this.#watches.delete(turn.id);
    if (turn.view.peek().news.length > 0 || turn.view.peek().requested.length > 0) void this.#readApprovals();
    const next = this.turns.peek().find((each) => each.delivery.peek().state === "held");
    if (next) this.#sendInTime(next);
    for (const go of [...this.#afterTurn]) go();
  }

  async #readApprovals(): Promise<void> {
    if (this.loading.peek() === "new") return;
    if (this.#readingApprovals) {
      this.#approvalsAgain = true;
      return;
    }
    this.#readingApprovals = true;
    try {
      for (const each of await this.#world.nat.approvals(this.id)) this.approvals.record(each);
    } catch (error) {
      if (!(error instanceof NatError)) throw error;
    } finally {
      this.#readingApprovals = false;
    }
    if (this.#approvalsAgain) {
      this.#approvalsAgain = false;
      await this.#readApprovals();
    }
  }

  // Sending

  /** Send now, or when the five seconds between questions are over and the turn before has ended. */
  #sendInTime(turn: Turn): void {
    const before = this.turns
      .peek()
      .find((each) => each !== turn && !each.ended && each.delivery.peek().state !== "held");
    if (before) {
      turn.delivery.value = { state: "held", until: undefined };
      return;
    }
    const now = this.#world.clock.now();
    const until = this.#world.cooldown.until;
    if (until <= now) {
      this.#world.cooldown.asked(now);
      this.#send(turn);
      return;
    }
    turn.delivery.value = { state: "held", until };
    this.#world.clock.after(until - now, () => {
      const { state } = turn.delivery.peek();
      if (state === "held" && this.#byId.get(turn.id) === turn) this.#sendInTime(turn);
    });
  }

  #send(turn: Turn): void {
    turn.delivery.value = { state: "sent" };
    this.#watch(turn).heard = this.#world.clock.now();
    this.#world.channel.send({
      action: "ask",
      turn: turn.id,
      conversation: this.id,
      message: turn.asked.peek(),
      ...(turn.page ? { page: turn.page } : {}),
    });
    // A channel that is not open says when it is; a question that got lost is sent again after the silence.
    this.#later(turn, SILENCE);
  }

  /** A question from before the page was left. It may have arrived: the same id tells. */
  #askAgain(id: string, text: string): void {
    const turn = new Turn({
      id,
      conversation: this.id,
      question: text,
      askedAt: this.#next(),
      delivery: { state: "sent" },
    });
    this.#insert(turn);
    this.#send(turn);
  }

  #arrived(turn: Turn): void {
    if (turn.delivery.peek().state === "known") return;
    turn.delivery.value = { state: "known" };
    this.draft.arrived(turn.id);
    if (this.loading.peek() === "new") {
      this.loading.value = "ready";
      this.title.value = turn.asked.peek().slice(0, 80);
    }
  }

  #unarrived(): boolean {
    return this.turns.peek().some((turn) => turn.delivery.peek().state !== "known");
  }

  // Showing

  #showSoon(turn: Turn): void {
    this.#dirty.add(turn);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#world.clock.frame(() => {
      this.#scheduled = false;
      const dirty = [...this.#dirty];
      this.#dirty.clear();
      for (const each of dirty) this.#shown(each);
    });
  }

  #showNow(turn: Turn): void {
    this.#dirty.delete(turn);
    this.#shown(turn);
  }

  #shown(turn: Turn): void {
    turn.show();
    const view = turn.view.peek();
    for (const request of view.requested) this.approvals.request(request);
    for (const news of view.news) this.approvals.news(news);
  }

  // The list

  #take(exchanges: readonly Exchange[], earlier: boolean): void {
    let changed = false;
    for (const exchange of exchanges) {
      const known = this.#byId.get(exchange.turn);
      if (known) {
        known.feedback.value = exchange.feedback;
        if (exchange.question) known.asked.value = exchange.question;
        continue;
      }
      this.#byId.set(exchange.turn, Turn.ofExchange(this.id, exchange));
      changed = true;
    }
    if (changed || earlier) this.#sort();
  }

  /** When something asked now was asked, on the platform's clock, and after everything that is here. */
  #next(): number {
    const last = this.turns.peek().at(-1)?.askedAt ?? 0;
    return Math.max(serverTime(this.#world.clock.now()), last + 1);
  }

  #insert(turn: Turn): void {
    this.#byId.set(turn.id, turn);
    this.#sort();
  }

  #remove(turn: Turn): void {
    this.#watches.get(turn.id)?.cancel?.();
    this.#watches.delete(turn.id);
    this.#byId.delete(turn.id);
    this.#sort();
  }

  /** By the time they were asked, as the platform has it; ids are made by clocks that may be wrong. */
  #sort(): void {
    this.turns.value = [...this.#byId.values()].sort((one, other) => one.askedAt - other.askedAt);
  }

  #setDeciding(about: string, is: boolean): void {
    if (is) this.#deciding.add(about);
    else this.#deciding.delete(about);
    this.deciding.value = new Set(this.#deciding);
  }

  #refuseDecision(error: unknown, key: string): void {
    if (!(error instanceof NatError)) throw error;
    // What may have arrived keeps its id for the next click.
    if (!error.retryable) this.#decisions.delete(key);
    this.refused.value = { refusal: error.asRefusal(null), question: false };
  }
}
