/**
 * A proposal: what would happen, to whom, and the person's yes or no.
 *
 * A decision quotes the fingerprint of what is on the screen. The buttons rest for a moment after the card has
 * appeared or changed, so that a click that was meant for something else decides nothing.
 */

import type { Signal } from "@preact/signals";
import { Clock, Mail, ShieldAlert, TriangleAlert } from "lucide-preact";
import { useEffect, useId, useMemo, useState } from "preact/hooks";
import type { Editable } from "../api/schema.ts";
import { serverTime } from "../clock.ts";
import type { ApprovalView } from "../store/approvals.ts";
import type { Conversation } from "../store/conversation.ts";
import { toldError, words } from "../words/chat.ts";
import { told, toldField, toldOf } from "../words/server.ts";
import { locale, moment, number } from "../words.ts";
import { mayDecide, useChat, useNow } from "./context.ts";
import { RecordName, Records, Search, search, useChange } from "./Records.tsx";

/** Above so many records a yes is typed. */
const MANY = 100;
const RESTING = 500;

export function ApprovalCard({
  approval,
  conversation,
}: {
  approval: Signal<ApprovalView>;
  conversation: Conversation;
}) {
  const t = words.value;
  const view = approval.value;
  const { card } = view;
  const title = useId();
  const now = serverTime(useNow(view.state === "pending" ? 1_000 : 0));
  const waits = view.state === "pending" && view.expiresAt > now;
  const state = view.state === "pending" && !waits ? "expired" : view.state;
  return (
    <section class={`nat-card nat-card-${state}`} aria-labelledby={title}>
      <header>
        <ShieldAlert size={16} aria-hidden="true" />
        <span class="nat-card-state">{waits ? t.approval : t.states[state]}</span>
        {waits && (
          <span class="nat-clock">
            <Clock size={13} aria-hidden="true" />
            {t.expiresIn(remaining(view.expiresAt - now))}
          </span>
        )}
      </header>
      <h3 id={title}>{toldOf(card.words, card.summary)}</h3>
      <p class="nat-facts">
        <strong>{card.people > 0 ? t.countPeople(card.people) : t.countRecords(card.count)}</strong>
        {card.effect !== "write" && (
          <span class={`nat-badge ${card.effect === "destructive" ? "nat-badge-bad" : ""}`}>
            {t.effects[card.effect]}
          </span>
        )}
        {card.sends && (
          <span class="nat-badge nat-badge-warn">
            <Mail size={12} aria-hidden="true" />
            {t.sends}
          </span>
        )}
      </p>
      {waits ? (
        <Deciding key={card.fingerprint} view={view} conversation={conversation} />
      ) : (
        <Decided view={view} state={state} conversation={conversation} />
      )}
    </section>
  );
}

function remaining(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1_000));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  const unit = (unit: "hour" | "minute") => new Intl.NumberFormat(locale.value, { style: "unit", unit });
  return `${unit("hour").format(Math.floor(minutes / 60))} ${unit("minute").format(minutes % 60)}`;
}

