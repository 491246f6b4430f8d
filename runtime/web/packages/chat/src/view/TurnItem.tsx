/** A question with what came of it. */

import { Check, Copy, ExternalLink, ListTree, Pencil, RotateCcw, Undo2 } from "lucide-preact";
import { useMemo, useState } from "preact/hooks";
import { followable, type LinkRule } from "../markdown/links.ts";
import { Markdown } from "../markdown/Markdown.tsx";
import type { Conversation } from "../store/conversation.ts";
import type { Turn } from "../store/turn.ts";
import { words } from "../words/chat.ts";
import { toldOf } from "../words/server.ts";
import { moment } from "../words.ts";
import { ApprovalCard } from "./ApprovalCard.tsx";
import { Ending, ProgressBar } from "./Course.tsx";
import { useChat, useNow } from "./context.ts";
import { copyText } from "./device.ts";
import { Feedback } from "./Feedback.tsx";
import { IconButton } from "./IconButton.tsx";
import { NoticeBanner } from "./Notices.tsx";
import { Records } from "./Records.tsx";
import { ToolLines } from "./ToolLines.tsx";

export interface TurnItemProps {
  readonly turn: Turn;
  readonly conversation: Conversation;
  readonly isLast: boolean;
}

/** How the platform words the questions of decisions. */
const DECISION = /^(Approved|Edited|Try again|Undo): (.*)$/s;

export function TurnItem({ turn, conversation, isLast }: TurnItemProps) {
  const { hosts, store } = useChat();
  const t = words.value;
  const view = turn.view.value;
  const { state } = turn.delivery.value;
  const question = turn.asked.value;
  const decision = DECISION.exec(question);
  const busy = state === "known" && !turn.ended;
  const returned = useMemo(
    () => new Set([...view.links, ...view.tools.flatMap((line) => line.links)].map((link) => link.url)),
    [view.links, view.tools],
  );
  // A rule is a new one only when it allows something else: blocks are drawn again for a new rule.
  const allowed = [...returned].join(" ");
  const rule = useMemo<LinkRule>(() => ({ hosts, returned }), [hosts, allowed]);
  const cards = useMemo(
    () => [...new Set([...turn.proposals, ...view.requested.map((each) => each.approval)])],
    [turn, view.requested],
  );
  conversation.approvals.all.value;
  return (
    <article
      class={`nat-turn ${isLast ? "nat-turn-last" : ""} ${decision ? "nat-turn-decision" : ""}`}
      aria-busy={busy}
      aria-label={question || t.untitled}
    >
      {decision ? (
        <p class="nat-decision">
          <Check size={14} aria-hidden="true" />
          <span>
            <strong>{t.decisions[decision[1] as keyof typeof t.decisions]}</strong> {decision[2]}
          </span>
        </p>
      ) : (
        question && <Question turn={turn} conversation={conversation} text={question} />
      )}
      <Waiting turn={turn} conversation={conversation} />
      <div class="nat-answer">
        {view.notices.map((notice) => (
          <NoticeBanner key={notice.kind} notice={notice} />
        ))}
        <ToolLines lines={view.tools} conversation={conversation} rule={rule} running={busy} />
        {busy && view.text === "" && view.tools.length === 0 && !view.progress && (
          <p class="nat-thinking">
            <span aria-hidden="true" class="nat-dots">
              <i />
              <i />
              <i />
            </span>
            {t.thinking}
          </p>
        )}
        {view.text !== "" && <Markdown text={view.text} streaming={busy} rule={rule} />}
        {busy && view.progress && <ProgressBar turn={turn} conversation={conversation} />}
        {cards.map((id) => {
          const approval = conversation.approvals.get(id);
          return approval && <ApprovalCard key={id} approval={approval} conversation={conversation} />;
        })}
        <Ending turn={turn} conversation={conversation} />
        {turn.ended && (
          <footer class="nat-turn-tools">
            {view.links
              .filter((link) => followable(link.url, rule))
              .slice(0, 4)
              .map((link) => (
                <a key={link.url} class="nat-show" href={link.url} target="_blank" rel="noopener noreferrer">
                  <span title={link.label}>{link.label || t.showMe}</span>
                  <ExternalLink size={12} aria-hidden="true" />
                </a>
              ))}
            {decision && <TakeBack turn={turn} conversation={conversation} />}
            <span class="nat-turn-icons">
              {!turn.detailed.value && (
                <IconButton icon={ListTree} label={t.showSteps} onClick={() => conversation.detail(turn)} />
              )}
              {view.text !== "" && <CopyAnswer text={view.text} />}
              {!decision && <Feedback turn={turn} />}
            </span>
          </footer>
        )}
      </div>
      {state === "unsent" && (
        <p class="nat-row nat-bad" role="alert">
          {t.notSent}
          <button type="button" class="nat-link-button" onClick={() => conversation.resend(turn)}>
            {t.tryAgain}
          </button>
          <button type="button" class="nat-link-button" onClick={() => conversation.takeBack(turn)}>
            {t.takeBack}
          </button>
        </p>
      )}
      {store.channel.state.value === "lost" && state === "sent" && <p class="nat-quiet">{t.reconnecting}</p>}
    </article>
  );
}

