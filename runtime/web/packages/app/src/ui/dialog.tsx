import type { NatError } from "@nat/chat";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { words } from "../language.ts";
import { sentence } from "../problems.ts";
import { Button } from "./button.tsx";
import { TextField } from "./field.tsx";

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
  busy: boolean;
  error: NatError | null;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something is done, says what it means, and what went wrong. */
export function Confirm({
  title,
  children,
  action,
  danger = false,
  word,
  busy,
  error,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const [typed, setTyped] = useState("");
  const ready = word === undefined || typed.trim() === word;
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) onConfirm();
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
        {error && (
          <p class="problem" role="alert">
            {sentence(error)}
          </p>
        )}
        <div class="actions">
          <Button onClick={onClose}>{w().cancel}</Button>
          <Button type="submit" kind={danger ? "danger" : "primary"} busy={busy} disabled={!ready}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