function Deciding({ view, conversation }: { view: ApprovalView; conversation: Conversation }) {
  const t = words.value;
  const { role } = useChat();
  const { card } = view;
  const [rested, setRested] = useState(false);
  const [editing, setEditing] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [typed, setTyped] = useState("");
  const confirm = useId();
  useEffect(() => {
    const timer = setTimeout(() => setRested(true), RESTING);
    return () => clearTimeout(timer);
  }, []);
  const count = card.count - left.size;
  const word = count > 1 ? String(count) : t.confirmWord;
  const typing = count > MANY || card.undo === "none";
  const confirmed = !typing || typed.trim().toLowerCase() === word.toLowerCase();
  const busy = conversation.deciding.value.has(view.id);
  const may = mayDecide(role, card.role);
  const [all, setAll] = useState<readonly string[]>([]);
  const proceed = () => {
    const records = left.size > 0 ? all.filter((key) => !left.has(key)) : undefined;
    void conversation.decide({
      kind: "approve",
      approval: view.id,
      fingerprint: card.fingerprint,
      ...(records ? { records } : {}),
    });
  };
  if (editing) return <Editing view={view} conversation={conversation} onClose={() => setEditing(false)} />;
  return (
    <>
      <Content view={view} />
      {choosing && (
        <Choosing view={view} conversation={conversation} left={left} onLeave={setLeft} onKnown={setAll} />
      )}
      {choosing && (
        <p class={count === 0 ? "nat-bad" : "nat-quiet"} role="status">
          {count === 0 ? t.noneChosen : t.chosen(count, card.count)}
        </p>
      )}
      <p class={card.undo === "none" ? "nat-undo nat-bad" : "nat-undo nat-quiet"}>
        {{ all: t.undoAll, some: t.undoSome, none: t.undoNone }[card.undo]}
      </p>
      {may && typing && count > 0 && (
        <div class="nat-confirm">
          <label for={confirm}>{t.typeToConfirm(word)}</label>
          <input
            id={confirm}
            class="nat-input"
            autocomplete="off"
            inputMode={count > 1 ? "numeric" : "text"}
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </div>
      )}
      {may ? (
        <footer data-resting={!rested}>
          <button
            type="button"
            class={`nat-button ${card.effect === "destructive" ? "nat-button-bad" : ""}`}
            disabled={!rested || busy || !confirmed || count === 0}
            onClick={proceed}
          >
            {left.size > 0 ? t.proceedWith(count) : t.proceed}
          </button>
          <button
            type="button"
            class="nat-button nat-button-quiet"
            disabled={!rested || busy}
            onClick={() => conversation.reject(view.id, card.fingerprint)}
          >
            {t.cancel}
          </button>
          <span class="nat-spring" />
          {card.editable.length > 0 && (
            <button type="button" class="nat-link-button" disabled={busy} onClick={() => setEditing(true)}>
              {t.edit}
            </button>
          )}
          {card.count > 1 && (
            <button
              type="button"
              class="nat-link-button"
              aria-expanded={choosing}
              disabled={busy}
              onClick={() => setChoosing(!choosing)}
            >
              {choosing ? t.chooseDone : t.choose}
            </button>
          )}
        </footer>
      ) : (
        <p class="nat-quiet">{t.roleNeeded(t.roles[card.role])}</p>
      )}
    </>
  );
}

