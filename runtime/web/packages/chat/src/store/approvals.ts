/**
 * The proposals of a conversation and what became of them.
 *
 * The platform's record says where a proposal is. Events tell it sooner, and may be old: those of the turn that
 * carries the latest decision out hold by their place, others only where they can be no step back. What is in
 * doubt is read again.
 */

import { type Signal, signal } from "@preact/signals";
import type { Approval, ApprovalState } from "../api/schema.ts";
import { type ApprovalNews, BEGINNING } from "../log.ts";
import { type ApprovalRequested, type Card, compare, type Place } from "../wire.ts";

export interface ApprovalView {
  readonly id: string;
  readonly card: Card;
  readonly state: ApprovalState;
  readonly expiresAt: number;
  readonly change: string | undefined;
  readonly decidedBy: string | undefined;
  /** The surface on which it was decided. */
  readonly decidedIn: string | undefined;
  readonly decidedAt: number | undefined;
  readonly decision: string | undefined;
  readonly counts: Readonly<Record<string, number>>;
}

const STATES: ReadonlySet<string> = new Set<ApprovalState>([
  "pending",
  "approved",
  "committing",
  "done",
  "partly",
  "failed",
  "rejected",
  "expired",
  "superseded",
]);
/** After one of these nothing happens any more. */
const OVER: ReadonlySet<string> = new Set<ApprovalState>(["rejected", "expired", "superseded", "done"]);

export class Approvals {
  readonly #views = new Map<string, Signal<ApprovalView>>();
  /** The place, in the turn of the latest decision, of the event that said the state. */
  readonly #places = new Map<string, Place>();
  readonly #doubt: (approval: string) => void;
  /** What is known, oldest first. */
  readonly all = signal<readonly Signal<ApprovalView>[]>([]);

  /** `doubt` is called when only the platform can say where a proposal is. */
  constructor(doubt: (approval: string) => void) {
    this.#doubt = doubt;
  }

  get(id: string): Signal<ApprovalView> | undefined {
    return this.#views.get(id);
  }

  /** The agent proposed it. */
  request(event: ApprovalRequested): void {
    if (this.#views.has(event.approval)) return;
    this.#put({
      id: event.approval,
      card: event.card,
      state: "pending",
      expiresAt: Date.parse(event.expires_at),
      change: undefined,
      decidedBy: undefined,
      decidedIn: undefined,
      decidedAt: undefined,
      decision: undefined,
      counts: {},
    });
  }

  /** The platform's record of it. */
  record(approval: Approval): void {
    const known = this.#views.get(approval.approval)?.peek();
    // A reading may have begun before a decision that is known here already.
    if (known && OVER.has(known.state) && !OVER.has(approval.state)) return;
    if (known?.decision !== (approval.decision ?? undefined)) this.#places.delete(approval.approval);
    this.#put({
      id: approval.approval,
      card: approval.card,
      state: approval.state,
      expiresAt: Date.parse(approval.expires_at),
      change: approval.change,
      decidedBy: approval.decided_by ?? undefined,
      decidedIn: approval.decided_in ?? undefined,
      decidedAt: approval.decided_at === null ? undefined : Date.parse(approval.decided_at),
      decision: approval.decision ?? undefined,
      counts: approval.counts,
    });
  }

  /** What a turn's log says of it. */
  news(news: ApprovalNews): void {
    const view = this.#views.get(news.approval);
    const known = view?.peek();
    if (!view || !known || !STATES.has(news.state) || OVER.has(known.state)) return;
    const state = news.state as ApprovalState;
    const said = this.#places.get(news.approval) ?? BEGINNING;
    if (known.decision === news.turn ? compare(news.place, said) > 0 : known.state === "pending") {
      this.#places.set(news.approval, news.place);
      const decided = state === "superseded" ? {} : { decision: news.turn };
      view.value = { ...known, ...decided, state, decidedBy: news.by ?? known.decidedBy };
    } else if (known.decision !== news.turn) {
      this.#doubt(news.approval);
    }
  }

  /** It was decided without a turn, or its time is over. */
  announce(id: string, state: string, by: string | undefined): void {
    const view = this.#views.get(id);
    const known = view?.peek();
    if (!view || !known || !STATES.has(state) || OVER.has(known.state)) return;
    view.value = { ...known, state: state as ApprovalState, decidedBy: by ?? known.decidedBy };
    this.#doubt(id);
  }

  #put(view: ApprovalView): void {
    const known = this.#views.get(view.id);
    if (known) {
      known.value = view;
      return;
    }
    const fresh = signal(view);
    this.#views.set(view.id, fresh);
    this.all.value = [...this.all.peek(), fresh];
  }
}
