/** Time zone, what waits for a yes, the weekly report, how long things are kept, and who may come in. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Schemas } from "../api.ts";
import { count } from "../format.ts";
import { Button } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/field.tsx";
import { Section } from "../ui/page.tsx";
import { Problem } from "../ui/states.tsx";
import { type Part, useSaving } from "./saving.ts";
import { w } from "./words.ts";

type Rule = Schemas["Rule"];

export function TimeZone({ settings, isAdmin }: Part) {
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

export function Policy({ settings, isAdmin }: Part) {
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

export function WeeklyReport({ settings, isAdmin }: Part) {
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

export function Retention({ settings, isAdmin }: Part) {
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

export function Joining({ settings, isAdmin }: Part) {
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
