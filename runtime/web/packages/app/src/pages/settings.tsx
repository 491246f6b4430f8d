/** What admins set for the nation: time zone, what waits for a yes, how long things are kept, its own model key;
 * and its export and end. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { answer, api, type Schemas } from "../api.ts";
import { brand } from "../brand.ts";
import { count, date } from "../format.ts";
import { words } from "../language.ts";
import { atLeast, type Role, useMembership, usePeople } from "../me.ts";
import { changed, type Read, useDoing, useRead } from "../server.ts";
import { SettingsPage } from "../shell/settings_tabs.tsx";
import { shellWords } from "../shell/words.ts";
import { Button } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/field.tsx";
import { Section } from "../ui/page.tsx";
import { say } from "../ui/said.tsx";
import { Answered, Problem } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { Deletion, Export } from "./jobs.tsx";

const w = words({
  en: {
    title: "Settings",
    lead: "For everybody in the nation.",
    readOnly: "Only admins can change these.",
    save: "Save",
    saved: "Saved.",
    time: "Time zone",
    timeText: "“This week” and “today” mean this time zone. Weeks begin on Monday.",
    timeWrong: "Choose a time zone from the list.",
    policy: "What waits for a yes",
    policyText: "Rules here can only make it stricter than a person's role.",
    classes: {
      write: "Changes to a single record",
      sends: "Whatever sends a message",
      bulk: "Changes to many records",
      destructive: "Deletions",
    },
    usual: { write: "At once if plainly said", ask: "Always waits for a yes" },
    rules: { ask: "Always waits for a yes", deny: "Not allowed" },
    tools: (n: string) => `${n} tools have a rule of their own, which stays as it is.`,
    minutes: "A proposal waits for",
    minuteChoices: {
      "5": "5 minutes",
      "15": "15 minutes",
      "60": "1 hour",
      "240": "4 hours",
      "1440": "1 day",
      "4320": "3 days",
    },
    minutesOther: (n: string) => `${n} minutes`,
    keep: "How long conversations are kept",
    keepText:
      "Shorter applies to old conversations too, within minutes, and cannot be taken back. The audit log is kept as long as the nation.",
    days: (n: string) => `${n} days`,
    report: "Weekly report",
    reportText:
      "On Monday mornings admins get an email about the week before: questions, cost, who asked most, with a CSV file. Each can end it for themselves by the link in it.",
    reports: { on: "Sent to admins", off: "Not sent" },
    budgets: "Questions per person",
    budgetsText:
      "How many questions of the common pool one person may use in a period. Empty means no limit.",
    budgetOf: (role: string) => role,
    peopleBudgets: "For single people",
    peopleBudgetsText: "Holds for them instead of what their role may use.",
    person: "Person",
    most: "Questions a period",
    actions: "Actions",
    add: "Add",
    noLimit: "Take the limit away",
    joiners: "Who joins by NationBuilder",
    joinersText:
      "Whoever shows NationBuilder that they use your nation's control panel can join by themselves. What do they become?",
    joinerChoices: {
      viewer: "Viewer: asks, and changes nothing",
      member: "Member: also changes single records",
      ask: "They wait until an admin lets them in",
    },
    key: "Your own Anthropic key",
    keyText: (brand: string) =>
      `With a key of your own, the AI runs on your account and Anthropic bills you for it. ${brand} never uses another key instead.`,
    keyNow: (four: string, when: string) => `A key that ends in ${four} is in use since ${when}.`,
    keyNone: "No key of your own is in use.",
    keyNew: "New key",
    keyStore: "Try it and store it",
    keyRemove: "Remove the key",
    keyStored: "The key works and is in use from now on.",
    keyRemoved: "The key is removed.",
    data: "Your nation's data",
    exportText:
      "Everything kept about the nation, as a file: conversations, changes, members, usage, audit log. It takes a few minutes and can be fetched for a day.",
    export: "Export the nation",
    remove: "Delete the nation",
    removeText: (brand: string) => `Deletes the nation from ${brand} at once and for good.`,
    consequences: [
      "The subscription ends now; what is paid is not paid back.",
      "All conversations, proposals, files, settings and the audit log are deleted. Changes can no longer be taken back.",
      "All members lose access. The access to NationBuilder is given back.",
      "Nothing in NationBuilder itself is deleted.",
    ],
  },
  de: {
    title: "Einstellungen",
    lead: "Für alle in der Nation.",
    readOnly: "Nur die Administration kann das ändern.",
    save: "Speichern",
    saved: "Gespeichert.",
    time: "Zeitzone",
    timeText: "„Diese Woche“ und „heute“ meinen diese Zeitzone. Wochen beginnen am Montag.",
    timeWrong: "Wähle eine Zeitzone aus der Liste.",
    policy: "Was auf ein Ja wartet",
    policyText: "Regeln hier können es nur strenger machen als die Rolle einer Person.",
    classes: {
      write: "Änderungen an einem Eintrag",
      sends: "Alles, was Nachrichten sendet",
      bulk: "Änderungen an vielen Einträgen",
      destructive: "Löschungen",
    },
    usual: { write: "Sofort, wenn es klar gesagt wurde", ask: "Wartet immer auf ein Ja" },
    rules: { ask: "Wartet immer auf ein Ja", deny: "Nicht erlaubt" },
    tools: (n) => `${n} Werkzeuge haben eine eigene Regel, die bleibt, wie sie ist.`,
    minutes: "Ein Vorschlag wartet",
    minuteChoices: {
      "5": "5 Minuten",
      "15": "15 Minuten",
      "60": "1 Stunde",
      "240": "4 Stunden",
      "1440": "1 Tag",
      "4320": "3 Tage",
    },
    minutesOther: (n) => `${n} Minuten`,
    keep: "Wie lange Unterhaltungen bleiben",
    keepText:
      "Kürzer gilt innerhalb von Minuten auch für alte und lässt sich nicht zurücknehmen. Das Protokoll bleibt so lange wie die Nation.",
    days: (n) => `${n} Tage`,
    report: "Wochenbericht",
    reportText:
      "Montagmorgens bekommt die Administration eine E-Mail über die Woche davor: Fragen, Kosten, wer am meisten gefragt hat, mit CSV-Datei. Jede Person kann ihn für sich über den Link darin beenden.",
    reports: { on: "Geht an die Administration", off: "Wird nicht gesendet" },
    budgets: "Fragen pro Person",
    budgetsText:
      "Wie viele Fragen des gemeinsamen Vorrats eine Person in einem Zeitraum verbrauchen darf. Leer heißt ohne Grenze.",
    budgetOf: (role) => role,
    peopleBudgets: "Für einzelne Personen",
    peopleBudgetsText: "Gilt für sie anstelle dessen, was ihre Rolle verbrauchen darf.",
    person: "Person",
    most: "Fragen je Zeitraum",
    actions: "Aktionen",
    add: "Hinzufügen",
    noLimit: "Grenze aufheben",
    joiners: "Wer über NationBuilder dazukommt",
    joinersText:
      "Wer NationBuilder zeigt, dass er das Kontrollzentrum eurer Nation nutzt, kann selbst dazukommen. Was wird man dann?",
    joinerChoices: {
      viewer: "Lesend: fragt und ändert nichts",
      member: "Mitglied: ändert auch einzelne Einträge",
      ask: "Man wartet, bis die Administration hineinlässt",
    },
    key: "Euer eigener Anthropic-Schlüssel",
    keyText: (brand) =>
      `Mit einem eigenen Schlüssel läuft die KI auf eurem Konto und Anthropic rechnet mit euch ab. ${brand} nimmt nie einen anderen stattdessen.`,
    keyNow: (four, when) => `Seit ${when} ist ein Schlüssel mit der Endung ${four} in Gebrauch.`,
    keyNone: "Es ist kein eigener Schlüssel in Gebrauch.",
    keyNew: "Neuer Schlüssel",
    keyStore: "Ausprobieren und speichern",
    keyRemove: "Schlüssel entfernen",
    keyStored: "Der Schlüssel funktioniert und gilt ab jetzt.",
    keyRemoved: "Der Schlüssel ist entfernt.",
    data: "Die Daten eurer Nation",
    exportText:
      "Alles, was über die Nation aufbewahrt wird, als Datei: Unterhaltungen, Änderungen, Mitglieder, Verbrauch, Protokoll. Es dauert ein paar Minuten und lässt sich einen Tag lang abholen.",
    export: "Nation exportieren",
    remove: "Nation löschen",
    removeText: (brand) => `Löscht die Nation sofort und endgültig aus ${brand}.`,
    consequences: [
      "Das Abo endet jetzt; Bezahltes wird nicht erstattet.",
      "Alle Unterhaltungen, Vorschläge, Dateien, Einstellungen und das Protokoll werden gelöscht. Änderungen lassen sich nicht mehr zurücknehmen.",
      "Alle Mitglieder verlieren den Zugang. Der Zugang zu NationBuilder wird zurückgegeben.",
      "In NationBuilder selbst wird nichts gelöscht.",
    ],
  },
});

type SettingsOf = Schemas["Settings"];
type Rule = Schemas["Rule"];

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

/** Saves some settings, and shows what the server made of them. */
function useSaving() {
  return useDoing(async (wanted: Schemas["SettingsWanted"]) => {
    await answer(api.PATCH("/v1/settings", { body: wanted }));
    await changed("settings");
    say(w().saved);
  });
}

