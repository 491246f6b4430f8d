/** Where people write. What is typed is kept, whatever happens to it on the way. */

import { ArrowUp, FileText, Square, X } from "lucide-preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Conversation } from "../store/conversation.ts";
import { words } from "../words/chat.ts";
import { useChat } from "./context.ts";
import { isTouch } from "./device.ts";

const LARGEST = 32 * 1024;

export function Composer({ conversation }: { conversation: Conversation }) {
  const t = words.value;
  const { brand, page, removePage, store } = useChat();
  const input = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  const text = conversation.draft.text.value;
  const running = conversation.running;
  const size = new TextEncoder().encode(text).length;
  const tooLong = size > LARGEST;
  const open = page?.value;

  useEffect(() => {
    if (!isTouch()) input.current?.focus();
  }, [conversation.id]);

  const focused = store.focused.value;
  useEffect(() => {
    if (focused === 0) return;
    const field = input.current;
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  }, [focused]);

  const send = () => {
    if (tooLong) return;
    const page = open && { kind: open.kind, ...(open.record_id ? { record_id: open.record_id } : {}) };
    if (conversation.ask(page) && isTouch()) input.current?.blur();
  };
  const press = (event: KeyboardEvent) => {
    // Enter that ends a composition, such as of Japanese, is not for us; Safari says so by a code only.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    if (isTouch() && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class="nat-composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {open && (
        <span class="nat-chip">
          <FileText size={14} aria-hidden="true" />
          {t.page(open.name ?? t.pageKinds[open.kind])}
          {removePage && (
            <button type="button" aria-label={t.removePage} title={t.removePage} onClick={removePage}>
              <X size={14} aria-hidden="true" />
            </button>
          )}
        </span>
      )}
      <div class="nat-composer-box">
        <textarea
          ref={input}
          rows={1}
          value={text}
          placeholder={t.placeholder}
          aria-label={t.ask(brand)}
          aria-invalid={tooLong}
          aria-describedby={tooLong ? hint : undefined}
          onInput={(event) => conversation.draft.type(event.currentTarget.value)}
          onKeyDown={press}
        />
        {running && text.trim() === "" ? (
          <button
            type="button"
            class="nat-send"
            aria-label={running.stopping.value ? t.stopping : t.stop}
            title={t.stop}
            disabled={running.stopping.value}
            onClick={() => conversation.stop(running)}
          >
            <Square size={14} fill="currentColor" aria-hidden="true" />
          </button>
        ) : (
          <button
            type="submit"
            class="nat-send"
            aria-label={t.send}
            title={t.send}
            disabled={text.trim() === "" || tooLong}
          >
            <ArrowUp size={18} aria-hidden="true" />
          </button>
        )}
      </div>
      {tooLong && (
        <p class="nat-hint nat-bad" id={hint}>
          {t.tooLong(Math.ceil(size / 1024))}
        </p>
      )}
    </form>
  );
}
