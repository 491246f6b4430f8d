/** A conversation to read and to write in. */

import { ArrowDown, WifiOff } from "lucide-preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Conversation } from "../store/conversation.ts";
import { toldError, words } from "../words/chat.ts";
import { Composer } from "./Composer.tsx";
import { useChat } from "./context.ts";
import { Banner, NoticeBanner, RefusalBanner } from "./Notices.tsx";
import { useParts } from "./parts.ts";
import { Skeleton } from "./Skeleton.tsx";

export function Chat() {
  const { store } = useChat();
  const conversation = store.open.value;
  return (
    <section class="nat-chat" aria-label={conversation.title.value || words.value.newConversation}>
      <Log key={conversation.id} conversation={conversation} />
      <div class="nat-foot">
        <Banners conversation={conversation} />
        <Composer conversation={conversation} />
      </div>
      <Status conversation={conversation} />
    </section>
  );
}

function Log({ conversation }: { conversation: Conversation }) {
  const t = words.value;
  const { brand } = useChat();
  const log = useRef<HTMLDivElement>(null);
  const turns = conversation.turns.value;
  const loading = conversation.loading.value;
  const [below, setBelow] = useState(false);
  const parts = useParts(turns.length > 0 || loading === "loading");
  const last = parts && turns.at(-1)?.id;
  useQuestionAtTop(log, last);
  const following = useRef(true);
  const look = () => {
    const element = log.current;
    const end = element?.querySelector(".nat-turn-last .nat-answer")?.getBoundingClientRect().bottom ?? 0;
    setBelow(element !== null && end > element.getBoundingClientRect().bottom + 8);
  };
  useEffect(() => {
    const answer = log.current?.querySelector(".nat-turn-last .nat-answer");
    if (!answer || typeof ResizeObserver === "undefined") return undefined;
    following.current = true;
    const observer = new ResizeObserver(() => {
      const decision = answer.closest(".nat-turn-decision");
      if (decision && following.current) decision.scrollIntoView({ block: "end", behavior: "instant" });
      look();
    });
    observer.observe(answer);
    return () => observer.disconnect();
  }, [last]);
  return (
    <div
      class="nat-log"
      ref={log}
      onScroll={look}
      onWheel={() => {
        following.current = false;
      }}
      onTouchMove={() => {
        following.current = false;
      }}
    >
      {conversation.earlier.value !== null && <Earlier conversation={conversation} log={log} />}
      {(loading === "loading" || (turns.length > 0 && !parts)) && <Skeleton />}
      {loading === "failed" && (
        <div class="nat-empty">
          <p>{conversation.error.value ? toldError(conversation.error.value, brand) : t.loadFailed}</p>
          <button type="button" class="nat-button" onClick={() => conversation.refresh()}>
            {t.tryAgain}
          </button>
        </div>
      )}
      {loading === "new" && turns.length === 0 && <Empty conversation={conversation} />}
      {parts &&
        turns.map((turn) => (
          <parts.TurnItem key={turn.id} turn={turn} conversation={conversation} isLast={turn.id === last} />
        ))}
      {below && (
        <button
          type="button"
          class="nat-newest"
          onClick={() =>
            log.current
              ?.querySelector(".nat-turn-last .nat-answer")
              ?.scrollIntoView({ block: "end", behavior: motion() })
          }
        >
          <ArrowDown size={14} aria-hidden="true" />
          {t.newest}
        </button>
      )}
    </div>
  );
}

function motion(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
}

/**
 * A new question goes to the top and its answer grows below, so it is read from its beginning and nothing is
 * scrolled while somebody reads. The last turn is at least as high as the log, which makes room for that.
 */
function useQuestionAtTop(log: { readonly current: HTMLDivElement | null }, last: string | undefined): void {
  const before = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const isFirst = before.current === undefined;
    if (last === before.current) return;
    before.current = last;
    const element = log.current;
    const turn = element?.querySelector<HTMLElement>(".nat-turn-last");
    if (!element || !turn) return;
    const behavior = isFirst ? "instant" : motion();
    // What comes of a decision stands below its card, which stays in sight.
    if (turn.matches(".nat-turn-decision")) turn.scrollIntoView({ block: "end", behavior });
    else element.scrollTo({ top: turn.offsetTop - element.offsetTop, behavior });
  }, [log, last]);
}

function Earlier({
  conversation,
  log,
}: {
  conversation: Conversation;
  log: { readonly current: HTMLDivElement | null };
}) {
  const t = words.value;
  const marker = useRef<HTMLDivElement>(null);
  const read = async () => {
    const element = log.current;
    const fromEnd = (element?.scrollHeight ?? 0) - (element?.scrollTop ?? 0);
    await conversation.readEarlier();
    requestAnimationFrame(() => {
      if (element) element.scrollTop = element.scrollHeight - fromEnd;
    });
  };
  return (
    <div ref={marker} class="nat-earlier">
      <button
        type="button"
        class="nat-link-button"
        disabled={conversation.loadingEarlier.value}
        onClick={read}
      >
        {conversation.loadingEarlier.value ? t.loading : t.showEarlier}
      </button>
    </div>
  );
}

function Empty({ conversation }: { conversation: Conversation }) {
  const t = words.value;
  const { brand, suggestions, store } = useChat();
  return (
    <div class="nat-empty">
      <h2>{t.emptyTitle}</h2>
      <p>{t.emptyText(brand)}</p>
      {suggestions.length > 0 && (
        <ul class="nat-suggestions" aria-label={t.suggestions}>
          {suggestions.map((each) => (
            <li key={each}>
              <button
                type="button"
                onClick={() => {
                  conversation.draft.type(each);
                  store.focus();
                }}
              >
                {each}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Banners({ conversation }: { conversation: Conversation }) {
  const t = words.value;
  const { store, brand } = useChat();
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  const refused = conversation.refused.value;
  const notice = store.notice.value;
  const error = conversation.loading.value === "ready" ? conversation.error.value : undefined;
  return (
    <>
      {!online && (
        <p class="nat-offline">
          <WifiOff size={14} aria-hidden="true" />
          {t.offline}
        </p>
      )}
      {online && store.channel.state.value === "lost" && <p class="nat-offline">{t.reconnecting}</p>}
      {error && online && error.code !== "unreachable" && (
        <Banner tone="bad" onDismiss={() => (conversation.error.value = undefined)}>
          {toldError(error, brand)}
        </Banner>
      )}
      {notice && <NoticeBanner notice={notice} onDismiss={() => (store.notice.value = undefined)} />}
      {refused && (
        <RefusalBanner refusal={refused.refusal} onDismiss={() => (conversation.refused.value = undefined)} />
      )}
    </>
  );
}

/** The one thing that screen readers are told by itself: how the last question stands. */
function Status({ conversation }: { conversation: Conversation }) {
  const t = words.value;
  const turn = conversation.turns.value.at(-1);
  const view = turn?.view.value;
  const pending = view?.requested.some(
    (each) => conversation.approvals.get(each.approval)?.value.state === "pending",
  );
  let status = "";
  if (turn && view && turn.delivery.value.state === "known" && turn.isLive) {
    if (!turn.ended) status = t.working;
    else if (pending) status = t.needsApproval;
    else if (view.phase === "stopped") status = t.wasStopped;
    else if (view.phase === "failed") status = t.couldNotAnswer;
    else status = t.answerReady;
  }
  return (
    <p class="nat-sr" role="status">
      {status}
    </p>
  );
}
