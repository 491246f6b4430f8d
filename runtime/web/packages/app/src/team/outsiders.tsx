/** Who does not belong to the nation, or no longer. */
import { useSignal } from "@preact/signals";
import { answer, api, type Schemas } from "../api.ts";
import { date } from "../format.ts";
import type { Role } from "../me.ts";
import { changed, useDoing, useRead } from "../server.ts";
import { shellWords } from "../shell/words.ts";
import { Button } from "../ui/button.tsx";
import { SelectField } from "../ui/field.tsx";
import { Section } from "../ui/page.tsx";
import { say } from "../ui/said.tsx";
import { Problem } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { ConfirmFor } from "./confirm_for.tsx";
import { given, named } from "./people.ts";
import { w } from "./words.ts";

/** Who waits to be let in, and who was removed. Nothing is shown where there is nobody. */
export function Outsiders({ mine }: { mine: Role }) {
  const found = useRead(["members"], () => answer(api.GET("/v1/members"))).data?.outsiders ?? [];
  const entering = useSignal<Schemas["Outsider"] | null>(null);
  const role = useSignal<Role>("viewer");
  const turnAway = useDoing(async (user: string) => {
    await answer(api.DELETE("/v1/members/{user}/admission", { params: { path: { user } } }));
    await changed("members");
    say(w().turnedAway);
  });
  if (!found.length) return null;
  return (
    <Section title={w().outsiders} lead={w().outsidersText}>
      <Problem error={turnAway.error} />
      <Table
        caption={w().outsiders}
        rows={found}
        id={(each) => each.user_id}
        columns={[
          { title: w().person, cell: named },
          { title: w().standing, cell: (each) => w().standings[each.standing] },
          { title: w().since, time: true, cell: (each) => date(each.since) },
          {
            title: w().actions,
            actions: true,
            cell: (each) => (
              <>
                <Button kind="plain" small onClick={() => (entering.value = each)}>
                  {w().letIn}
                </Button>
                {each.standing === "waiting" && (
                  <Button
                    kind="plain"
                    small
                    busy={turnAway.busy}
                    onClick={() => void turnAway.run(each.user_id)}
                  >
                    {w().turnAway}
                  </Button>
                )}
              </>
            ),
          },
        ]}
      />
      <ConfirmFor
        who={entering}
        title={(each) => w().letInTitle(named(each))}
        action={w().letIn}
        done={w().isIn}
        work={({ user_id: user }) => {
          const body = { role: role.value };
          return answer(api.POST("/v1/members/{user}/admission", { params: { path: { user } }, body }));
        }}
      >
        <SelectField
          label={w().role}
          value={role.value}
          hint={w().roleHints[role.value]}
          choices={given(mine).map((value) => ({ value, label: shellWords().roles[value] }))}
          onChange={(value) => {
            role.value = value;
          }}
        />
      </ConfirmFor>
    </Section>
  );
}
