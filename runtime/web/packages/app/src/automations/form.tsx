/** The form of an automation, new or edited, which says at once when it would run. */
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { answer, api, type Schemas } from "../api.ts";
import { useMe } from "../me.ts";
import { type Doing, useRead } from "../server.ts";
import { Button } from "../ui/button.tsx";
import { Field, SelectField, TextField } from "../ui/field.tsx";
import { Loading, Problem } from "../ui/states.tsx";
import { Gaps, NextRuns } from "./next_runs.tsx";
import { type Delivery, keyOf, usePlaces } from "./places.ts";
import { type Schedule, WEEKDAYS, type Weekday, weekday } from "./schedule.ts";
import { automationWords as w } from "./words.ts";

export type Wanted = Schemas["AutomationWanted"];
type ScheduleWanted = Wanted["schedule"];

/** The last day that every month has. */
const LAST_DAY = 28;
/** Typing is over after this time, in milliseconds. */
const PAUSE = 300;

interface FormProps {
  automation?: Schemas["Automation"];
  zone: string;
  action: string;
  cancel: () => void;
  save: Doing<[Wanted]>;
}

export function AutomationForm({ automation, zone: usual, action, cancel, save }: FormProps) {
  const me = useMe().data;
  const before = automation?.schedule;
  const name = useSignal(automation?.name ?? "");
  const prompt = useSignal(automation?.prompt ?? "");
  const kind = useSignal<Schedule["kind"]>(before?.kind ?? "weekly");
  const days = useSignal<readonly Weekday[]>(before?.days.length ? before.days : ["MON"]);
  const day = useSignal(String(before?.kind === "monthly" ? (before.day ?? "last") : 1));
  const time = useSignal((before?.time ?? "09:00").padStart(5, "0"));
  const zone = useSignal(before?.zone ?? usual);
  const to = useSignal<readonly Delivery[]>(
    automation?.delivery ?? (me ? [{ type: "email", to: me.user_id }] : []),
  );
  const otherwise = useSignal<Delivery | null>(automation?.otherwise ?? null);
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone")];
  const zoneWrong = !zones.includes(zone.value);
  const schedule: ScheduleWanted = {
    kind: kind.value,
    time: time.value,
    zone: zone.value,
    ...(kind.value === "weekly" ? { days: [...days.value] } : {}),
    ...(kind.value === "monthly" ? { day: day.value === "last" ? "last" : Number(day.value) } : {}),
  };
  const scheduled = !zoneWrong && time.value !== "" && (kind.value !== "weekly" || days.value.length > 0);
  const ready = scheduled && name.value.trim() !== "" && prompt.value.trim() !== "" && to.value.length > 0;
  return (
    <form
      class="automation-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready)
          void save.run({
            name: name.value,
            prompt: prompt.value,
            schedule,
            delivery: [...to.value],
            otherwise: otherwise.value,
          });
      }}
    >
      <div class="stack">
        <TextField
          label={w().name}
          value={name.value}
          onChange={(value) => {
            name.value = value;
          }}
          more={{ maxLength: 100, required: true, autocomplete: "off" }}
        />
        <Field label={w().question} hint={w().questionHint}>
          {(attributes) => (
            <span class="input">
              <textarea
                {...attributes}
                rows={4}
                maxLength={4000}
                required
                value={prompt.value}
                onInput={(event) => {
                  prompt.value = event.currentTarget.value;
                }}
              />
            </span>
          )}
        </Field>
        <div class="grid">
          <SelectField
            label={w().kind}
            value={kind.value}
            choices={(["daily", "weekly", "monthly"] as const).map((value) => ({
              value,
              label: w().kinds[value],
            }))}
            onChange={(value) => {
              kind.value = value;
            }}
          />
          <TextField
            label={w().time}
            value={time.value}
            onChange={(value) => {
              time.value = value;
            }}
            more={{ type: "time", required: true }}
          />
          {kind.value === "monthly" && (
            <SelectField
              label={w().day}
              value={day.value}
              choices={[
                ...Array.from({ length: LAST_DAY }, (_, i) => ({
                  value: String(i + 1),
                  label: String(i + 1),
                })),
                { value: "last", label: w().lastDay },
              ]}
              onChange={(value) => {
                day.value = value;
              }}
            />
          )}
          <Zone
            value={zone.value}
            zones={zones}
            wrong={zoneWrong}
            onChange={(value) => {
              zone.value = value;
            }}
          />
        </div>
        {kind.value === "weekly" && (
          <Checks
            label={w().days}
            error={days.value.length ? null : w().daysMissing}
            choices={WEEKDAYS.map((value) => ({ value, label: weekday(value) }))}
            chosen={days.value}
            onChange={(chosen) => {
              days.value = WEEKDAYS.filter((each) => chosen.includes(each));
            }}
          />
        )}
        <p class="hint">{w().limits}</p>
        <Recipients
          chosen={to.value}
          otherwise={otherwise.value}
          onChange={(chosen) => (to.value = chosen)}
          onOtherwise={(place) => (otherwise.value = place)}
        />
      </div>
      <div class="automation-preview" aria-live="polite">
        <h2>{w().preview}</h2>
        {scheduled && <Preview schedule={schedule} />}
      </div>
      <div>
        <Problem error={save.error} />
        <div class="actions">
          <Button type="submit" kind="primary" busy={save.busy} disabled={!ready}>
            {action}
          </Button>
          <Button onClick={cancel}>{w().cancel}</Button>
        </div>
      </div>
    </form>
  );
}

