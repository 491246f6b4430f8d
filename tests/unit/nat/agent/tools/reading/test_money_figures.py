"""Donations, summed and listed, against the nation's own records."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local.nationbuilder import figures
from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation
from nat.nationbuilder import NationBuilder
from nat.nationbuilder.periods import PERIOD_NAMES, Unit, named_span, unit_start
from tests.unit.nat.agent.tools.reading.calls import NOW, run

NEW_YORK = ZoneInfo("America/New_York")
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=NEW_YORK), datetime(2100, 1, 1, tzinfo=NEW_YORK)


def given_in(demo: Nation, name: str, status: str = "succeeded") -> list[Row]:
    span = named_span(name, NOW, NEW_YORK)
    return figures.donations_between(demo, span.start or EARLIEST, span.end or LATEST, status)


def test_this_week_is_what_the_nation_itself_says(v2: NationBuilder, demo: Nation) -> None:
    data = run(v2, "summarize_donations", period="this_week").data

    true = figures.totals(figures.donations_this_week(demo, NOW))
    assert true.count > 0
    assert (data["count"], data["total_cents"], data["donors"]) == (true.count, true.cents, true.donors)


@pytest.mark.parametrize("period", PERIOD_NAMES)
def test_sums_of_every_named_period_are_true(v2: NationBuilder, demo: Nation, period: str) -> None:
    outcome = run(v2, "summarize_donations", period=period)

    true = figures.totals(given_in(demo, period))
    data = outcome.data
    assert (data["count"], data["total_cents"], data["donors"]) == (true.count, true.cents, true.donors)
    assert (outcome.total, outcome.complete) == (true.count, True)
    assert data.get("average_cents") == (round(true.cents / true.count) if true.count else None)


@pytest.mark.parametrize("status", ["pending", "failed", "canceled"])
def test_other_statuses_are_summed_by_their_own_date(v2: NationBuilder, demo: Nation, status: str) -> None:
    data = run(v2, "summarize_donations", period="this_year", status=status).data

    true = figures.totals(given_in(demo, "this_year", status))
    assert true.count > 0
    assert (data["count"], data["total_cents"]) == (true.count, true.cents)


def test_top_donors_are_those_who_gave_most(v2: NationBuilder, demo: Nation) -> None:
    top = run(v2, "summarize_donations", period="this_year", top=10).data["top"]

    given: Counter[str] = Counter()
    for row in given_in(demo, "this_year"):
        given[row["signup_id"]] += row["amount_in_cents"]
    assert [each["total_cents"] for each in top] == [cents for _, cents in given.most_common(10)]
    for each in top:
        assert each["total_cents"] == given[each["id"]]
        assert each["name"] == demo["signups"].rows[each["id"]]["full_name"]


@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_groups_by_time_follow_the_nations_clock(v2: NationBuilder, demo: Nation, unit: Unit) -> None:
    groups = run(v2, "summarize_donations", period="last_90_days", group_by=unit).data["groups"]

    true: dict[str, list[int]] = defaultdict(list)
    for row in given_in(demo, "last_90_days"):
        key = unit_start(unit, row["succeeded_at"].astimezone(NEW_YORK).date()).isoformat()
        true[key].append(row["amount_in_cents"])
    assert [(each["name"], each["count"], each["total_cents"]) for each in groups] == [
        (key, len(cents), sum(cents)) for key, cents in sorted(true.items())
    ]


@pytest.mark.parametrize(
    ("group_by", "column", "kind"),
    [("tracking_code", "donation_tracking_code_id", "donation_tracking_codes"), ("page", "page_id", "pages")],
)
def test_groups_by_code_and_page_have_names_and_cover_everything(
    v2: NationBuilder, demo: Nation, group_by: str, column: str, kind: str
) -> None:
    groups = run(v2, "summarize_donations", period="this_year", group_by=group_by).data["groups"]

    true: Counter[str | None] = Counter()
    for row in given_in(demo, "this_year"):
        true[row[column]] += row["amount_in_cents"]
    assert {each.get("id"): each["total_cents"] for each in groups} == true
    for each in groups:
        name = demo[kind].rows[each["id"]]["name"] if "id" in each else "none"
        assert each["name"] == name


def test_a_comparison_says_who_stayed_who_came_and_who_left(v2: NationBuilder, demo: Nation) -> None:
    data = run(v2, "summarize_donations", period="this_month", compare_to="previous_period").data

    now = {row["signup_id"] for row in given_in(demo, "this_month")}
    before = {row["signup_id"] for row in given_in(demo, "last_month")}
    compared = data["compared_with"]
    assert compared["count"] == len(given_in(demo, "last_month"))
    assert compared["donors_in_both"] == len(now & before)
    assert compared["new_compared"] == len(now - before)
    assert data["lapsed_donors"] == len(before - now)
    assert compared["change_cents"] == data["total_cents"] - compared["total_cents"]


def test_the_same_period_of_last_year_is_a_year_earlier(v2: NationBuilder, demo: Nation) -> None:
    data = run(v2, "summarize_donations", period="last_month", compare_to="same_period_last_year").data

    start, end = datetime(2025, 10, 1, tzinfo=NEW_YORK), datetime(2025, 11, 1, tzinfo=NEW_YORK)
    true = figures.totals(figures.donations_between(demo, start, end))
    assert data["compared_with"]["total_cents"] == true.cents


def test_first_time_donors_gave_first_in_the_period(v2: NationBuilder, demo: Nation) -> None:
    data = run(v2, "summarize_donations", period="this_month").data

    span = named_span("this_month", NOW, NEW_YORK)
    firsts: dict[str, datetime] = {}
    for row in given_in(demo, "all_time"):
        if row["signup_id"] is not None:
            earlier = firsts.get(row["signup_id"])
            firsts[row["signup_id"]] = min(earlier or row["succeeded_at"], row["succeeded_at"])
    assert data["first_time_donors"] == sum(span.contains(each) for each in firsts.values())


def test_a_period_that_still_runs_says_so(v2: NationBuilder) -> None:
    assert run(v2, "summarize_donations", period="this_week").data["period_is_over"] is False
    assert run(v2, "summarize_donations", period="last_week").data["period_is_over"] is True


def test_an_own_period_starts_with_its_first_and_ends_before_its_second_date(
    v2: NationBuilder, demo: Nation
) -> None:
    period = {"after": "2026-10-01", "before": "2026-11-01"}
    own = run(v2, "summarize_donations", period=period).data

    assert own["count"] == len(given_in(demo, "last_month"))


def test_a_period_without_donations_sums_to_nothing(v2: NationBuilder) -> None:
    outcome = run(v2, "summarize_donations", period={"after": "2001-01-01", "before": "2001-02-01"})

    assert (outcome.data["total_cents"], outcome.data["count"], outcome.data["donors"]) == (0, 0, 0)
    assert "average_cents" not in outcome.data


def test_donations_of_this_week_are_listed_with_their_donors(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_donations", succeeded="this_week", limit=100)

    true = {row["id"]: row for row in given_in(demo, "this_week")}
    assert outcome.total == len(true)
    assert outcome.returned == min(100, len(true))
    for each in outcome.data["items"]:
        row = true[each["id"]]
        assert each["amount_cents"] == row["amount_in_cents"]
        assert each["person"]["name"] == demo["signups"].rows[row["signup_id"]]["full_name"]


def test_a_whole_list_of_donations_says_its_sum(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_donations", succeeded="today", limit=100)

    assert outcome.complete
    assert outcome.data["sum_cents"] == figures.totals(given_in(demo, "today")).cents


def test_a_part_of_a_list_of_donations_says_no_sum(v2: NationBuilder) -> None:
    outcome = run(v2, "list_donations", succeeded="this_year", limit=5)

    assert not outcome.complete
    assert "sum_cents" not in outcome.data


@pytest.mark.parametrize(
    ("arguments", "holds"),
    [
        ({"min_cents": 10_001}, lambda row: row["amount_in_cents"] > 10_000),
        ({"max_cents": 500}, lambda row: row["amount_in_cents"] <= 500),
        ({"status": ["pending", "failed"]}, lambda row: row["status"] in ("pending", "failed")),
        ({"payment_type_name": "check"}, lambda row: row["payment_type_name"] == "Check"),
        ({"page_id": "3"}, lambda row: row["page_id"] == "3"),
    ],
)
def test_donations_are_found_by_amount_status_payment_and_page(
    v2: NationBuilder, demo: Nation, arguments: dict[str, Any], holds: Any
) -> None:
    outcome = run(v2, "list_donations", **arguments)

    true = {row["id"] for row in demo["donations"].rows.values() if holds(row)}
    assert outcome.total == len(true) > 0
    assert {each["id"] for each in outcome.data["items"]} <= true


@pytest.mark.parametrize("spelling", ["slug", "name", "id"])
def test_a_tracking_code_is_found_by_slug_name_or_id(v2: NationBuilder, demo: Nation, spelling: str) -> None:
    code = demo["donation_tracking_codes"].rows["3"]

    outcome = run(v2, "list_donations", tracking_code=str(code[spelling]))

    assert outcome.total == len(demo["donations"].where("donation_tracking_code_id", "3")) > 0


@pytest.mark.parametrize(
    ("sort", "key", "reverse"),
    [
        ("newest", "succeeded_at", True),
        ("oldest", "succeeded_at", False),
        ("largest", "amount_cents", True),
        ("smallest", "amount_cents", False),
    ],
)
def test_donations_come_in_the_order_asked_for(v2: NationBuilder, sort: str, key: str, reverse: bool) -> None:
    items = run(v2, "list_donations", succeeded="this_year", sort=sort, limit=50).data["items"]

    values = [datetime.fromisoformat(each[key]) if key.endswith("_at") else each[key] for each in items]
    assert values == sorted(values, reverse=reverse)


def test_one_donation_is_given_in_full(v2: NationBuilder, demo: Nation) -> None:
    (found,) = run(v2, "get_donation", donation_id="1").data["items"]

    row = demo["donations"].rows["1"]
    assert found["amount_cents"] == row["amount_in_cents"]
    assert found["person"]["id"] == row["signup_id"]
    assert found["note"] == row["note"]
    assert "email" not in found


def test_pledges_say_what_is_owed_in_all(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_pledges", outstanding_only=True, limit=5)

    owed = [row for row in demo["pledges"].rows.values() if row["amount_left_in_cents"] > 0]
    assert outcome.total == len(owed)
    assert outcome.data["owed_cents"] == sum(row["amount_left_in_cents"] for row in owed)
    assert not outcome.complete


def test_tracking_codes_are_found_by_a_part_of_their_name(v2: NationBuilder) -> None:
    outcome = run(v2, "list_tracking_codes", query="appeal")

    assert [each["name"] for each in outcome.data["items"]] == ["Spring Appeal"]
