/** Numbers, money and times as people of the chosen language write them. */
import { locale } from "@nat/chat";

export function count(value: number): string {
  return new Intl.NumberFormat(locale.value).format(value);
}

/** To a tenth. */
export function decimal(value: number): string {
  return new Intl.NumberFormat(locale.value, { maximumFractionDigits: 1 }).format(value);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(locale.value, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** Whole amounts without cents: $29, not $29.00. */
export function money(cents: number, currency = "usd"): string {
  return new Intl.NumberFormat(locale.value, {
    style: "currency",
    currency: currency.toUpperCase(),
    minimumFractionDigits: cents % 100 ? 2 : 0,
  }).format(cents / 100);
}

/** A model's cost is often below a cent: it gets as many digits as say something. */
export function microDollars(micros: number): string {
  const dollars = micros / 1e6;
  const digits = dollars !== 0 && Math.abs(dollars) < 0.1 ? 4 : 2;
  return new Intl.NumberFormat(locale.value, {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(dollars);
}

/** A UTC day, `yyyy-mm-dd`. */
export function day(iso: string, style: "short" | "long" = "short"): string {
  return new Intl.DateTimeFormat(locale.value, {
    timeZone: "UTC",
    day: "numeric",
    month: style === "short" ? "short" : "long",
    ...(style === "long" ? { year: "numeric" } : {}),
  }).format(new Date(`${iso}T00:00:00Z`));
}

export function date(iso: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium" }).format(new Date(iso));
}

export function dateTime(iso: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(iso),
  );
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** How long ago, or until when: `2 hours ago`, `in 3 days`; a date beyond a month. */
export function relative(iso: string, now = Date.now()): string {
  const difference = Date.parse(iso) - now;
  if (Math.abs(difference) > 30 * 86_400_000) return date(iso);
  const words = new Intl.RelativeTimeFormat(locale.value, { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(difference) >= size) return words.format(Math.trunc(difference / size), unit);
  }
  return words.format(0, "minute");
}

export function isoDay(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
