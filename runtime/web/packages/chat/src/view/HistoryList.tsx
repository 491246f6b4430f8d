/** A person's conversations: to find one again, to name, to save and to delete it. */

import { EllipsisVertical, Search as SearchIcon } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { NatError } from "../api/errors.ts";
import { toldError, words } from "../words/chat.ts";
import { moment } from "../words.ts";
import { useChat } from "./context.ts";
import { Dialog } from "./Dialog.tsx";
import { save } from "./device.ts";
import { Skeleton } from "./Skeleton.tsx";

const PAUSE = 250;

export interface HistoryProps {
  /** A conversation was chosen, or a new one is begun. */
  readonly onOpen: (conversation: string) => void;
}

export function HistoryList({ onOpen }: HistoryProps) {
  const t = words.value;
  const { store, brand } = useChat();
  const [query, setQuery] = useState(store.query.peek());
  const history = store.history.value;
  const error = store.historyError.value;
  useEffect(() => {
    const timer = setTimeout(() => void store.readHistory(query), query ? PAUSE : 0);
    return () => clearTimeout(timer);
  }, [store, query]);
  return (
    <nav class="nat-history" aria-label={t.history}>
      <label class="nat-search">
        <SearchIcon size={15} aria-hidden="true" />
        <input
          type="search"
          class="nat-input"
          placeholder={t.searchHistory}
          aria-label={t.searchHistory}
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      </label>
      {error && (
        <div class="nat-empty">
          <p class="nat-bad">{toldError(error, brand)}</p>
          <button type="button" class="nat-button nat-button-quiet" onClick={() => store.readHistory(query)}>
            {t.tryAgain}
          </button>
        </div>
      )}
      {!history && !error && <Skeleton />}
      {history?.conversations.length === 0 && (
        <p class="nat-empty nat-quiet">{query ? t.noHits : t.noConversations}</p>
      )}
      <ul>
        {history?.conversations.map((each) => (
          <Entry
            key={each.conversation}
            id={each.conversation}
            title={each.title}
            excerpt={each.excerpt}
            updatedAt={Date.parse(each.updated_at)}
            onOpen={onOpen}
          />
        ))}
      </ul>
      {query && history?.searched !== undefined && (
        <p class="nat-quiet nat-hint">
          {history.complete ? t.searchedAll(history.searched) : t.searchedSome(history.searched)}
        </p>
      )}
      {history?.next && (
        <button type="button" class="nat-link-button" onClick={() => store.readMoreHistory()}>
          {t.loadMore}
        </button>
      )}
    </nav>
  );
}

interface EntryProps {
  readonly id: string;
  readonly title: string;
  readonly excerpt: string | undefined;
  readonly updatedAt: number;
  readonly onOpen: (conversation: string) => void;
}

function Entry({ id, title, excerpt, updatedAt, onOpen }: EntryProps) {
  const t = words.value;
  const { store, brand } = useChat();
  const [asking, setAsking] = useState<"rename" | "remove">();
  const [name, setName] = useState(title);
  const [failed, setFailed] = useState<string>();
  const menu = useRef<HTMLDetailsElement>(null);
  const attempt = async (work: () => Promise<void>) => {
    if (menu.current) menu.current.open = false;
    try {
      await work();
      setAsking(undefined);
      setFailed(undefined);
    } catch (error) {
      if (!(error instanceof NatError)) throw error;
      setFailed(toldError(error, brand));
    }
  };
  const download = (format: "md" | "json") =>
    attempt(async () => {
      const file = await store.nat.export(id, format);
      save(file.name, "", file.content);
    });
  return (
    <li class={store.open.value.id === id ? "nat-entry-open" : undefined}>
      <button type="button" aria-current={store.open.value.id === id} onClick={() => onOpen(id)}>
        <span class="nat-entry-title">{title}</span>
        {excerpt && <span class="nat-entry-excerpt">{excerpt}</span>}
        <time dateTime={new Date(updatedAt).toISOString()}>{moment(updatedAt, Date.now())}</time>
      </button>
      <details
        ref={menu}
        class="nat-menu"
        name="nat-history-menu"
        onFocusOut={(event) => {
          const next = event.relatedTarget;
          if (next instanceof Node && !event.currentTarget.contains(next)) event.currentTarget.open = false;
        }}
      >
        <summary aria-label={t.actionsFor(title)}>
          <EllipsisVertical size={15} aria-hidden="true" />
        </summary>
        <div>
          <button type="button" onClick={() => setAsking("rename")}>
            {t.rename}
          </button>
          <button type="button" onClick={() => download("md")}>
            {t.exportMarkdown}
          </button>
          <button type="button" onClick={() => download("json")}>
            {t.exportJson}
          </button>
          <button type="button" class="nat-bad" onClick={() => setAsking("remove")}>
            {t.remove}
          </button>
        </div>
      </details>
      {failed && !asking && (
        <p class="nat-bad nat-hint" role="alert">
          {failed}
        </p>
      )}
      {asking === "rename" && (
        <Dialog title={t.rename} onClose={() => setAsking(undefined)}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void attempt(() => store.rename(id, name.trim()));
            }}
          >
            <label class="nat-field">
              {t.title}
              <input
                class="nat-input"
                maxLength={80}
                required
                value={name}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            </label>
            {failed && <p class="nat-bad">{failed}</p>}
            <footer>
              <button type="submit" class="nat-button">
                {t.save}
              </button>
            </footer>
          </form>
        </Dialog>
      )}
      {asking === "remove" && (
        <Dialog title={t.removeTitle} onClose={() => setAsking(undefined)}>
          <p>{t.removeText}</p>
          {failed && <p class="nat-bad">{failed}</p>}
          <footer>
            <button
              type="button"
              class="nat-button nat-button-bad"
              onClick={() => attempt(() => store.remove(id))}
            >
              {t.remove}
            </button>
            <button type="button" class="nat-button nat-button-quiet" onClick={() => setAsking(undefined)}>
              {t.cancel}
            </button>
          </footer>
        </Dialog>
      )}
    </li>
  );
}