function Content({ view }: { view: ApprovalView }) {
  const t = words.value;
  const { card } = view;
  const more = card.more;
  return (
    <>
      {card.filter && (
        <dl class="nat-filter">
          <dt>{t.filter}</dt>
          <dd>{toldOf(card.words, card.filter)}</dd>
        </dl>
      )}
      {card.warnings.length > 0 && (
        <ul class="nat-warnings" aria-label={t.warnings}>
          {card.warnings.map((warning) => (
            <li key={warning}>
              <TriangleAlert size={14} aria-hidden="true" />
              {toldOf(card.words, warning)}
            </li>
          ))}
        </ul>
      )}
      {card.sample.length > 0 && (
        <>
          <h4>{t.sample}</h4>
          <ul class="nat-sample">
            {card.sample.map((record) => (
              <li key={record.key}>
                <RecordName name={record.name} url={record.url} />
                <Difference before={record.before} after={record.after} method={record.method} />
              </li>
            ))}
          </ul>
          {more > 0 && <p class="nat-quiet">{t.moreRecords(more)}</p>}
        </>
      )}
      {card.touched.length > 0 && (
        <p class="nat-quiet">
          {t.touched}: {card.touched.map((each) => each.name).join(", ")}
        </p>
      )}
      {card.skipped.count > 0 && (
        <details class="nat-fold">
          <summary>{t.skipped(card.skipped.count)}</summary>
          <ul>
            {card.skipped.reasons.map((reason) => (
              <li key={reason.why}>
                {toldOf(card.words, reason.why)}: {number(reason.count)}
              </li>
            ))}
          </ul>
          <ul class="nat-quiet">
            {card.skipped.sample.map((each, place) => (
              <li key={place}>
                {each.name}: {toldOf(card.words, each.why)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

type Values = Readonly<Record<string, unknown>> | null;

/** What changes of a record, value by value. */
function Difference({ before, after, method }: { before: Values; after: Values; method: string }) {
  const t = words.value;
  if (method === "DELETE" && !after) return <span class="nat-bad">{t.deleted}</span>;
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter(
    (name) => asText(before?.[name]) !== asText(after?.[name]),
  );
  return (
    <dl class="nat-difference">
      {names.map((name) => (
        <div key={name}>
          <dt>{toldField(name)}</dt>
          <dd>
            {before && (
              <>
                <span class="nat-sr">{t.before}: </span>
                <del>{asText(before[name]) || t.nothing}</del>
                <span aria-hidden="true"> → </span>
                <span class="nat-sr">, {t.after}: </span>
              </>
            )}
            <ins>{asText(after?.[name]) || t.nothing}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return number(value);
  return typeof value === "string" || typeof value === "boolean" ? String(value) : JSON.stringify(value);
}

const SHOWN = 200;

interface ChoosingProps {
  readonly view: ApprovalView;
  readonly conversation: Conversation;
  readonly left: ReadonlySet<string>;
  readonly onLeave: (left: ReadonlySet<string>) => void;
  readonly onKnown: (keys: readonly string[]) => void;
}

/** All records of the proposal, to take some of them out. */
function Choosing({ view, conversation, left, onLeave, onKnown }: ChoosingProps) {
  const t = words.value;
  const { brand } = useChat();
  const [query, setQuery] = useState("");
  const { loaded, error } = useChange(conversation.id, view.change ?? "", view.change !== undefined, "");
  const records = loaded?.results;
  const found = useMemo(() => search(records ?? [], query), [records, query]);
  const complete = records !== undefined && loaded?.change.next === null;
  useEffect(() => {
    if (complete) onKnown(records.map((each) => each.key));
  }, [complete, records, onKnown]);
  const leave = (keys: readonly string[], is: boolean) => {
    const next = new Set(left);
    for (const key of keys) {
      if (is) next.add(key);
      else next.delete(key);
    }
    onLeave(next);
  };
  if (error) return <p class="nat-bad">{toldError(error, brand)}</p>;
  if (!complete) return <p class="nat-quiet">{t.loading}</p>;
  const keys = found.map((each) => each.key);
  return (
    <fieldset class="nat-choosing">
      <legend class="nat-sr">{t.choose}</legend>
      <div class="nat-row">
        <Search value={query} onChange={setQuery} />
        <button type="button" class="nat-link-button" onClick={() => leave(keys, false)}>
          {t.selectAll}
        </button>
        <button type="button" class="nat-link-button" onClick={() => leave(keys, true)}>
          {t.selectNone}
        </button>
      </div>
      <ul class="nat-records">
        {found.slice(0, SHOWN).map((each) => (
          <li key={each.key}>
            <label>
              <input
                type="checkbox"
                checked={!left.has(each.key)}
                onChange={(event) => leave([each.key], !event.currentTarget.checked)}
              />
              {each.name}
            </label>
          </li>
        ))}
      </ul>
      {found.length > SHOWN && <p class="nat-quiet">{t.moreRecords(found.length - SHOWN)}</p>}
    </fieldset>
  );
}

function Editing({
  view,
  conversation,
  onClose,
}: {
  view: ApprovalView;
  conversation: Conversation;
  onClose: () => void;
}) {
  const t = words.value;
  const fields = view.card.editable;
  const [values, setValues] = useState<Readonly<Record<string, string | boolean>>>(() =>
    Object.fromEntries(
      fields.map(({ name, value }) => [name, typeof value === "boolean" ? value : String(value)]),
    ),
  );
  const changed = fields.filter(({ name, value }) => String(values[name]) !== String(value));
  return (
    <form
      class="nat-editing"
      onSubmit={(event) => {
        event.preventDefault();
        void conversation.decide({
          kind: "edit",
          approval: view.id,
          fingerprint: view.card.fingerprint,
          values: Object.fromEntries(
            changed.map((field) => [field.name, asTyped(field, values[field.name])]),
          ),
        });
        onClose();
      }}
    >
      <p class="nat-quiet">{t.editHint}</p>
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={values[field.name] ?? ""}
          onChange={(value) => setValues({ ...values, [field.name]: value })}
        />
      ))}
      <footer>
        <button type="submit" class="nat-button" disabled={changed.length === 0}>
          {t.propose}
        </button>
        <button type="button" class="nat-button nat-button-quiet" onClick={onClose}>
          {t.cancel}
        </button>
      </footer>
    </form>
  );
}

function asTyped(field: Editable, value: string | boolean | undefined): unknown {
  if (field.type === "boolean") return value === true || value === "true";
  return field.type === "string" ? value : Number(value);
}

function Field({
  field,
  value,
  onChange,
}: {
  field: Editable;
  value: string | boolean;
  onChange: (value: string | boolean) => void;
}) {
  const id = useId();
  const name = told(field.label, field.wording);
  if (field.type === "boolean") {
    return (
      <label class="nat-check">
        <input
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        {name}
      </label>
    );
  }
  return (
    <div class="nat-field">
      <label for={id}>{name}</label>
      {field.choices && field.choices.length > 0 ? (
        <select
          id={id}
          class="nat-input"
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {field.choices.map((choice) => (
            <option key={String(choice)} value={String(choice)}>
              {String(choice)}
            </option>
          ))}
        </select>
      ) : field.type === "string" && String(value).length > 60 ? (
        <textarea
          id={id}
          class="nat-input"
          rows={4}
          value={String(value)}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <input
          id={id}
          class="nat-input"
          type={field.type === "string" ? "text" : "number"}
          step={field.type === "integer" ? 1 : "any"}
          required={field.type !== "string"}
          value={String(value)}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </div>
  );
}

const COUNTED = ["done", "failed", "unknown", "conflict", "skipped"] as const;

function Decided({
  view,
  state,
  conversation,
}: {
  view: ApprovalView;
  state: ApprovalView["state"];
  conversation: Conversation;
}) {
  const t = words.value;
  const { me, person } = useChat();
  const [listing, setListing] = useState(false);
  const who =
    view.decidedBy === me ? t.byYou : ((view.decidedBy && person?.(view.decidedBy)) ?? t.bySomebody);
  const counts = COUNTED.filter((each) => (view.counts[each] ?? 0) > 0);
  const { change } = view;
  return (
    <>
      {counts.length > 0 && (
        <p class="nat-outcomes">
          {counts.map((each) => t.outcomes[each](view.counts[each] ?? 0)).join(" · ")}
        </p>
      )}
      {view.decidedBy && (
        <p class="nat-quiet">
          {t.decidedBy(
            who,
            view.decidedAt ? moment(view.decidedAt, Date.now()) : undefined,
            view.decidedIn === "slack",
          )}
        </p>
      )}
      <footer>
        {(state === "partly" || state === "failed") && (
          <button
            type="button"
            class="nat-button nat-button-quiet"
            disabled={conversation.deciding.value.has(view.id)}
            onClick={() => conversation.decide({ kind: "retry", approval: view.id })}
          >
            {t.retryFailed}
          </button>
        )}
        {change && (state === "done" || state === "partly") && (
          <button type="button" class="nat-link-button" onClick={() => setListing(true)}>
            {view.card.undo === "none" ? t.showRecords : t.undo}
          </button>
        )}
      </footer>
      {listing && change && (
        <Records
          conversation={conversation}
          change={change}
          title={toldOf(view.card.words, view.card.summary)}
          onClose={() => setListing(false)}
        />
      )}
    </>
  );
}
