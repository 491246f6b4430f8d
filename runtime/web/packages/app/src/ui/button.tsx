import type { ComponentChildren, JSX } from "preact";

type Kind = "primary" | "quiet" | "danger" | "plain";

interface Look {
  kind?: Kind;
  icon?: ComponentChildren;
  small?: boolean;
}

const looks = ({ kind = "quiet", small = false }: Look) =>
  `button button-${kind}${small ? " button-small" : ""}`;

interface ButtonProps extends Look {
  children: ComponentChildren;
  onClick?: (event: MouseEvent) => void;
  type?: "button" | "submit";
  /** Under way: cannot be clicked again, and says so. */
  busy?: boolean;
  disabled?: boolean;
  label?: string;
  autofocus?: boolean;
}

export function Button({
  children,
  onClick,
  type = "button",
  busy = false,
  disabled = false,
  ...more
}: ButtonProps) {
  return (
    <button
      type={type}
      class={looks(more)}
      onClick={onClick}
      disabled={disabled}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      aria-label={more.label}
      autofocus={more.autofocus}
    >
      {busy ? <span class="spinner" aria-hidden="true" /> : more.icon}
      {children}
    </button>
  );
}

interface IconButtonProps {
  label: string;
  icon: ComponentChildren;
  onClick: (event: MouseEvent) => void;
  busy?: boolean;
  expanded?: boolean;
}

/** A button that is an icon; its label is read out and shown on hover. */
export function IconButton({ label, icon, onClick, busy = false, expanded }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      title={label}
      aria-label={label}
      aria-busy={busy || undefined}
      aria-expanded={expanded}
      onClick={onClick}
    >
      {busy ? <span class="spinner" aria-hidden="true" /> : icon}
    </button>
  );
}

interface ButtonLinkProps extends Look {
  href: string;
  children: ComponentChildren;
  download?: boolean;
  /** Another site, in a tab of its own. */
  away?: boolean;
}

export function ButtonLink({ href, children, away = false, download, ...more }: ButtonLinkProps) {
  const elsewhere: JSX.AnchorHTMLAttributes = away ? { target: "_blank", rel: "noreferrer" } : {};
  return (
    <a href={href} class={looks(more)} download={download} {...elsewhere}>
      {more.icon}
      {children}
    </a>
  );
}
