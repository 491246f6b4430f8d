"""How many."""

from datetime import UTC, datetime, timedelta
from typing import Final

from benchmarks.evaluation.checks import money, not_asked, says, unchanged, used
from benchmarks.evaluation.task import Task, task
from local.nationbuilder import figures
from local.nationbuilder.store import Nation

QUIET: Final = (unchanged, not_asked)


def _now() -> datetime:
    return datetime.now(UTC)


def _week(nation: Nation) -> figures.Totals:
    return figures.totals(figures.donations_this_week(nation, _now()))


def _last_days(nation: Nation, days: int) -> figures.Totals:
    return figures.totals(figures.donations_between(nation, _now() - timedelta(days=days), _now()))


def _people(nation: Nation, column: str) -> int:
    return sum(bool(row[column]) for row in nation["signups"].rows.values())


TASKS: Final[tuple[Task, ...]] = (
    task(
        "volunteers",
        "How many people are tagged volunteer?",
        checks=(says(lambda n: len(figures.people_with_tag(n, "volunteer"))), *QUIET),
    ),
    task(
        "volunteers-misspelt",
        "how mny ppl are taged volunteer",
        checks=(says(lambda n: len(figures.people_with_tag(n, "volunteer"))), *QUIET),
    ),
    task(
        "donations-this-week",
        "How many donations did we get this week, and how much is it?",
        checks=(says(lambda n: _week(n).count), money(lambda n: _week(n).cents), *QUIET),
    ),
    task(
        "donors-this-week",
        "Who donated this week? I need the number of different donors.",
        checks=(says(lambda n: _week(n).donors), *QUIET),
    ),
    task(
        "big-donors",
        "How many people have given more than $100 at once?",
        checks=(says(lambda n: len(figures.donors_over(n, 10_000))), *QUIET),
    ),
    task(
        "upcoming-events",
        "How many events are coming up?",
        checks=(says(lambda n: len(figures.upcoming_events(n, _now()))), *QUIET),
    ),
    task(
        "journeys",
        "How many people are on the path Become a volunteer right now?",
        checks=(says(lambda n: len(figures.active_journeys(n, "Become a volunteer"))), *QUIET),
    ),
    task(
        "memberships-ending",
        "How many memberships expire within the next 30 days?",
        checks=(says(lambda n: len(figures.memberships_expiring(n, _now(), 30))), *QUIET),
    ),
    task(
        "list-size",
        "How big is the list Phone bank?",
        checks=(says(lambda n: len(figures.list_members(n, "Phone bank"))), *QUIET),
    ),
    task(
        "empty-list",
        "How many people are on the Empty list?",
        checks=(says(lambda n: len(figures.list_members(n, "Empty"))), *QUIET),
    ),
    task(
        "organisations",
        "How many organisations do we have?",
        checks=(says(lambda n: sum(row["signup_type"] == 1 for row in n["signups"].rows.values())), *QUIET),
    ),
    task(
        "do-not-contact",
        "How many people are marked do not contact?",
        checks=(says(lambda n: _people(n, "do_not_contact")), used("search_people"), *QUIET),
    ),
    task(
        "petition",
        "How many signatures does each petition have?",
        checks=(used("list_petitions", "list_petition_signatures"), *QUIET),
    ),
    task(
        "small-nation",
        "How many volunteers do we have?",
        checks=(says(lambda n: len(figures.people_with_tag(n, "volunteer"))), *QUIET),
        nation="harbor",
    ),
    task(
        "month-of-donations",
        "What did we raise in the last 30 days?",
        checks=(money(lambda n: _last_days(n, 30).cents), *QUIET),
    ),
)
