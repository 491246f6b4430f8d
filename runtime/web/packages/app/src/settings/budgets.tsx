/** How much roles and people may ask. */
import { useSignal } from "@preact/signals";
import { count } from "../format.ts";
import { type Role, usePeople } from "../me.ts";
import { shellWords } from "../shell/words.ts";
import { Button } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/field.tsx";
import { Section } from "../ui/page.tsx";
import { Problem } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { type SettingsOf, useSaving } from "./saving.ts";
import { w } from "./words.ts";

const BUDGETED: readonly Role[] = ["viewer", "member", "admin"];

export function Budgets({ settings }: { settings: SettingsOf }) {
  const save = useSaving();
  const roles = useSignal<Readonly<Record<string, number>>>(settings.budgets.roles);
  const set = (role: Role, text: string) => {
    const { [role]: _, ...others } = roles.value;
    roles.value = text === "" ? others : { ...others, [role]: Number(text) };
  };
  return (
    <Section title={w().budgets} lead={w().budgetsText}>
      <form
        class="inline"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run({ budgets: { roles: { ...roles.value }, people: settings.budgets.people } });
        }}
      >
        {BUDGETED.map((role) => (
          <TextField
            key={role}
            label={shellWords().roles[role]}
            value={String(roles.value[role] ?? "")}
            onChange={(text) => set(role, text)}
            more={{ type: "number", min: 0, step: 1, inputMode: "numeric" }}
          />
        ))}
        <Button type="submit" busy={save.busy}>
          {w().save}
        </Button>
      </form>
      <Problem error={save.error} />
      <PeopleBudgets settings={settings} />
    </Section>
  );
}

/** Budgets of single people, which go before those of their role. */
function PeopleBudgets({ settings }: { settings: SettingsOf }) {
  const save = useSaving();
  const names = usePeople();
  const who = useSignal("");
  const most = useSignal("");
  const people = settings.budgets.people;
  const name = (user: string) => names.get(user) ?? user;
  const others = [...names].filter(([user]) => !(user in people));
  const chosen = who.value || (others[0]?.[0] ?? "");
  const set = (wanted: Record<string, number>) =>
    save.run({ budgets: { roles: settings.budgets.roles, people: wanted } });
  const without = (user: string) => {
    const { [user]: _, ...rest } = people;
    return rest;
  };
  return (
    <>
      <h3>{w().peopleBudgets}</h3>
      <p class="quiet">{w().peopleBudgetsText}</p>
      {Object.keys(people).length > 0 && (
        <Table
          caption={w().peopleBudgets}
          rows={Object.entries(people)}
          id={([user]) => user}
          columns={[
            { title: w().person, cell: ([user]) => name(user) },
            { title: w().most, number: true, cell: ([, limit]) => count(limit) },
            {
              title: w().actions,
              actions: true,
              cell: ([user]) => (
                <>
                  <Button kind="plain" small busy={save.busy} onClick={() => void set(without(user))}>
                    {w().noLimit}
                  </Button>
                </>
              ),
            },
          ]}
        />
      )}
      {others.length > 0 && (
        <form
          class="inline"
          onSubmit={(event) => {
            event.preventDefault();
            void set({ ...people, [chosen]: Number(most.value) }).then((done) => {
              if (!done) return;
              who.value = "";
              most.value = "";
            });
          }}
        >
          <SelectField
            label={w().person}
            value={chosen}
            choices={others.map(([value, label]) => ({ value, label }))}
            onChange={(user) => {
              who.value = user;
            }}
          />
          <TextField
            label={w().most}
            value={most.value}
            onChange={(text) => {
              most.value = text;
            }}
            more={{ type: "number", min: 0, step: 1, inputMode: "numeric", required: true }}
          />
          <Button type="submit" busy={save.busy} disabled={most.value === ""}>
            {w().add}
          </Button>
        </form>
      )}
      <Problem error={save.error} />
    </>
  );
}
