/** What a page shows instead of its content: that it is coming, that there is none, or what went wrong. */

import type { NatError } from "@nat/chat";
import type { ComponentChildren } from "preact";
import { words } from "../language.ts";
import { sentence } from "../problems.ts";
import type { Read } from "../server.ts";
import { signIn } from "../session/sign_in.ts";
import { Button, ButtonLink } from "./button.tsx";

const w = words({
  en: { loading: "Loading…", again: "Try again", open: "Open the page for it", signIn: "Sign in" },
  de: {
    loading: "Wird geladen …",
    again: "Noch einmal versuchen",
    open: "Zur richtigen Seite",
    signIn: "Anmelden",
  },
});

export function Loading({ rows = 4 }: { rows?: number }) {
  return (
    <div class="loading" role="status" aria-label={w().loading}>
      {Array.from({ length: rows }, (_, i) => (
        <span key={i} class="bone" />
      ))}
    </div>
  );
}

interface EmptyProps {
  icon?: ComponentChildren;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}

export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div class="empty">
      {icon && (
        <span class="empty-icon" aria-hidden="true">
          {icon}
        </span>
      )}
      <p class="empty-title">{title}</p>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** What went wrong, and the way on that fits it. */
export function Failure({ error, again }: { error: NatError; again?: (() => void) | undefined }) {
  return (
    <div class="problem problem-page" role="alert">
      <p>{sentence(error)}</p>
      <WayOn error={error} again={again} />
    </div>
  );
}

function WayOn({ error, again }: { error: NatError; again?: (() => void) | undefined }) {
  if (error.code === "signed_out" || error.code === "unauthenticated") {
    return (
      <Button kind="primary" onClick={() => void signIn(location.pathname + location.search)}>
        {w().signIn}
      </Button>
    );
  }
  const page = error.url === undefined ? null : new URL(error.url, location.origin);
  if (page?.origin === location.origin) {
    return <ButtonLink href={page.pathname}>{w().open}</ButtonLink>;
  }
  return again ? <Button onClick={again}>{w().again}</Button> : null;
}

interface AnsweredProps<T> {
  read: Read<T>;
  rows?: number;
  children: (data: T) => ComponentChildren;
}

/** The content once it was read. What was read before stays on the page while it cannot be read anew. */
export function Answered<T>({ read, rows, children }: AnsweredProps<T>) {
  if (read.data !== undefined) {
    return (
      <>
        {read.error && <Failure error={read.error} again={read.again} />}
        {children(read.data)}
      </>
    );
  }
  if (read.error) return <Failure error={read.error} again={read.again} />;
  return <Loading {...(rows ? { rows } : {})} />;
}

/** A sentence beside a button: what went wrong when it was pressed. */
export function Problem({ error }: { error: NatError | null }) {
  if (!error) return null;
  return (
    <p class="problem" role="alert">
      {sentence(error)}
    </p>
  );
}
