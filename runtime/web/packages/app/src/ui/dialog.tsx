import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { words } from "../language.ts";
import { useDoing } from "../server.ts";
import { Button } from "./button.tsx";
import { TextField } from "./field.tsx";
import { say } from "./said.tsx";
import { Problem } from "./states.tsx";

const w = words({
  en: { cancel: "Cancel", confirm: (word: string) => `Type ${word} to confirm` },
  de: { cancel: "Abbrechen", confirm: (word: string) => `Zum Bestätigen ${word} eintippen` },
});

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** The browser's own modal dialog: it keeps the focus, closes on Escape, and gives the focus back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it; the click is one beside it
    <dialog
      ref={dialog}
      aria-labelledby={id}
      class="dialog"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="dialog-body">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  children: ComponentChildren;
  action: string;
  danger?: boolean;
  /** A word that has to be typed first, for what cannot be taken back. */
  word?: string;
  /** What is said when it is done. */
  done?: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something is done, says what it means, does it and closes; what went wrong is said in it. */
export function Confirm({
  title,
  children,
  action,
  danger = false,
  word,
  done,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const doing = useDoing(async () => {
    await onConfirm();
    if (done) say(done);
    onClose();
  });
  const [typed, setTyped] = useState("");
  const ready = word === undefined || typed.trim() === word;
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void doing.run();
        }}
      >
        {children}
        {word !== undefined && (
          <TextField
            label={w().confirm(word)}
            value={typed}
            onChange={setTyped}
            more={{ autocomplete: "off", autocapitalize: "none", spellcheck: false, name: "confirmation" }}
          />
        )}
        <Problem error={doing.error} />
        <div class="actions">
          <Button onClick={onClose}>{w().cancel}</Button>
          <Button type="submit" kind={danger ? "danger" : "primary"} busy={doing.busy} disabled={!ready}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
