"""Figures in context."""

from collections.abc import Iterator
from datetime import date, datetime, time

from benchmarks.evaluation import claims, truth
from benchmarks.evaluation.checks import links, names, says, table
from benchmarks.evaluation.claims import Claim
from benchmarks.evaluation.task import Call, Check, Task, Turn, call, task
from benchmarks.evaluation.wording import amount, currency, dates, linked, name, place_of
from benchmarks.evaluation.world import World

WEEK = ("this week", "since monday")
MONTH = ("30 days",)
UNTRACKED = ("no tracking code", "without", "no code", "untracked", "not tracked")


def tasks(w: World) -> Iterator[Task]:
    """The tasks of a world."""
    nation, now, words = w.nation, w.now, w.words
    week, last = truth.this_week(nation, now), truth.last_week(nation, now)
    start = truth.days_ago(now, 29)
    gifts = truth.given(nation, start, now)
    month = truth.total(gifts)

    def report(title: str, question: str, answer: str, *checks: Check, calls: tuple[Call, ...]) -> Task:
        return task(title, Turn(question, answer, (calls,), checks))

    def money(cents: int, *period: str, of: tuple[str, ...] = ()) -> Claim:
        return Claim(cents, claims.MONEY, period, of=of)

    def people(count: int, *period: str, of: tuple[str, ...] = ()) -> Claim:
        return Claim(count, claims.PEOPLE, period, of=of)

    def claimed(*wanted: Claim, beside: int = 3) -> Check:
        return says(*wanted, mark=w.mark, beside=beside)

    yield report(
        "week",
        "Give me a summary of this week's donations: number, total, donors.",
        f"This week: {week.count} donations, {amount(w, week.cents)}, from {week.donors} donors.",
        claimed(
            Claim(week.count, claims.GIFTS, WEEK),
            money(week.cents, *WEEK),
            people(week.donors, *WEEK),
            beside=6,
        ),
        calls=(call("summarize_donations", period="this_week"),),
    )
    average = round(week.cents / week.count)
    yield report(
        "average",
        f"What was the average donation this week, in {currency(w)}?",
        f"{amount(w, average)} on average this week.",
        claimed(money(average, *WEEK)),
        calls=(call("summarize_donations", period="this_week"),),
    )
    yield report(
        "compare",
        "How do this week's donations compare with last week's, in money?",
        f"This week {amount(w, week.cents)}, last week {amount(w, last.cents)}.",
        claimed(
            money(week.cents, *WEEK), money(last.cents, "last week", "previous week", "week before"), beside=5
        ),
        calls=(call("summarize_donations", period="this_week", compare_to="last_week"),),
    )
    ranked = truth.top(gifts, 12)
    top = next(k for k in range(3, 12) if ranked[k - 1][1] != ranked[k][1])
    leaders = [(nation["signups"].rows[each], cents) for each, cents in ranked[:top]]
    yield report(
        "top-donors",
        f"Who are our top {top} donors of the last 30 days, and how much did each give? With links.",
        "Last 30 days:\n" + "\n".join(f"- {linked(w, row)}: {amount(w, cents)}" for row, cents in leaders),
        links(*(place_of(row) for row, _ in leaders)),
        claimed(*(money(cents, *MONTH, of=(name(row), place_of(row))) for row, cents in leaders), beside=9),
        calls=(call("summarize_donations", period="last_30_days", top=top),),
    )
    codes = truth.by_code(nation, gifts)
    yield report(
        "by-tracking-code",
        f"Break down the {currency(w)} of the last 30 days by tracking code.",
        "Last 30 days:\n" + "\n".join(f"- {each}: {amount(w, found.cents)}" for each, found in codes.items()),
        names(set(codes) - {"none"}, words.lists),
        claimed(
            *(
                money(found.cents, *MONTH, of=(each, *UNTRACKED) if each == "none" else (each,))
                for each, found in codes.items()
            ),
            beside=8,
        ),
        calls=(call("summarize_donations", period="last_30_days", group_by="tracking_code"),),
    )
    days = truth.by_day(truth.given(nation, truth.monday(now), now), now)
    yield report(
        "table",
        "Show this week's donations by day as a table, with the money of each day.",
        "This week:\n\n| Day | Donations | Money |\n| --- | --- | --- |\n"
        + "\n".join(f"| {day} | {found.count} | {amount(w, found.cents)} |" for day, found in days.items()),
        table,
        claimed(*(money(found.cents, of=_day(day)) for day, found in days.items()), beside=12),
        calls=(call("summarize_donations", period="this_week", group_by="day"),),
    )
    yield report(
        "month-and-donors",
        f"How many {currency(w)} came in over the last 30 days, today included, and from how many donors?",
        f"In the last 30 days {amount(w, month.cents)}, from {month.donors} donors.",
        claimed(money(month.cents, *MONTH), people(month.donors, *MONTH)),
        calls=(call("summarize_donations", period="last_30_days"),),
    )
    failed = truth.total(truth.given(nation, truth.days_ago(now, 89), now, "failed"))
    yield report(
        "failed",
        "How many donations failed in the last 90 days, and how much money was that?",
        f"In the last 90 days {failed.count} donations over {amount(w, failed.cents)} failed.",
        claimed(Claim(failed.count, claims.GIFTS, ("90 days",)), money(failed.cents, "90 days")),
        calls=(call("summarize_donations", period="last_90_days", status="failed"),),
    )
    _, question, choices = words.survey
    answers = truth.answers(nation, question)
    question_id = next(
        row["id"] for row in truth.rows(nation, "survey_questions") if row["content"] == question
    )
    yield report(
        "survey",
        f"How did people answer “{question}”? A number for each answer.",
        "\n".join(f"- {each}: {answers[each]} people" for each in choices),
        names(choices, words.lists),
        claimed(*(people(answers[each], of=(each,)) for each in choices), beside=5),
        calls=(call("list_surveys", question_id=question_id, with_tallies=True),),
    )
    # The one with most people: another nation's hardly has as many on each step.
    path, steps = max(words.paths, key=lambda each: sum(truth.by_step(nation, each[0]).values()))
    path_id = truth.named(nation, "paths", path)
    on_step = truth.by_step(nation, path)
    yield report(
        "path-report",
        f"How many people are under way on each step of {path}?",
        "\n".join(f"- {each}: {on_step[each]} people" for each in steps),
        names(steps, words.lists),
        claimed(*(people(on_step[each], of=(each,)) for each in steps), beside=4),
        calls=tuple(
            call("list_path_journeys", path_id=path_id, step_id=row["id"], count_only=True)
            for row in truth.rows(nation, "path_steps")
            if row["path_id"] == path_id
        ),
    )
    logged = truth.contacts_since(nation, start)
    yield report(
        "contacts",
        "How many contacts did we log in the last 30 days, today included?",
        f"{logged} contacts in the last 30 days.",
        claimed(Claim(logged, claims.CONTACTS, MONTH)),
        calls=(call("list_contacts", since=f"{start:%Y-%m-%d}", count_only=True),),
    )
    lapsed = truth.with_status(nation, "memberships", "expired")
    yield report(
        "lapsed",
        "How many memberships have expired?",
        f"{lapsed} memberships.",
        claimed(Claim(lapsed, claims.MEMBERSHIPS)),
        calls=(call("list_memberships", status=["expired"], count_only=True),),
    )
    signed = {each: truth.signatures(nation, each) for each in words.petitions}
    yield report(
        "petitions",
        "How many signatures does each petition have?",
        "\n".join(f"- {each}: {count} signatures" for each, count in signed.items()),
        names(words.petitions, words.lists),
        claimed(*(Claim(count, claims.SIGNATURES, of=(each,)) for each, count in signed.items()), beside=4),
        calls=(call("list_petitions"),),
    )
    tag = words.tags[0]
    carriers = len(truth.tagged(nation, tag))
    yield report(
        "part-of-a-list",
        f"Name just five of the people tagged {tag}, and say of how many.",
        f"5 of {carriers} people: …",
        claimed(Claim(carriers, claims.PEOPLE, partial=True)),
        calls=(call("list_people_with_tag", tag=tag, limit=5),),
    )
    coming = {row["id"]: len(truth.coming(nation, row["id"])) for row in truth.upcoming(nation, now)}
    titles = {row["id"]: nation["pages"].rows[row["page_id"]]["name"] for row in truth.upcoming(nation, now)}
    yield report(
        "coming",
        "For each upcoming event: how many people are coming, without who cancelled?",
        "\n".join(f"- {titles[each]}: {count} people" for each, count in coming.items()),
        names(titles.values(), words.lists),
        claimed(*(people(count, of=(titles[each],)) for each, count in coming.items()), beside=6),
        calls=tuple(
            call("list_event_rsvps", event_id=each, status="coming", count_only=True) for each in coming
        ),
    )


def _day(day: date) -> tuple[str, ...]:
    """The ways to name a day of this week: its date, or the weekday."""
    return (*dates(datetime.combine(day, time())), f"{day:%A}", f"{day:%a}")
