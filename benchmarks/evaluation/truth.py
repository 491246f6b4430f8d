"""What is true of a nation, computed from its seeded records alone.

Nothing here is shared with the tools or with the stand-in's filters and rules: a fault that both had would
prove itself right. A test holds this module to that.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.nationbuilder.store import Nation

Row = dict[str, Any]


@dataclass(frozen=True)
class Sum:
    """Donations added up: how many, cents, and from how many different people or organisations."""

    count: int
    cents: int
    donors: int


def rows(nation: "Nation", kind: str) -> Iterable[Row]:
    """All records of a kind."""
    return nation.tables[kind].rows.values()


def named(nation: "Nation", kind: str, name: str) -> str:
    """The id of the one record of a kind with exactly this name. Raises `ValueError`."""
    (found,) = [row["id"] for row in rows(nation, kind) if row["name"] == name]
    return str(found)


def monday(now: datetime) -> datetime:
    """When the week of `now`, a moment on the nation's clock, began."""
    return _midnight(now.date() - timedelta(days=now.weekday()), now)


def days_ago(now: datetime, days: int) -> datetime:
    """The midnight so many days before today's."""
    return _midnight(now.date() - timedelta(days=days), now)


def given(nation: "Nation", start: datetime, end: datetime, status: str = "succeeded") -> list[Row]:
    """Donations that got this status from `start` up to `end`, which is excluded."""
    return [
        row
        for row in rows(nation, "donations")
        if row["status"] == status and row[f"{status}_at"] is not None and start <= row[f"{status}_at"] < end
    ]


def total(donations: Iterable[Row]) -> Sum:
    """Add donations up."""
    found = list(donations)
    return Sum(
        len(found),
        sum(row["amount_in_cents"] for row in found),
        len({row["signup_id"] for row in found if row["signup_id"] is not None}),
    )


def this_week(nation: "Nation", now: datetime) -> Sum:
    """Succeeded donations since Monday."""
    return total(given(nation, monday(now), now))


def last_week(nation: "Nation", now: datetime) -> Sum:
    """Succeeded donations of the week before this one."""
    start = monday(now)
    return total(given(nation, _midnight(start.date() - timedelta(days=7), now), start))


def last_days(nation: "Nation", now: datetime, days: int) -> Sum:
    """Succeeded donations of today and the days before it, `days` days in all."""
    return total(given(nation, days_ago(now, days - 1), now))


def by_code(nation: "Nation", donations: Iterable[Row]) -> Mapping[str, Sum]:
    """The same by tracking code, by the code's name; without one under `none`."""
    names = {row["id"]: row["name"] for row in rows(nation, "donation_tracking_codes")}
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in donations:
        groups[names.get(row["donation_tracking_code_id"], "none")].append(row)
    return {name: total(found) for name, found in groups.items()}


def by_day(donations: Iterable[Row], now: datetime) -> Mapping[date, Sum]:
    """The same by day on the nation's clock."""
    groups: dict[date, list[Row]] = defaultdict(list)
    for row in donations:
        groups[row["succeeded_at"].astimezone(now.tzinfo).date()].append(row)
    return {day: total(found) for day, found in sorted(groups.items())}


def top(donations: Iterable[Row], how_many: int) -> list[tuple[str, int]]:
    """Who gave most: ids with cents, largest first, equal ones by id."""
    sums: Counter[str] = Counter()
    for row in donations:
        sums[row["signup_id"]] += row["amount_in_cents"]
    return sorted(sums.items(), key=lambda pair: (-pair[1], int(pair[0])))[:how_many]


def gave_more_than(nation: "Nation", cents: int) -> set[str]:
    """Who gave more than this in all."""
    sums: Counter[str] = Counter()
    for row in rows(nation, "donations"):
        if row["status"] == "succeeded" and row["signup_id"] is not None:
            sums[row["signup_id"]] += row["amount_in_cents"]
    return {each for each, given_cents in sums.items() if given_cents > cents}


def tagged(nation: "Nation", name: str) -> set[str]:
    """Who carries the tag of exactly this name."""
    ids = {row["id"] for row in rows(nation, "signup_tags") if row["name"] == name}
    return {row["signup_id"] for row in rows(nation, "signup_taggings") if row["tag_id"] in ids}


def tags_of(nation: "Nation", person: str) -> set[str]:
    """The names of a person's tags."""
    names = {row["id"]: row["name"] for row in rows(nation, "signup_tags")}
    return {names[row["tag_id"]] for row in rows(nation, "signup_taggings") if row["signup_id"] == person}


def on_list(nation: "Nation", name: str) -> set[str]:
    """Who is on a list."""
    return set(nation.list_members.get(named(nation, "lists", name), ()))


def names(nation: "Nation", ids: Iterable[str]) -> list[str]:
    """The full names of people."""
    return [str(nation.tables["signups"].rows[each]["full_name"]) for each in ids]


def other_names(nation: "Nation", ids: Iterable[str]) -> set[str]:
    """The full names of everybody else that can be nothing but names: first and last name, only letters."""
    apart = set(names(nation, ids))
    found = {str(row["full_name"]) for row in rows(nation, "signups")} - apart
    return {each for each in found if " " in each and all(map(str.isalpha, each.split()))}


def event(nation: "Nation", name: str) -> Row:
    """The event whose page has this name."""
    page = named(nation, "pages", name)
    (found,) = [row for row in rows(nation, "events") if row["page_id"] == page]
    return found


