"""True figures, computed from a nation's records and not through the API: what answers are compared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from local.nationbuilder.rules.tags import find_tag
from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation


@dataclass(frozen=True)
class Totals:
    """Donations summed up. `donors` counts distinct people and organisations."""

    count: int
    cents: int
    donors: int


def totals(donations: Iterable[Row]) -> Totals:
    """Sum donations up."""
    rows = list(donations)
    donors = {row["signup_id"] for row in rows if row["signup_id"] is not None}
    return Totals(len(rows), sum(row["amount_in_cents"] or 0 for row in rows), len(donors))


def week_of(now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The week that `now` lies in, from Monday 0:00 to the next Monday 0:00 in the zone (end excluded)."""
    monday = now.astimezone(zone).date() - timedelta(days=now.astimezone(zone).weekday())
    return (
        datetime.combine(monday, time(), zone),
        datetime.combine(monday + timedelta(days=7), time(), zone),
    )


def donations_between(
    nation: Nation, start: datetime, end: datetime, status: str | None = "succeeded"
) -> list[Row]:
    """Donations of a status by the stamp of that status, `end` excluded. None: any status, by creation."""
    stamp = "created_at" if status is None else f"{status}_at"
    return [
        row
        for row in nation["donations"].rows.values()
        if status in (None, row["status"]) and row[stamp] is not None and start <= row[stamp] < end
    ]


def donations_this_week(nation: Nation, now: datetime, zone: tzinfo | None = None) -> list[Row]:
    """Succeeded donations of the week so far, in the nation's zone unless another is given."""
    start, _ = week_of(now, zone or nation.zone)
    return donations_between(nation, start, now + timedelta(microseconds=1))


def donors_over(nation: Nation, cents: int, since: datetime | None = None) -> set[str]:
    """Who has at least one succeeded donation of more than `cents`, at any time or since a moment."""
    return {
        row["signup_id"]
        for row in nation["donations"].rows.values()
        if row["status"] == "succeeded"
        and row["signup_id"] is not None
        and row["amount_in_cents"] > cents
        and (since is None or row["succeeded_at"] >= since)
    }


def people_with_tag(nation: Nation, name: str) -> set[str]:
    """Who carries the tag; its name is found without regard to case."""
    tag = find_tag(nation, name)
    return (
        set()
        if tag is None
        else {row["signup_id"] for row in nation["signup_taggings"].where("tag_id", tag["id"])}
    )


def list_members(nation: Nation, name: str) -> set[str]:
    """Who is on the list of that name. Raises `KeyError`."""
    for list_id, row in nation["lists"].rows.items():
        if row["name"] == name:
            return set(nation.list_members.get(list_id, ()))
    raise KeyError(name)


def joined_between(nation: Nation, start: datetime, end: datetime) -> list[Row]:
    """People and organisations created in the period, `end` excluded."""
    return [row for row in nation["signups"].rows.values() if start <= row["created_at"] < end]


def upcoming_events(nation: Nation, now: datetime) -> list[Row]:
    """Events that begin later, soonest first."""
    return sorted(
        (row for row in nation["events"].rows.values() if row["start_at"] > now),
        key=lambda row: row["start_at"],
    )


def coming(nation: Nation, event_id: str) -> list[Row]:
    """RSVPs of an event that are not cancelled."""
    return [row for row in nation["event_rsvps"].where("event_id", event_id) if not row["canceled"]]


def memberships_expiring(nation: Nation, now: datetime, days: int) -> list[Row]:
    """Active memberships that end from today to that many days ahead, in the nation's zone."""
    today = now.astimezone(nation.zone).date()
    last = (today + timedelta(days=days)).isoformat()
    return [
        row
        for row in nation["memberships"].rows.values()
        if row["status"] == "active" and row["expires_on"] and today.isoformat() <= row["expires_on"] <= last
    ]


def active_journeys(nation: Nation, path_name: str) -> list[Row]:
    """Who is under way on a path."""
    ids = {row["id"] for row in nation["paths"].rows.values() if row["name"] == path_name}
    return [
        row
        for row in nation["path_journeys"].rows.values()
        if row["path_id"] in ids and row["journey_status"] == "active"
    ]


def event_name(nation: Nation, event: Row) -> str:
    """An event's name, which lives on its page."""
    return str(nation["pages"].rows[event["page_id"]]["name"])


def summary(nation: Nation, now: datetime, zone: str | None = None) -> dict[str, Any]:
    """The figures most asked for, as JSON. `zone` is an IANA name; the nation's own by default."""
    chosen = nation.zone if zone is None else ZoneInfo(zone)
    start, end = week_of(now, chosen)
    month = now - timedelta(days=30)
    return {
        "nation": nation.slug,
        "now": now.isoformat(),
        "zone": str(chosen),
        "week": [start.isoformat(), end.isoformat()],
        "records": {kind: len(table.rows) for kind, table in nation.tables.items()},
        "people": sum(row["signup_type"] == 0 for row in nation["signups"].rows.values()),
        "organisations": sum(row["signup_type"] == 1 for row in nation["signups"].rows.values()),
        "joined_this_week": len(joined_between(nation, start, end)),
        "donations_this_week": vars(totals(donations_this_week(nation, now, chosen))),
        "donations_last_30_days": vars(
            totals(donations_between(nation, month, now + timedelta(microseconds=1)))
        ),
        "donors_over_10000_cents": sorted(donors_over(nation, 10_000), key=int),
        "donors_over_10000_cents_last_30_days": sorted(donors_over(nation, 10_000, month), key=int),
        "volunteers": len(people_with_tag(nation, "volunteer")),
        "upcoming_events": [
            {
                "id": row["id"],
                "name": event_name(nation, row),
                "start_at": row["start_at"].isoformat(),
                "coming": len(coming(nation, row["id"])),
            }
            for row in upcoming_events(nation, now)
        ],
        "memberships_expiring_30_days": len(memberships_expiring(nation, now, 30)),
    }
