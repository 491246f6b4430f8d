/** A question before something is done with somebody. */
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { changed } from "../server.ts";
import { Confirm } from "../ui/dialog.tsx";

interface ConfirmForProps<P> {
  /** Whom it is about, as long as it is asked. */
  who: Signal<P | null>;
  title: (person: P) => string;
  text?: (person: P) => string;
  action: string;
  danger?: boolean;
  done: string;
  work: (person: P) => Promise<unknown>;
  children?: ComponentChildren;
}

/** Asks before something is done with a person of the list, which is then read anew. */
export function ConfirmFor<P>({ who, title, text, work, children, ...asked }: ConfirmForProps<P>) {
  const person = who.value;
  if (person === null) return null;
  return (
    <Confirm
      {...asked}
      title={title(person)}
      onConfirm={async () => {
        await work(person);
        await changed("members");
      }}
      onClose={() => (who.value = null)}
    >
      {text && <p>{text(person)}</p>}
      {children}
    </Confirm>
  );
}
