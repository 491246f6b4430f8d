/** How the carrying out of a decision goes and how it ended. */

import { RotateCcw, Square } from "lucide-preact";
import { useMemo } from "preact/hooks";
import type { LinkRule } from "../markdown/links.ts";
import { Markdown } from "../markdown/Markdown.tsx";
import type { ApprovalView } from "../store/approvals.ts";
import type { Conversation } from "../store/conversation.ts";
import type { Turn } from "../store/turn.ts";
import { toldError, words } from "../words/chat.ts";
import { told } from "../words/server.ts";
import { useChat } from "./context.ts";

/** What comes of the decisions that a person takes on a card that stands outside of its conversation. */
export function DecisionCourse({
  approval,
  conversation,
}: {
  approval: ApprovalView;
  conversation: Conversation;
}) {
  const { hosts } = useChat();
  const turns = [...conversation.decided.value];
  const turn = turns.findLast(([about]) => about === approval.id || about === approval.change)?.[1];
  const links = turn?.view.value.links;
  const rule = useMemo<LinkRule>(
    () => ({ hosts, returned: new Set(links?.map((link) => link.url)) }),
    [hosts, links],
  );
  if (!turn) return null;
  const { text, progress } = turn.view.value;
  return (
    <div class="nat-course">
      {!turn.ended && progress && <ProgressBar turn={turn} conversation={conversation} />}
      <div role="status">
        {turn.ended && text !== "" && <Markdown text={text} streaming={false} rule={rule} />}
      </div>
      <Ending turn={turn} conversation={conversation} />
    </div>
  );
}

export function ProgressBar({ turn, conversation }: { turn: Turn; conversation: Conversation }) {
  const t = words.value;
  const { progress } = turn.view.value;
  if (!progress) return null;
  const { done, total } = progress;
  const label = told(progress.label, progress.wording);
  const failed = progress.failed ?? 0;
  return (
    <div class="nat-progress">
      <div class="nat-row">
        <span>{label}</span>
        <span class="nat-count">
          {t.progress(done, total)}
          {failed > 0 && <span class="nat-bad"> · {t.progressFailed(failed)}</span>}
        </span>
        <span class="nat-spring" />
        <button
          type="button"
          class="nat-link-button"
          disabled={turn.stopping.value}
          onClick={() => conversation.stop(turn)}
        >
          <Square size={12} fill="currentColor" aria-hidden="true" />
          {turn.stopping.value ? t.stopping : t.stop}
        </button>
      </div>
      <progress max={total} value={done + failed} aria-label={label} />
    </div>
  );
}

export function Ending({ turn, conversation }: { turn: Turn; conversation: Conversation }) {
  const t = words.value;
  const { brand, store } = useChat();
  const { phase, failure } = turn.view.value;
  if (phase === "stopped") return <p class="nat-quiet">{t.wasStopped}</p>;
  if (phase !== "failed") return null;
  return (
    <p class="nat-failure">
      {failure?.message ? toldError(failure, brand) : t.couldNotAnswer}
      <button
        type="button"
        class="nat-link-button"
        onClick={() => {
          conversation.draft.type(turn.asked.peek());
          store.focus();
        }}
      >
        <RotateCcw size={13} aria-hidden="true" />
        {t.askAgain}
      </button>
    </p>
  );
}
