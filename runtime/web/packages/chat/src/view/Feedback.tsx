import { MessageSquare, ThumbsDown, ThumbsUp } from "lucide-preact";
import { useState } from "preact/hooks";
import { NatError } from "../api/errors.ts";
import type { Turn } from "../store/turn.ts";
import { words } from "../words/chat.ts";
import { useChat } from "./context.ts";
import { IconButton } from "./IconButton.tsx";

/** A thumb for an answer, and a comment on it. */
export function Feedback({ turn }: { turn: Turn }) {
  const t = words.value;
  const { store } = useChat();
  const given = turn.feedback.value;
  const [writing, setWriting] = useState(false);
  const [comment, setComment] = useState(given?.comment ?? "");
  const [thanked, setThanked] = useState(false);
  const give = async (thumb: "up" | "down" | null, said: string) => {
    const before = turn.feedback.peek();
    turn.feedback.value = thumb || said ? { thumb, comment: said, at: new Date().toISOString() } : null;
    try {
      if (thumb || said) await store.nat.feedback(turn.conversation, turn.id, thumb, said);
      else await store.nat.takeFeedbackBack(turn.conversation, turn.id);
    } catch (error) {
      if (!(error instanceof NatError)) throw error;
      turn.feedback.value = before;
    }
  };
  const press = (thumb: "up" | "down") => {
    const next = given?.thumb === thumb ? null : thumb;
    void give(next, given?.comment ?? "");
    if (next === "down") setWriting(true);
  };
  return (
    <>
      <IconButton
        icon={ThumbsUp}
        label={t.helpful}
        pressed={given?.thumb === "up"}
        onClick={() => press("up")}
      />
      <IconButton
        icon={ThumbsDown}
        label={t.notHelpful}
        pressed={given?.thumb === "down"}
        onClick={() => press("down")}
      />
      <IconButton
        icon={MessageSquare}
        label={t.comment}
        pressed={writing}
        onClick={() => setWriting(!writing)}
      />
      {writing && (
        <form
          class="nat-comment"
          onSubmit={(event) => {
            event.preventDefault();
            void give(given?.thumb ?? null, comment.trim());
            setWriting(false);
            setThanked(true);
          }}
        >
          <textarea
            class="nat-input"
            rows={2}
            maxLength={2_000}
            aria-label={t.comment}
            placeholder={t.commentPlaceholder}
            value={comment}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          <button type="submit" class="nat-button nat-button-small">
            {t.save}
          </button>
        </form>
      )}
      {thanked && !writing && (
        <span class="nat-quiet" role="status">
          {t.feedbackThanks}
        </span>
      )}
    </>
  );
}
