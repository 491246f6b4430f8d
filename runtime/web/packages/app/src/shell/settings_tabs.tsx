/** A page of the settings: the tabs above, the page below. */
import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso/router";
import { words } from "../language.ts";
import { atLeast, useMembership } from "../me.ts";
import { Page } from "../ui/page.tsx";

const w = words({
  en: {
    label: "Settings",
    general: "General",
    billing: "Billing",
    connections: "Connections",
    audit: "Audit log",
  },
  de: {
    label: "Einstellungen",
    general: "Allgemein",
    billing: "Abrechnung",
    connections: "Verbindungen",
    audit: "Protokoll",
  },
});

interface SettingsPageProps {
  title: string;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function SettingsPage({ title, lead, actions, children }: SettingsPageProps) {
  const { path } = useLocation();
  const role = useMembership()?.role;
  const tabs: [string, string][] = [
    ["/settings", w().general],
    ["/settings/billing", w().billing],
    ["/settings/connections", w().connections],
    ...(atLeast(role, "admin") ? ([["/settings/audit", w().audit]] as [string, string][]) : []),
  ];
  return (
    <Page
      title={title}
      lead={lead}
      actions={actions}
      before={
        <nav class="tabs" aria-label={w().label}>
          {tabs.map(([href, name]) => (
            <a key={href} href={href} aria-current={href === path ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
      }
    >
      {children}
    </Page>
  );
}
