/** Schedules in people's words, and moments on the clock of a schedule's zone. */
import { locale } from "@nat/chat";
import type { Schemas } from "../api.ts";
import { words } from "../language.ts";

export type Schedule = Schemas["Schedule"];
export type Weekday = Schedule["days"][number];

export const WEEKDAYS: readonly Weekday[] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
/** The first of January 2024 was a Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY = 86_400_000;

const w = words({
  en: {
    daily: (time: string) => `Every day at ${time}`,
    weekly: (days: string, time: string) => `Every ${days} at ${time}`,
    monthly: (day: number, time: string) => `On day ${day} of every month at ${time}`,
    last: (time: string) => `On the last day of every month at ${time}`,
  },
  de: {
    daily: (time) => `Jeden Tag um ${time}`,
    weekly: (days, time) => `Jeden ${days} um ${time}`,
    monthly: (day, time) => `Am ${day}. jedes Monats um ${time}`,
    last: (time) => `Am letzten Tag jedes Monats um ${time}`,
  },
});

export function weekday(day: Weekday, style: "long" | "short" = "long"): string {
  return new Intl.DateTimeFormat(locale.value, { weekday: style, timeZone: "UTC" }).format(
    MONDAY + WEEKDAYS.indexOf(day) * DAY,
  );
}

/** A time of day, `09:00`, as it is written here. */
export function timeOfDay(time: string): string {
  return new Intl.DateTimeFormat(locale.value, { timeStyle: "short", timeZone: "UTC" }).format(
    new Date(`2024-01-01T${time.padStart(5, "0")}:00Z`),
  );
}

export function inWords(schedule: Schedule): string {
  const time = timeOfDay(schedule.time);
  switch (schedule.kind) {
    case "daily":
      return w().daily(time);
    case "weekly": {
      const days = new Intl.ListFormat(locale.value).format(schedule.days.map((day) => weekday(day)));
      return w().weekly(days, time);
    }
    case "monthly":
      return typeof schedule.day === "number" ? w().monthly(schedule.day, time) : w().last(time);
  }
}

/** A moment on the clock of a zone, with its weekday. */
export function atZone(iso: string, zone: string): string {
  return new Intl.DateTimeFormat(locale.value, {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "numeric",
    minute: "2-digit",
  }).format(new Date(iso));
}
