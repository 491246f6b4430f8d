"""Figures computed from the records agree with what the API answers."""

from datetime import timedelta

from local.nationbuilder import figures
from local.nationbuilder.server import RunningNationBuilder
from tests.unit.local.nationbuilder.caller import Caller


def test_donations_of_the_week_agree_with_the_api(library: RunningNationBuilder, reader: Caller) -> None:
    nation, now = library.nation("demo"), library.clock.now()
    start, _ = figures.week_of(now, nation.zone)
    truth = figures.totals(figures.donations_this_week(nation, now))

    params = {
        "filter[status]": "succeeded",
        "filter[succeeded_at][gte]": start.isoformat(),
        "filter[succeeded_at][lte]": now.isoformat(),
    }
    rows = []
    number = 1
    while page := reader.rows("/donations", {**params, "page[size]": "100", "page[number]": str(number)}):
        rows += page
        number += 1

    assert len(rows) == truth.count == reader.count("/donations", params)
    assert sum(row["attributes"]["amount_in_cents"] for row in rows) == truth.cents
    assert len({row["attributes"]["signup_id"] for row in rows}) == truth.donors


def test_the_23_major_donors_agree_with_the_api(library: RunningNationBuilder, reader: Caller) -> None:
    since = library.clock.now() - timedelta(days=30)

    rows = reader.rows(
        "/donations",
        {
            "filter[status]": "succeeded",
            "filter[amount_in_cents][gt]": "10000",
            "filter[succeeded_at][gte]": since.isoformat(),
            "page[size]": "100",
        },
    )

    donors = {row["attributes"]["signup_id"] for row in rows}
    assert donors == figures.donors_over(library.nation("demo"), 10_000, since)
    assert len(donors) == 23


def test_members_of_a_list_agree_with_the_api(library: RunningNationBuilder, reader: Caller) -> None:
    board = reader.rows("/lists", {"filter[name]": "board"})[0]["id"]

    assert set(reader.ids(f"/lists/{board}/signups")) == figures.list_members(library.nation("demo"), "Board")


def test_a_week_begins_on_monday_in_the_zone(library: RunningNationBuilder) -> None:
    zone = library.nation("demo").zone

    start, end = figures.week_of(library.clock.now(), zone)

    assert (start.weekday(), start.hour, start.tzinfo) == (0, 0, zone)
    assert (end.date() - start.date()).days == 7


def test_expiring_memberships_agree_with_the_api(library: RunningNationBuilder, reader: Caller) -> None:
    nation, now = library.nation("demo"), library.clock.now()
    today = now.astimezone(nation.zone).date()

    count = reader.count(
        "/memberships",
        {
            "filter[status]": "active",
            "filter[expires_on][gte]": today.isoformat(),
            "filter[expires_on][lte]": (today + timedelta(days=30)).isoformat(),
        },
    )

    assert count == len(figures.memberships_expiring(nation, now, 30)) > 0