function Question({ turn, conversation, text }: { turn: Turn; conversation: Conversation; text: string }) {
  const t = words.value;
  const { store } = useChat();
  return (
    <div class="nat-question">
      <div class="nat-question-tools">
        <IconButton
          icon={Pencil}
          label={t.editQuestion}
          onClick={() => {
            conversation.draft.type(text);
            store.focus();
          }}
        />
      </div>
      <div>
        <span class="nat-sr">{t.you}: </span>
        <p>{text}</p>
        <time dateTime={new Date(turn.askedAt).toISOString()}>{moment(turn.askedAt, Date.now())}</time>
      </div>
    </div>
  );
}

/** Why a question has not gone out yet. */
function Waiting({ turn, conversation }: { turn: Turn; conversation: Conversation }) {
  const t = words.value;
  const delivery = turn.delivery.value;
  const now = useNow(delivery.state === "held" && delivery.until !== undefined ? 250 : 0);
  if (delivery.state !== "held") return null;
  return (
    <p class="nat-row nat-quiet" role="note">
      {delivery.until === undefined
        ? t.waitsForAnswer
        : t.sendsIn(Math.max(1, Math.ceil((delivery.until - now) / 1_000)))}
      <button type="button" class="nat-link-button" onClick={() => conversation.takeBack(turn)}>
        {t.takeBack}
      </button>
    </p>
  );
}

/** After a change was carried out: taking it back, and trying the rest again. */
function TakeBack({ turn, conversation }: { turn: Turn; conversation: Conversation }) {
  const t = words.value;
  const [open, setOpen] = useState(false);
  const approval = conversation.approvals.all.value.find((each) => each.value.decision === turn.id)?.value;
  if (!approval?.change) return null;
  const { change, card, state } = approval;
  return (
    <>
      {(state === "partly" || state === "failed") && (
        <button
          type="button"
          class="nat-link-button"
          disabled={conversation.deciding.value.has(approval.id)}
          onClick={() => conversation.decide({ kind: "retry", approval: approval.id })}
        >
          <RotateCcw size={13} aria-hidden="true" />
          {t.retryFailed}
        </button>
      )}
      {(state === "partly" || state === "done") && card.undo !== "none" && (
        <button type="button" class="nat-link-button" onClick={() => setOpen(true)}>
          <Undo2 size={13} aria-hidden="true" />
          {t.undo}
        </button>
      )}
      {open && (
        <Records
          conversation={conversation}
          change={change}
          title={toldOf(card.words, card.summary)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

function CopyAnswer({ text }: { text: string }) {
  const t = words.value;
  const [copied, setCopied] = useState(false);
  return (
    <IconButton
      icon={copied ? Check : Copy}
      label={copied ? t.copied : t.copyAnswer}
      onClick={async () => {
        await copyText(text);
        setCopied(true);
        setTimeout(() => setCopied(false), 2_000);
      }}
    />
  );
}