interface Part {
  settings: SettingsOf;
  isAdmin: boolean;
}

function TimeZone({ settings, isAdmin }: Part) {
  const typed = useSignal(settings.time_zone);
  const list = useId();
  const save = useSaving();
  const zones = Intl.supportedValuesOf("timeZone");
  const wrong = typed.value !== settings.time_zone && !zones.includes(typed.value) && typed.value !== "UTC";
  return (
    <Section title={w().time} lead={w().timeText}>
      <form
        class="inline"
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong) void save.run({ time_zone: typed.value });
        }}
      >
        <TextField
          label={w().time}
          value={typed.value}
          onChange={(value) => {
            typed.value = value;
          }}
          error={wrong && typed.value ? w().timeWrong : null}
          more={{ list, disabled: !isAdmin, autocomplete: "off" }}
        />
        <datalist id={list}>
          {["UTC", ...zones].map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
        {isAdmin && (
          <Button type="submit" busy={save.busy} disabled={wrong || typed.value === settings.time_zone}>
            {w().save}
          </Button>
        )}
      </form>
      <Problem error={save.error} />
    </Section>
  );
}

const CLASSES = ["write", "sends", "bulk", "destructive"] as const;

function Policy({ settings, isAdmin }: Part) {
  const save = useSaving();
  const tools = Object.keys(settings.policy.tools).length;
  const set = (name: string, rule: Rule) =>
    void save.run({
      policy: { tools: settings.policy.tools, classes: { ...settings.policy.classes, [name]: rule } },
    });
  const minutes = String(settings.approval_minutes);
  const known: Readonly<Record<string, string>> = w().minuteChoices;
  const choices = Object.entries(known).map(([value, label]) => ({ value, label }));
  if (!(minutes in known))
    choices.push({ value: minutes, label: w().minutesOther(count(settings.approval_minutes)) });
  return (
    <Section title={w().policy} lead={w().policyText}>
      <div class="grid">
        {CLASSES.map((name) => (
          <SelectField<Rule>
            key={name}
            label={w().classes[name]}
            value={settings.policy.classes[name] ?? "allow"}
            disabled={!isAdmin || save.busy}
            choices={
              name === "write"
                ? [
                    { value: "allow", label: w().usual.write },
                    { value: "ask", label: w().rules.ask },
                    { value: "deny", label: w().rules.deny },
                  ]
                : [
                    { value: "allow", label: w().usual.ask },
                    { value: "deny", label: w().rules.deny },
                  ]
            }
            onChange={(rule) => set(name, rule)}
          />
        ))}
        <SelectField
          label={w().minutes}
          value={minutes}
          disabled={!isAdmin || save.busy}
          choices={choices}
          onChange={(value) => void save.run({ approval_minutes: Number(value) })}
        />
      </div>
      {tools > 0 && <p class="quiet">{w().tools(count(tools))}</p>}
      <Problem error={save.error} />
    </Section>
  );
}

