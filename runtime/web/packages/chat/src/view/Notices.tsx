import { Info, TriangleAlert, X } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { followable } from "../markdown/links.ts";
import type { Notice, Refusal } from "../wire.ts";
import { toldError, toldNotice, words } from "../words/chat.ts";
import { useChat } from "./context.ts";

const ACTIONS = {
  usage_warning: "upgrade",
  limit_reached: "upgrade",
  reconnect: "reconnect",
} as const;

interface BannerProps {
  readonly tone: "info" | "warn" | "bad";
  readonly children: ComponentChildren;
  readonly action?: ComponentChildren;
  readonly onDismiss?: (() => void) | undefined;
}

/** Something to know that is no part of an answer. */
export function Banner({ tone, children, action, onDismiss }: BannerProps) {
  const Icon = tone === "info" ? Info : TriangleAlert;
  return (
    <div class={`nat-banner nat-banner-${tone}`} role={tone === "bad" ? "alert" : "note"}>
      <Icon size={16} aria-hidden="true" />
      <span>{children}</span>
      {action}
      {onDismiss && (
        <button type="button" class="nat-icon-button" aria-label={words.value.dismiss} onClick={onDismiss}>
          <X size={14} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

export function NoticeBanner({ notice, onDismiss }: { notice: Notice; onDismiss?: () => void }) {
  const { brand } = useChat();
  const action = ACTIONS[notice.kind as keyof typeof ACTIONS];
  return (
    <Banner
      tone={notice.kind === "reconnect" || notice.kind === "limit_reached" ? "warn" : "info"}
      action={
        <Way url={notice.url ?? undefined} label={action ? words.value[action] : words.value.openPage} />
      }
      onDismiss={onDismiss}
    >
      {toldNotice(notice, brand)}
    </Banner>
  );
}

const UPGRADES = new Set([
  "limit_reached",
  "subscription_required",
  "subscription_inactive",
  "nation_unknown",
]);

export function RefusalBanner({ refusal, onDismiss }: { refusal: Refusal; onDismiss: () => void }) {
  const { brand } = useChat();
  const t = words.value;
  const label = UPGRADES.has(refusal.code)
    ? t.upgrade
    : refusal.code === "reconnect"
      ? t.reconnect
      : t.openPage;
  return (
    <Banner tone="bad" action={<Way url={refusal.url} label={label} />} onDismiss={onDismiss}>
      {toldError(refusal, brand)}
    </Banner>
  );
}

/** Where to do what a notice says. */
function Way({ url, label }: { url: string | undefined; label: string }) {
  const { hosts } = useChat();
  const href = url && followable(url, { hosts, returned: new Set() });
  if (!href) return null;
  return (
    <a class="nat-button nat-button-small" href={href} target="_blank" rel="noopener noreferrer">
      {label}
    </a>
  );
}
