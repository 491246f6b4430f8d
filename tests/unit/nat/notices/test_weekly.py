"""Weekly reports reach admins on Monday morning of their nation's clock and the operator, once each, and end
for who has had enough by one POST."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.aws.writes import Put
from nat.errors import StateInvalid
from nat.handlers import weekly_reports
from nat.ids import NationSlug, UserId
from nat.names import REPORTS_OFF, Secret, Table
from nat.nations.record import Nations
from nat.notices.report_tokens import ReportTokens
from nat.notices.weekly import Reporting, WeeklyReports
from nat.people.memberships import Memberships
from nat.roles import Role
from tests.unit.nat.notices.bureau import BRANDS, Bureau
from tests.unit.nat.world import PLANS, put_secret

KEY = b"k" * 64
MONDAY = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
TOKENS = ReportTokens(lambda: KEY)
SLUG = NationSlug("demo")


class Desk:
    """A nation with an owner, an admin and a member who asked last week."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau = bureau
        bureau.clock.now = MONDAY
        bureau.add("ada", Role.ADMIN)
        bureau.add("olga", Role.OWNER)
        bureau.add("mo", Role.MEMBER)
        self.store = Store(clients.dynamodb(), bureau.tables, bureau.clock)
        for day, user, queries in (
            ("2026-11-16", "mo", 7),
            ("2026-11-22", "ada", 2),
            ("2026-11-15", "mo", 4),
        ):
            self.store.write(
                Put(
                    Table.USAGE,
                    {
                        "nation_slug": SLUG,
                        "day_user": f"{day}#{user}",
                        "queries": queries,
                        "cost_micros": queries * 1_000_000,
                    },
                )
            )

    def set(self, **changes: Any) -> None:
        assert Nations(self.store).update(SLUG, changes)

    def run(self) -> int:
        reporting = Reporting(
            self.store, clients.mail(), BRANDS, PLANS, TOKENS, self.bureau.operator, margin_percent=85
        )
        return WeeklyReports(reporting).run()

    def mails(self, user: str) -> list[dict[str, Any]]:
        return self.bureau.mails(user)


@pytest.fixture
def desk(bureau: Bureau) -> Desk:
    return Desk(bureau)


def test_admins_and_the_operator_are_told_of_the_week_once_and_members_are_not(desk: Desk) -> None:
    assert desk.run() == 3
    assert desk.run() == 0

    (mail,) = desk.mails("ada")
    assert mail["Subject"] == "demo: 9 questions last week"
    assert "5 more than the week before" in mail["BodyText"]
    assert desk.bureau.address("mo") in mail["BodyText"]
    assert "$9.00" in mail["BodyText"]
    assert len(desk.mails("olga")) == 1
    assert desk.mails("mo") == []
    (operator,) = desk.mails("operator")
    assert operator["Subject"].startswith("Weekly report: 9 questions")
    assert desk.bureau.address("mo") not in operator["BodyText"]


@pytest.mark.parametrize(
    ("zone", "hour", "told"),
    [
        ("UTC", 8, True),
        ("UTC", 7, False),
        ("UTC", 12, False),
        ("America/New_York", 8, False),
        ("America/New_York", 13, True),
        ("Asia/Tokyo", 1, True),
        ("Not/There", 8, True),
    ],
)
def test_they_come_on_monday_morning_of_the_nations_own_clock(
    desk: Desk, zone: str, hour: int, told: bool
) -> None:
    desk.set(time_zone=zone)
    desk.bureau.clock.now = MONDAY.replace(hour=hour)

    desk.run()

    assert len(desk.mails("ada")) == told


@pytest.mark.parametrize("changes", [{"weekly_report": False}, {"subscription_status": "cancelled"}])
def test_a_nation_that_wants_none_or_pays_nothing_gets_none(desk: Desk, changes: dict[str, Any]) -> None:
    desk.set(**changes)

    desk.run()

    assert desk.mails("ada") == []
    assert len(desk.mails("operator")) == 1


def event(method: str, token: str) -> dict[str, Any]:
    """A call of the public address, with no session."""
    key = f"{method} {REPORTS_OFF}"
    return {
        "version": "2.0",
        "routeKey": key,
        "headers": {},
        "requestContext": {"routeKey": key, "requestId": "r1"},
        "pathParameters": {"token": token},
    }


@pytest.fixture
def tokens(desk: Desk) -> Iterator[ReportTokens]:
    """The public function's tokens, signed with the key of the platform's secret."""
    put_secret(Secret.OAUTH_STATE, "k" * 64)
    weekly_reports.store.cache_clear()
    weekly_reports.tokens.cache_clear()
    yield weekly_reports.tokens()
    weekly_reports.store.cache_clear()
    weekly_reports.tokens.cache_clear()


def test_a_post_ends_them_for_its_person_and_opening_the_link_does_not(
    desk: Desk, tokens: ReportTokens
) -> None:
    token = tokens.make(SLUG, UserId("ada"))

    opened = weekly_reports.off(event("GET", token), None)
    assert opened["statusCode"] == 200
    assert '<form method="post">' in opened["body"]
    assert Memberships(desk.store).without_reports(SLUG) == frozenset()
    ended = weekly_reports.off(event("POST", token), None)

    assert weekly_reports.ENDED in ended["body"]
    desk.run()
    assert desk.mails("ada") == []
    assert len(desk.mails("olga")) == 1


@pytest.mark.usefixtures("tokens")
@pytest.mark.parametrize("token", ["", "x", "e30.e30", "a" * 5_000])
def test_a_token_that_we_did_not_sign_ends_nothing(desk: Desk, token: str) -> None:
    answer = weekly_reports.off(event("POST", token), None)

    assert answer["statusCode"] >= 400
    assert json.loads(answer["body"])["error"]["code"] == StateInvalid.code
    assert Memberships(desk.store).without_reports(SLUG) == frozenset()


def test_a_token_of_one_person_is_nobody_elses(desk: Desk) -> None:
    payload = TOKENS.make(SLUG, UserId("ada")).partition(".")[0]
    other = TOKENS.make(SLUG, UserId("olga")).partition(".")[2]

    with pytest.raises(StateInvalid):
        TOKENS.read(f"{payload}.{other}")
