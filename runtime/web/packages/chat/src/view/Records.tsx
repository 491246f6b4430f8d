/** The records of a change: what became of each, and taking back all of them or some. */

import { ExternalLink, Undo2 } from "lucide-preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { NatError } from "../api/errors.ts";
import type { Change, Result } from "../api/schema.ts";
import { followable } from "../markdown/links.ts";
import type { Conversation } from "../store/conversation.ts";
import { toldError, words } from "../words/chat.ts";
import { told } from "../words/server.ts";
import { moment } from "../words.ts";
import { useChat } from "./context.ts";
import { Dialog } from "./Dialog.tsx";

/** Names shown at once; the search finds the others. */
const SHOWN = 200;

export interface Loaded {
  readonly change: Change;
  readonly results: readonly Result[];
}

/** All records of a change, page by page. */
export function useChange(
  conversation: string,
  change: string,
  wanted: boolean,
  epoch: string,
): { loaded: Loaded | undefined; error: NatError | undefined } {
  const { store } = useChat();
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState<NatError>();
  useEffect(() => {
    if (!wanted) return undefined;
    let left = false;
    const read = async () => {
      let results: Result[] = [];
      let after: string | undefined;
      do {
        const page = await store.nat.change(conversation, change, after);
        results = [...results, ...page.results];
        after = page.next ?? undefined;
        if (left) return;
        setLoaded({ change: page, results });
      } while (after !== undefined);
    };
    read().catch((failed: unknown) => {
      if (!(failed instanceof NatError)) throw failed;
      if (!left) setError(failed);
    });
    return () => {
      left = true;
    };
  }, [store, conversation, change, wanted, epoch]);
  return { loaded, error };
}

interface RecordsProps {
  readonly conversation: Conversation;
  readonly change: string;
  readonly title: string;
  readonly onClose: () => void;
}

export function Records({ conversation, change, title, onClose }: RecordsProps) {
  const t = words.value;
  const { brand } = useChat();
  const [query, setQuery] = useState("");
  const busy = conversation.deciding.value.has(change);
  const epoch = `${busy} ${conversation.running?.id ?? ""}`;
  const { loaded, error } = useChange(conversation.id, change, true, epoch);
  const found = useMemo(() => search(loaded?.results ?? [], query), [loaded, query]);
  const undoable = loaded?.change.undoable ?? 0;
  const undo = (records?: readonly string[]) => {
    void conversation.decide({ kind: "undo", change, ...(records ? { records } : {}) });
    if (!records) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {error && <p class="nat-bad">{error.status === 404 ? t.changeGone : toldError(error, brand)}</p>}
      {!loaded && !error && <p class="nat-quiet">{t.loading}</p>}
      {loaded && (
        <>
          <p class="nat-quiet">
            {undoable > 0 && loaded.change.undo_until
              ? t.undoUntil(moment(Date.parse(loaded.change.undo_until), Date.now()))
              : t.cannotUndo}
          </p>
          {loaded.results.length > 8 && <Search value={query} onChange={setQuery} />}
          <ul class="nat-records" aria-label={t.recordsTitle}>
            {found.slice(0, SHOWN).map((result) => (
              <Record key={result.key} result={result} busy={busy} onUndo={() => undo([result.key])} />
            ))}
          </ul>
          {found.length > SHOWN && <p class="nat-quiet">{t.moreRecords(found.length - SHOWN)}</p>}
          <footer>
            {undoable > 0 && (
              <button type="button" class="nat-button" disabled={busy} onClick={() => undo()}>
                <Undo2 size={15} aria-hidden="true" />
                {t.undoEverything(undoable)}
              </button>
            )}
            <button type="button" class="nat-button nat-button-quiet" onClick={onClose}>
              {t.close}
            </button>
          </footer>
        </>
      )}
    </Dialog>
  );
}

export function Search({ value, onChange }: { value: string; onChange: (query: string) => void }) {
  const t = words.value;
  return (
    <input
      type="search"
      class="nat-input"
      placeholder={t.searchRecords}
      aria-label={t.searchRecords}
      value={value}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function search<R extends { readonly name: string; readonly id: string | null }>(
  records: readonly R[],
  query: string,
): readonly R[] {
  const wanted = folded(query);
  return wanted
    ? records.filter((each) => folded(`${each.name} ${each.id ?? ""}`).includes(wanted))
    : records;
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

function Record({ result, busy, onUndo }: { result: Result; busy: boolean; onUndo: () => void }) {
  const t = words.value;
  const state =
    result.undo?.state === "done" ? t.undone : result.state ? t.entryStates[result.state] : t.notTried;
  const why = result.undo?.why
    ? told(result.undo.why, result.undo.wording)
    : told(result.why, result.wording);
  return (
    <li>
      <RecordName name={result.name} url={result.url} />
      <span class={`nat-entry nat-entry-${result.state ?? "none"}`}>
        {state}
        {result.already && ` · ${t.alreadySo}`}
        {why && `: ${why}`}
      </span>
      {result.undo_until && result.undo?.state !== "done" && (
        <button
          type="button"
          class="nat-link-button"
          disabled={busy}
          aria-label={t.undoOne(result.name)}
          onClick={onUndo}
        >
          {t.undo}
        </button>
      )}
    </li>
  );
}

export function RecordName({ name, url }: { name: string; url: string | null }) {
  const { hosts } = useChat();
  const href = url === null ? undefined : followable(url, { hosts, returned: new Set() });
  if (!href) return <span class="nat-record-name">{name}</span>;
  return (
    <a class="nat-record-name" href={href} target="_blank" rel="noopener noreferrer">
      {name}
      <ExternalLink size={12} aria-hidden="true" />
    </a>
  );
}
