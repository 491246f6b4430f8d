/** Answers to look at, and one to measure with. */

export const ANSWER = `In November **1,284 people** signed up, 12 % more than in October.

| City | Sign-ups | Share |
|---|--:|--:|
| Berlin | 412 | 32 % |
| Hamburg | 233 | 18 % |
| München | 187 | 15 % |
| Köln | 121 | 9 % |
| Others | 331 | 26 % |

What stands out:

- **Berlin** grew fastest, mostly through the [petition page](https://demo.nationbuilder.com/admin/pages/12).
- 87 people signed up *twice* with different addresses.
- The rest is spread over 214 places.

### How I counted

Everybody whose \`created_at\` lies in November, in your nation's time zone.

> One person was counted in the month of their first sign-up.`;

export const MONTHS = `Donations per month this year:

| Month | Donations |
|---|--:|
| 2026-05 | $12,400 |
| 2026-06 | $9,850 |
| 2026-07 | $8,120 |
| 2026-08 | $11,300 |
| 2026-09 | $17,940 |
| 2026-10 | $22,610 |`;

/** 17 kB with a table of 200 rows, as the budget for streaming has it. */
export function longAnswer(): string {
  const rows = Array.from(
    { length: 200 },
    (_, place) =>
      `| Person ${place + 1} | person${place + 1}@example.org | Berlin | $${((place * 37) % 900) + 10}.00 | 2026-11-${String((place % 28) + 1).padStart(2, "0")} |`,
  );
  const paragraph =
    "People who gave in November gave **more often** than before, and mostly after the *newsletter* of the 12th; see `source` for where they came from.";
  return [
    "## Donations in November",
    paragraph,
    ["| Name | Email | City | Amount | Day |", "|---|---|---|--:|---|", ...rows].join("\n"),
    "### What stands out",
    ...Array.from({ length: 14 }, (_, place) => `${place + 1}. ${paragraph}`),
    paragraph,
  ].join("\n\n");
}

/** What somebody hostile would put into every field of a record. */
export const HOSTILE = `<img src=x onerror="document.title='stolen'"><script>document.title='stolen'</script>[x](javascript:document.title='stolen')`;
