/** Around the operator's pages, which stand outside of any nation: tabs, and who may see them. */
import type { ComponentChildren } from "preact";
import { words } from "../language.ts";
import { PublicPage } from "../shell/public.tsx";
import { Page } from "../ui/page.tsx";
import { Tabs } from "../ui/tabs.tsx";

const w = words({
  en: { label: "Operator", overview: "Overview", nations: "Nations", jobs: "Failed jobs" },
  de: { label: "Betrieb", overview: "Überblick", nations: "Nationen", jobs: "Fehlgeschlagenes" },
});

interface OperatorPageProps {
  title: string;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function OperatorPage({ title, children, ...more }: OperatorPageProps) {
  const tabs = [
    ["/operator", w().overview],
    ["/operator/nations", w().nations],
    ["/operator/jobs", w().jobs],
  ] as const;
  return (
    <PublicPage title={title}>
      <Page title={title} {...more} before={<Tabs label={w().label} tabs={tabs} />}>
        {children}
      </Page>
    </PublicPage>
  );
}