function WeeklyReport({ settings, isAdmin }: Part) {
  const save = useSaving();
  return (
    <Section title={w().report} lead={w().reportText}>
      <SelectField
        label={w().report}
        value={settings.weekly_report ? "on" : "off"}
        disabled={!isAdmin || save.busy}
        choices={[
          { value: "on", label: w().reports.on },
          { value: "off", label: w().reports.off },
        ]}
        onChange={(value) => void save.run({ weekly_report: value === "on" })}
      />
      <Problem error={save.error} />
    </Section>
  );
}

const LEAST_DAYS = 30;
const MOST_DAYS = 365;

function Retention({ settings, isAdmin }: Part) {
  const save = useSaving();
  const days = useSignal(settings.retention_days);
  return (
    <Section title={w().keep} lead={w().keepText}>
      <form
        class="inline"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run({ retention_days: days.value });
        }}
      >
        <TextField
          label={w().keep}
          value={String(days.value)}
          onChange={(value) => {
            days.value = Number(value);
          }}
          after={w().days("").trim()}
          more={{
            type: "number",
            min: LEAST_DAYS,
            max: MOST_DAYS,
            step: 1,
            required: true,
            disabled: !isAdmin,
          }}
        />
        {isAdmin && (
          <Button type="submit" busy={save.busy} disabled={days.value === settings.retention_days}>
            {w().save}
          </Button>
        )}
      </form>
      <Problem error={save.error} />
    </Section>
  );
}

