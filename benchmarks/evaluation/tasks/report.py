"""Figures in context."""

from datetime import UTC, datetime, timedelta
from typing import Final

from benchmarks.evaluation.checks import mentions, money, not_asked, says, unchanged, used
from benchmarks.evaluation.task import Task, task
from local.nationbuilder import figures
from local.nationbuilder.store import Nation

QUIET: Final = (unchanged, not_asked)


def _week(nation: Nation) -> figures.Totals:
    return figures.totals(figures.donations_this_week(nation, datetime.now(UTC)))


def _month(nation: Nation) -> figures.Totals:
    now = datetime.now(UTC)
    return figures.totals(figures.donations_between(nation, now - timedelta(days=30), now))


TASKS: Final[tuple[Task, ...]] = (
    task(
        "weekly",
        "Give me a summary of this week's donations",
        checks=(money(lambda n: _week(n).cents), says(lambda n: _week(n).count), *QUIET),
    ),
    task(
        "top-donors",
        "Who are our top 5 donors of the last 30 days?",
        checks=(used("summarize_donations"), *QUIET),
    ),
    task(
        "by-tracking-code",
        "Break down donations of the last 30 days by tracking code",
        checks=(used("summarize_donations"), *QUIET),
    ),
    task(
        "average",
        "What was the average donation this week?",
        checks=(money(lambda n: round(_week(n).cents / _week(n).count)), *QUIET),
    ),
    task(
        "compare",
        "How do this week's donations compare with last week?",
        checks=(money(lambda n: _week(n).cents), *QUIET),
    ),
    task("pledges", "Which pledges are still outstanding?", checks=(used("list_pledges"), *QUIET)),
    task("survey", "How did people answer What matters most to you?", checks=(used("list_surveys"), *QUIET)),
    task(
        "path-report",
        "Give me an overview of who is on which step of Become a donor",
        checks=(used("list_path_journeys", "list_paths"), *QUIET),
    ),
    task("contacts", "What calls did we log this week?", checks=(used("list_contacts"), *QUIET)),
    task("mailings", "What emails did we send lately?", checks=(used("list_mailings"), *QUIET)),
    task("lapsed", "Which memberships have lapsed?", checks=(used("list_memberships"), *QUIET)),
    task(
        "table",
        "Show this week's donations by day as a table",
        checks=(used("summarize_donations"), mentions("|"), *QUIET),
    ),
    task(
        "month-and-donors",
        "How much came in over the last 30 days, and from how many donors?",
        checks=(money(lambda n: _month(n).cents), says(lambda n: _month(n).donors), *QUIET),
    ),
)
