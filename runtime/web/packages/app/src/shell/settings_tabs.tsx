/** A page of the settings: the tabs above, the page below. */
import type { ComponentChildren } from "preact";
import { words } from "../language.ts";
import { atLeast, useMembership } from "../me.ts";
import { Page } from "../ui/page.tsx";
import { Tabs } from "../ui/tabs.tsx";

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
  const role = useMembership()?.role;
  const tabs: [string, string][] = [
    ["/settings", w().general],
    ["/settings/billing", w().billing],
    ["/settings/connections", w().connections],
    ...(atLeast(role, "admin") ? ([["/settings/audit", w().audit]] as [string, string][]) : []),
  ];
  return (
    <Page title={title} lead={lead} actions={actions} before={<Tabs label={w().label} tabs={tabs} />}>
      {children}
    </Page>
  );
}