const JOINERS = ["viewer", "member", "ask"] as const;

function Joining({ settings, isAdmin }: Part) {
  const save = useSaving();
  return (
    <Section title={w().joiners} lead={w().joinersText}>
      <SelectField
        label={w().joiners}
        value={settings.joiners}
        disabled={!isAdmin || save.busy}
        choices={JOINERS.map((value) => ({ value, label: w().joinerChoices[value] }))}
        onChange={(joiners) => void save.run({ joiners })}
      />
      <Problem error={save.error} />
    </Section>
  );
}

const BUDGETED: readonly Role[] = ["viewer", "member", "admin"];

function Budgets({ settings }: { settings: SettingsOf }) {
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

function ModelKey() {
  const read: Read<Schemas["ModelKey"]> = useRead(["model-key"], () =>
    answer(api.GET("/v1/settings/model-key")),
  );
  const typed = useSignal("");
  const store = useDoing(async () => {
    await answer(api.PUT("/v1/settings/model-key", { body: { api_key: typed.value.trim() } }));
    typed.value = "";
    await changed("model-key");
    say(w().keyStored);
  });
  const remove = useDoing(async () => {
    await answer(api.DELETE("/v1/settings/model-key"));
    await changed("model-key");
    say(w().keyRemoved);
  });
  return (
    <Section title={w().key} lead={w().keyText(brand().name)}>
      <Answered read={read} rows={1}>
        {({ model_key }) => (
          <>
            <p>{model_key ? w().keyNow(model_key.last_four, date(model_key.stored_at)) : w().keyNone}</p>
            <form
              class="inline"
              onSubmit={(event) => {
                event.preventDefault();
                void store.run();
              }}
            >
              <TextField
                label={w().keyNew}
                value={typed.value}
                onChange={(value) => {
                  typed.value = value;
                }}
                more={{ type: "password", autocomplete: "off", placeholder: "sk-ant-…", required: true }}
              />
              <Button type="submit" busy={store.busy} disabled={!typed.value.trim()}>
                {w().keyStore}
              </Button>
              {model_key && (
                <Button kind="plain" busy={remove.busy} onClick={() => void remove.run()}>
                  {w().keyRemove}
                </Button>
              )}
            </form>
            <Problem error={store.error ?? remove.error} />
          </>
        )}
      </Answered>
    </Section>
  );
}