def upcoming(nation: "Nation", now: datetime) -> list[Row]:
    """Events still to begin, soonest first."""
    return sorted(
        (row for row in rows(nation, "events") if row["start_at"] > now), key=lambda row: row["start_at"]
    )


def coming(nation: "Nation", event_id: str) -> set[str]:
    """Who said yes to an event and did not cancel."""
    return {
        row["signup_id"]
        for row in rows(nation, "event_rsvps")
        if row["event_id"] == event_id and not row["canceled"]
    }


def under_way(nation: "Nation", path: str) -> list[Row]:
    """Active journeys on a path."""
    path_id = named(nation, "paths", path)
    return [
        row
        for row in rows(nation, "path_journeys")
        if row["path_id"] == path_id and row["journey_status"] == "active"
    ]


def by_step(nation: "Nation", path: str) -> Mapping[str, int]:
    """Active journeys by the name of the step they are on."""
    steps = {row["id"]: row["name"] for row in rows(nation, "path_steps")}
    return Counter(steps[row["current_step_id"]] for row in under_way(nation, path))


def expiring(nation: "Nation", now: datetime, days: int) -> int:
    """Active memberships that end from today to so many days ahead, both included."""
    last = now.date() + timedelta(days=days)
    return sum(
        row["status"] == "active"
        and row["expires_on"] is not None
        and now.date() <= date.fromisoformat(row["expires_on"]) <= last
        for row in rows(nation, "memberships")
    )


def with_status(nation: "Nation", kind: str, status: str) -> int:
    """Records of a kind with a status."""
    return sum(row["status"] == status for row in rows(nation, kind))


def signatures(nation: "Nation", petition: str) -> int:
    """Signatures under the petition whose page has this name."""
    page = named(nation, "pages", petition)
    (petition_id,) = [row["id"] for row in rows(nation, "petitions") if row["page_id"] == page]
    return sum(row["petition_id"] == petition_id for row in rows(nation, "petition_signatures"))


def answers(nation: "Nation", question: str) -> Mapping[str, int]:
    """How often each choice of a survey question was taken."""
    (question_id,) = [row["id"] for row in rows(nation, "survey_questions") if row["content"] == question]
    choices = {
        row["id"]: row["name"]
        for row in rows(nation, "survey_question_possible_responses")
        if row["survey_question_id"] == question_id
    }
    return Counter(
        choices[row["survey_question_possible_response_id"]]
        for row in rows(nation, "survey_question_responses")
        if row["survey_question_id"] == question_id
    )


def enrolled(nation: "Nation") -> Mapping[str, int]:
    """People in each automation, by its name."""
    automations = nation.tables["automations"].rows
    return Counter(
        automations[row["automation_id"]]["name"] for row in rows(nation, "automation_enrollments")
    )


def joined(nation: "Nation", start: datetime, end: datetime) -> int:
    """People and organisations that came in the period."""
    return sum(start <= row["created_at"] < end for row in rows(nation, "signups"))


def people_who(nation: "Nation", attribute: str, value: Any = True) -> int:
    """People and organisations with this value."""
    return sum(row[attribute] == value for row in rows(nation, "signups"))


def contacts_since(nation: "Nation", start: datetime, method: str | None = None) -> int:
    """Contacts logged since a moment."""
    return sum(
        row["created_at"] >= start and method in (None, row["contact_method"])
        for row in rows(nation, "contacts")
    )


def outstanding(nation: "Nation") -> tuple[int, int]:
    """Pledges that are not paid in full: how many, and the cents still to come."""
    left = []
    for pledge in rows(nation, "pledges"):
        paid = sum(
            row["amount_in_cents"]
            for row in rows(nation, "donations")
            if row["pledge_id"] == pledge["id"] and row["status"] == "succeeded"
        )
        if paid < pledge["amount_in_cents"]:
            left.append(pledge["amount_in_cents"] - paid)
    return len(left), sum(left)


def figures(nation: "Nation", now: datetime) -> Mapping[str, Any]:
    """What must differ between two nations, so that an answer about the wrong one is wrong."""
    week, month = this_week(nation, now), last_days(nation, now, 30)
    found: dict[str, Any] = {
        "week count": week.count,
        "week cents": week.cents,
        "week donors": week.donors,
        "last week": last_week(nation, now).cents,
        "average": week.cents and round(week.cents / week.count),
        "month cents": month.cents,
        "month count": month.count,
        "month donors": month.donors,
        "given": len(gave_more_than(nation, 10_000)),
        "organisations": people_who(nation, "signup_type", 1),
        "do not contact": people_who(nation, "do_not_contact"),
        "supporters": people_who(nation, "support_level", 1),
        "expiring": expiring(nation, now, 30),
        "lapsed": with_status(nation, "memberships", "expired"),
        "pledges": outstanding(nation),
        "joined": joined(nation, monday(now), now),
        "failed": total(given(nation, days_ago(now, 89), now, "failed")).cents,
        "contacts": contacts_since(nation, days_ago(now, 29)),
    }
    for row in rows(nation, "path_steps"):
        path = nation.tables["paths"].rows[row["path_id"]]["name"]
        found[f"path {path}"] = len(under_way(nation, path))
    for row in upcoming(nation, now):
        found[f"coming {nation.tables['pages'].rows[row['page_id']]['name']}"] = len(
            coming(nation, row["id"])
        )
    return found


def _midnight(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo)
