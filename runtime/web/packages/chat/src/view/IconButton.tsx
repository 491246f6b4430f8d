import type { LucideIcon } from "lucide-preact";

interface IconButtonProps {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly onClick: () => void;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly class?: string;
  /** Shown beside the icon, in place of a tooltip. */
  readonly text?: string;
}

/** A quiet button that is an icon; its name is a tooltip and what screen readers say. */
export function IconButton({
  icon: Icon,
  label,
  onClick,
  pressed,
  disabled,
  class: more,
  text,
}: IconButtonProps) {
  return (
    <button
      type="button"
      class={`nat-icon-button ${more ?? ""}`}
      aria-label={text ? undefined : label}
      title={text ? undefined : label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon size={16} aria-hidden="true" />
      {text}
    </button>
  );
}
