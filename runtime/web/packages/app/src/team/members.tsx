/** Who belongs to the nation, and whose own account sees less of it. */
import { useSignal } from "@preact/signals";
import { answer, api } from "../api.ts";
import { date, relative } from "../format.ts";
import { atLeast, type Membership, meChanged, type Role, useMe } from "../me.ts";
import { changed, useDoing, useRead } from "../server.ts";
import { areaName } from "../shell/areas.ts";
import { shellWords } from "../shell/words.ts";
import { Button } from "../ui/button.tsx";
import { Pick } from "../ui/field.tsx";
import { Badge, Section } from "../ui/page.tsx";
import { say } from "../ui/said.tsx";
import { Answered, Problem } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { ConfirmFor } from "./confirm_for.tsx";
import { given, type Member, named } from "./people.ts";
import { w } from "./words.ts";

export function Members({ membership }: { membership: Membership }) {
  const me = useMe().data;
  const read = useRead(["members"], () => answer(api.GET("/v1/members")));
  const removing = useSignal<Member | null>(null);
  const heir = useSignal<Member | null>(null);
  const isAdmin = atLeast(membership.role, "admin");
  const name = (each: Member) =>
    each.email ?? (each.user_id === me?.user_id ? w().you : w().unnamed(each.user_id.slice(0, 8)));
  const change = useDoing(async (user: string, role: Role) => {
    await answer(api.PATCH("/v1/members/{user}", { params: { path: { user } }, body: { role } }));
    await changed("members");
    say(w().roleChanged);
  });
  const allow = useDoing(async (user: string) => {
    await answer(api.DELETE("/v1/members/{user}/mail-refusal", { params: { path: { user } } }));
    await changed("members");
    say(w().mailAllowed);
  });
  return (
    <Section title={w().members}>
      <Problem error={change.error ?? allow.error} />
      <Answered read={read}>
        {(found) => (
          <>
            {found.owner_provisional && <p class="note">{w().provisional}</p>}
            <Table
              caption={w().members}
              rows={found.members}
              id={(each) => each.user_id}
              columns={[
                {
                  title: w().person,
                  cell: (each) => (
                    <>
                      {name(each)} {each.user_id === me?.user_id && each.email && <Badge>{w().you}</Badge>}{" "}
                      {!each.proven && <Badge tone="warning">{w().unproven}</Badge>}{" "}
                      {each.mail_refused && <Badge tone="warning">{w().refused[each.mail_refused]}</Badge>}
                      {each.mail_refused && isAdmin && (
                        <Button
                          kind="plain"
                          small
                          busy={allow.busy}
                          onClick={() => void allow.run(each.user_id)}
                        >
                          {w().allowMail}
                        </Button>
                      )}
                    </>
                  ),
                },
                {
                  title: w().role,
                  cell: (each) =>
                    isAdmin && each.role !== "owner" && each.user_id !== me?.user_id ? (
                      <Pick
                        label={w().roleOf(name(each))}
                        value={each.role}
                        choices={given(membership.role).map((value) => ({
                          value,
                          label: shellWords().roles[value],
                        }))}
                        onChange={(role) => void change.run(each.user_id, role)}
                        disabled={change.busy}
                      />
                    ) : (
                      shellWords().roles[each.role]
                    ),
                },
                { title: w().joined, time: true, cell: (each) => date(each.joined_at) },
                ...(isAdmin
                  ? [
                      {
                        title: w().active,
                        time: true,
                        cell: (each: Member) =>
                          each.last_active_at ? relative(each.last_active_at) : w().never,
                      },
                      {
                        title: w().actions,
                        actions: true,
                        cell: (each: Member) =>
                          each.role !== "owner" &&
                          each.user_id !== me?.user_id && (
                            <>
                              {membership.role === "owner" && (
                                <Button kind="plain" small onClick={() => (heir.value = each)}>
                                  {w().transfer}
                                </Button>
                              )}
                              <Button kind="plain" small onClick={() => (removing.value = each)}>
                                {w().remove}
                              </Button>
                            </>
                          ),
                      },
                    ]
                  : []),
              ]}
            />
          </>
        )}
      </Answered>
      <ConfirmFor
        who={removing}
        title={(each) => w().removeTitle(name(each))}
        text={() => w().removeText}
        action={w().remove}
        danger
        done={w().removed}
        work={({ user_id: user }) => answer(api.DELETE("/v1/members/{user}", { params: { path: { user } } }))}
      />
      <ConfirmFor
        who={heir}
        title={(each) => w().transferTitle(name(each))}
        text={() => w().transferText}
        action={w().transfer}
        done={w().transferred}
        work={async ({ user_id }) => {
          await answer(api.POST("/v1/ownership/transfer", { body: { user_id } }));
          await meChanged();
        }}
      />
    </Section>
  );
}

/** Members whose own account sees less than the connection does. Nothing is shown where there are none. */
export function Withheld() {
  const found = useRead(["members"], () => answer(api.GET("/v1/members"))).data?.members ?? [];
  const opening = useSignal<Member | null>(null);
  const rows = found.filter((each) => each.withheld.length);
  if (!rows.length) return null;
  return (
    <Section title={w().withheld} lead={w().withheldText}>
      <Table
        caption={w().withheld}
        rows={rows}
        id={(each) => each.user_id}
        columns={[
          { title: w().person, cell: named },
          { title: w().areas, cell: (each) => each.withheld.map(areaName).join(", ") },
          {
            title: w().actions,
            actions: true,
            cell: (each) => (
              <>
                <Button kind="plain" small onClick={() => (opening.value = each)}>
                  {w().open}
                </Button>
              </>
            ),
          },
        ]}
      />
      <ConfirmFor
        who={opening}
        title={(each) => w().openTitle(named(each))}
        text={(each) => w().openText(each.withheld.map(areaName).join(", "))}
        action={w().open}
        done={w().opened}
        work={({ user_id: user }) =>
          answer(api.POST("/v1/members/{user}/areas", { params: { path: { user } } }))
        }
      />
    </Section>
  );
}
