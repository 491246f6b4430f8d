/** What admins set for the nation: time zone, what waits for a yes, how long things are kept, its own model key;
 * and its export and end. */
import { answer, api } from "../api.ts";
import { brand } from "../brand.ts";
import { atLeast, useMembership } from "../me.ts";
import { useRead } from "../server.ts";
import { Budgets } from "../settings/budgets.tsx";
import { ModelKey } from "../settings/model_key.tsx";
import { Joining, Policy, Retention, TimeZone, WeeklyReport } from "../settings/rules.tsx";
import { w } from "../settings/words.ts";
import { SettingsPage } from "../shell/settings_tabs.tsx";
import { Section } from "../ui/page.tsx";
import { Answered } from "../ui/states.tsx";
import { Deletion, Export } from "./jobs.tsx";

export default function Settings() {
  const membership = useMembership();
  const read = useRead(["settings"], () => answer(api.GET("/v1/settings")));
  const isAdmin = atLeast(membership?.role, "admin");
  const slug = membership?.nation_slug ?? "";
  return (
    <SettingsPage title={w().title} lead={isAdmin ? w().lead : w().readOnly}>
      <Answered read={read}>
        {(settings) => (
          <>
            <TimeZone settings={settings} isAdmin={isAdmin} />
            <Policy settings={settings} isAdmin={isAdmin} />
            <Retention settings={settings} isAdmin={isAdmin} />
            <Joining settings={settings} isAdmin={isAdmin} />
            <WeeklyReport settings={settings} isAdmin={isAdmin} />
            {isAdmin && <Budgets settings={settings} />}
          </>
        )}
      </Answered>
      {isAdmin && <ModelKey />}
      {membership?.role === "owner" && (
        <Section title={w().data} danger>
          <Export
            text={w().exportText}
            action={w().export}
            begin={() => answer(api.POST("/v1/nation/export"))}
          />
          <Deletion
            text={w().removeText(brand().name)}
            action={w().remove}
            consequences={w().consequences}
            word={slug}
            begin={() => answer(api.DELETE("/v1/nation", { body: { confirm: slug } }))}
          />
        </Section>
      )}
    </SettingsPage>
  );
}