interface ZoneProps {
  value: string;
  zones: readonly string[];
  wrong: boolean;
  onChange: (value: string) => void;
}

function Zone({ value, zones, wrong, onChange }: ZoneProps) {
  const list = useId();
  return (
    <div>
      <TextField
        label={w().zone}
        value={value}
        onChange={onChange}
        error={wrong ? w().zoneWrong : null}
        more={{ list, autocomplete: "off", required: true }}
      />
      <datalist id={list}>
        {zones.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </div>
  );
}

interface ChecksProps<V extends string> {
  label: string;
  error: string | null;
  choices: readonly { value: V; label: string }[];
  chosen: readonly V[];
  onChange: (chosen: readonly V[]) => void;
}

/** Several of some. */
function Checks<V extends string>({ label, error, choices, chosen, onChange }: ChecksProps<V>) {
  const id = useId();
  return (
    <fieldset class="checks" aria-describedby={error ? id : undefined}>
      <legend>{label}</legend>
      {choices.map(({ value, label: text }) => (
        <label key={value}>
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked ? [...chosen, value] : chosen.filter((each) => each !== value),
              )
            }
          />
          {text}
        </label>
      ))}
      {error && (
        <p class="field-error" id={id} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

const MOST = 5;

interface RecipientsProps {
  chosen: readonly Delivery[];
  otherwise: Delivery | null;
  onChange: (chosen: readonly Delivery[]) => void;
  onOtherwise: (place: Delivery | null) => void;
}

const NOWHERE = "";

function Recipients({ chosen, otherwise, onChange, onOtherwise }: RecipientsProps) {
  const places = usePlaces(otherwise ? [...chosen, otherwise] : chosen);
  const choices = [...places].map(([value, { label }]) => ({ value, label }));
  return (
    <>
      <Checks
        label={w().to}
        error={chosen.length ? null : w().toMissing}
        choices={choices}
        chosen={chosen.map(keyOf)}
        onChange={(keys) => onChange(keys.slice(0, MOST).flatMap((key) => places.get(key)?.place ?? []))}
      />
      <SelectField
        label={w().otherwise}
        hint={w().otherwiseHint}
        value={otherwise ? keyOf(otherwise) : NOWHERE}
        choices={[{ value: NOWHERE, label: w().nowhere }, ...choices]}
        onChange={(key) => onOtherwise(places.get(key)?.place ?? null)}
      />
    </>
  );
}

function Preview({ schedule }: { schedule: ScheduleWanted }) {
  const wanted = JSON.stringify(schedule);
  const shown = useSignal(wanted);
  useEffect(() => {
    const timer = setTimeout(() => {
      shown.value = wanted;
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [wanted, shown]);
  const read = useRead(["automations", "preview", shown.value], () =>
    answer(api.POST("/v1/automations/preview", { body: JSON.parse(shown.value) as ScheduleWanted })),
  );
  if (!read.data) return read.error ? <Problem error={read.error} /> : <Loading rows={3} />;
  return (
    <>
      <NextRuns runs={read.data.next_runs} zone={schedule.zone} />
      <Gaps days={read.data.days_without} time={schedule.time} />
    </>
  );
}
