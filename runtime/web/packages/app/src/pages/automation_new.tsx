/** A new automation. */

import { answer, api } from "../api.ts";
import { AutomationForm, type Wanted } from "../automations/form.tsx";
import { automationWords as w } from "../automations/words.ts";
import { navigate } from "../navigate.ts";
import { changed, useDoing, useRead } from "../server.ts";
import { Page } from "../ui/page.tsx";
import { say } from "../ui/said.tsx";
import { Answered } from "../ui/states.tsx";

export default function NewAutomation() {
  const settings = useRead(["settings"], () => answer(api.GET("/v1/settings")));
  const save = useDoing(async (wanted: Wanted) => {
    const made = await answer(api.POST("/v1/automations", { body: wanted }));
    await changed("automations");
    say(w().created);
    navigate(`/automations/${made.task_id}`, { replace: true });
  });
  return (
    <Page title={w().new} lead={w().newLead}>
      <Answered read={settings}>
        {({ time_zone }) => (
          <AutomationForm
            zone={time_zone}
            action={w().create}
            cancel={() => navigate("/automations")}
            save={save}
          />
        )}
      </Answered>
    </Page>
  );
}
