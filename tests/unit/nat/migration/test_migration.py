"""Old tenants, a third of them broken: moved, interrupted and moved again. A thousand in `tests/soak`."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.items import decode, timestamp
from nat.aws.store import Store
from nat.ids import UserId
from nat.migration.hand_over import HandOverOutcome
from nat.migration.report import Fate, MigrationReport
from nat.migration.tenants import Note
from nat.names import Secret, Table
from nat.nations.record import Nation, Nations, SubscriptionStatus
from nat.people.memberships import Memberships
from nat.people.users import Users
from nat.roles import Role
from nat.settings import TableNames
from tests.embedded import new_tables
from tests.unit.nat import world
from tests.unit.nat.migration.former import NOW, Former, generate, pair, row
from tests.unit.nat.migration.moving import Died, Office, left_behind, set_up, unmarked

LOT = 200


@pytest.fixture(autouse=True)
def _platform(tables: TableNames, monkeypatch: pytest.MonkeyPatch) -> None:  # stores come first
    set_up(monkeypatch)


@contextmanager
def standing(former: Former, tables: TableNames) -> Iterator[Former]:
    former.store(tables)
    try:
        yield former
    finally:
        former.forget()


def migrate(office: Office) -> MigrationReport:
    return office.migration.apply(office.migration.decided())


def migrate_interrupted(office: Office, chance: random.Random, most: int) -> MigrationReport:
    """Run again and again, each time dying after some more requests, until a run comes to its end."""
    for _ in range(most):
        office.life.left = chance.randint(1, 400)
        try:
            return migrate(office)
        except Died:
            continue
    office.life.left = None
    return migrate(office)


def one(tables: TableNames, **changes: Any) -> Former:
    """One tenant, and a pair if it is connected."""
    made = row("t1", f"n-{tables[Table.TENANTS][:8]}", **changes)
    former = Former({"t1": {name: value for name, value in made.items() if value is not None}})
    if made["nb_connected"]:
        former.secrets["t1"] = pair("t1", NOW)
    return former


def nation_of(office: Office, former: Former) -> Nation:
    return Nations(Store(clients.dynamodb(), office.tables)).require(former.rows["t1"]["nationbuilder_slug"])


def test_they_end_as_the_dry_run_said_though_interrupted(tables: TableNames) -> None:
    office, chance = Office(tables), random.Random(7)
    with standing(generate(LOT, 7, connected=0.1), tables):
        decided = office.migration.decided()
        foretold = {each.tenant_id: each for each in office.migration.rehearse(decided).lines}
        before = world.rows(tables, Table.NATIONS)

        report = migrate_interrupted(office, chance, most=4)

        assert not before
        assert len(report.lines) == len(foretold) == LOT
        assert report.finished
        for line in report.lines:
            told = foretold[line.tenant_id]
            assert line.fate in (told.fate, Fate.ALREADY)
            assert (line.nation_slug, line.tokens, line.notes) == (told.nation_slug, told.tokens, told.notes)
        settled = left_behind(tables)
        migrate(office)
        assert left_behind(tables) == settled


def test_interrupted_at_random_it_ends_as_if_it_had_not_been(tables: TableNames) -> None:
    seed, chance = 1, random.Random(1)
    other = TableNames(new_tables(f"whole-{tables[Table.TENANTS][:12]}"))
    whole, broken = (generate(25, seed, connected=0.5) for _ in range(2))
    marks = [next(iter(each.rows)).partition("-")[2] for each in (whole, broken)]
    with standing(whole, other), standing(broken, tables):
        migrate(Office(other))
        office = Office(tables, at_once=chance.choice([1, 4]))
        # The slugs are the same in both, and so are the nations' rows; each has tables of its own.
        migrate_interrupted(office, chance, most=12)

        assert unmarked(left_behind(tables), marks[1]) == unmarked(left_behind(other), marks[0])


def test_a_dry_run_changes_nothing(tables: TableNames) -> None:
    office = Office(tables)
    with standing(generate(30, 3, connected=0.5), tables):
        before = left_behind(tables)

        report = office.migration.rehearse(office.migration.decided())

        assert not report.applied
        assert left_behind(tables) == before


def test_the_record_has_plan_usage_and_period_of_the_tenant(tables: TableNames) -> None:
    office, former = Office(tables), one(tables, queries_soft_cap=2500)
    with standing(former, tables):
        migrate(office)

        nation = nation_of(office, former)
        assert (nation.subscription_plan, nation.subscription_status) == ("team", SubscriptionStatus.ACTIVE)
        assert (nation.queries_used_this_period, nation.queries_limit) == (120, 2500)
        assert timestamp(nation.billing_period_start) == former.rows["t1"]["billing_cycle_start"]
        assert (nation.stripe_customer_id, nation.stripe_subscription_id) == ("cus_t1", "sub_t1")
        assert (nation.owner_id, nation.owner_provisional) == ("t1-a", False)


def test_the_owner_of_a_nation_that_was_never_connected_is_provisional(tables: TableNames) -> None:
    office, former = Office(tables), one(tables, nb_connected=False, nb_connected_at=None)
    with standing(former, tables):
        migrate(office)

        nation = nation_of(office, former)
        assert (nation.owner_id, nation.owner_provisional, nation.nb_connected) == ("t1-a", True, False)


def test_people_are_members_with_their_roles_and_a_primary_nation(tables: TableNames) -> None:
    office, former = Office(tables), one(tables)
    with standing(former, tables):
        migrate(office)

        slug = former.rows["t1"]["nationbuilder_slug"]
        memberships = Memberships(Store(clients.dynamodb(), tables))
        roles = {each: memberships.require(slug, UserId(each)).role for each in ("t1-a", "t1-m")}
        assert roles == {"t1-a": Role.OWNER, "t1-m": Role.MEMBER}
        user = Users(Store(clients.dynamodb(), tables)).get(UserId("t1-m"))
        assert user is not None
        # The address was never proven to us.
        assert (user.nation_slug, user.email) == (slug, None)


def test_a_primary_nation_that_somebody_chose_stays(tables: TableNames) -> None:
    office, former = Office(tables), one(tables)
    now = timestamp(NOW)
    world.put(
        tables,
        Table.USERS,
        {"user_id": "t1-m", "nation_slug": "elsewhere", "created_at": now, "last_active_at": now},
    )
    with standing(former, tables):
        migrate(office)

        user = Users(Store(clients.dynamodb(), tables)).get(UserId("t1-m"))
        assert user is not None
        assert user.nation_slug == "elsewhere"


def test_somebody_removed_since_is_not_let_in_again(tables: TableNames) -> None:
    office, former = Office(tables), one(tables)
    with standing(former, tables):
        migrate(office)
        memberships = Memberships(Store(clients.dynamodb(), tables))
        memberships.remove(former.rows["t1"]["nationbuilder_slug"], UserId("t1-m"))

        migrate(office)

        assert memberships.of_user(UserId("t1-m")) == []


def test_sixty_people_come_in(tables: TableNames) -> None:
    users = [{"user_id": f"u{number}", "role": "member"} for number in range(60)]
    office, former = Office(tables), one(tables, users=users)
    with standing(former, tables):
        migrate(office)

        slug = former.rows["t1"]["nationbuilder_slug"]
        assert len(Memberships(Store(clients.dynamodb(), tables)).of_nation(slug)) == 60


def test_nothing_of_the_former_row_is_lost(tables: TableNames) -> None:
    office, former = Office(tables), one(tables)
    with standing(former, tables):
        migrate(office)

        (stored,) = (decode(each) for each in world.rows(tables, Table.TENANTS))
        assert former.rows["t1"].items() <= stored.items()
        clients.secrets().describe_secret(SecretId=Secret.tenant_tokens("t1"))


def test_the_log_of_the_nation_begins_with_the_migration_and_holds(tables: TableNames) -> None:
    office, former = Office(tables), one(tables)
    with standing(former, tables):
        migrate(office)

        audit, slug = Audit(Store(clients.dynamodb(), tables)), former.rows["t1"]["nationbuilder_slug"]
        kinds = [each.kind.value for each in audit.page(slug).entries]
        assert kinds == ["connection.connected", "nation.migrated"]
        assert audit.verify(slug).whole


def test_users_with_tokens_of_their_own_are_reported_by_id(tables: TableNames) -> None:
    name = f"{Secret.USER_TOKENS}t1-m/nb-tokens"
    clients.secrets().create_secret(Name=name, SecretString=pair("own"))
    office, former = Office(tables), one(tables)
    try:
        with standing(former, tables):
            report = migrate(office)

            assert report.lines[0].own_tokens == ("t1-m",)
            assert report.notes[Note.OWN_TOKENS] == 1
    finally:
        clients.secrets().delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_a_nation_that_lost_its_pair_is_asked_to_connect(tables: TableNames) -> None:
    office, former = Office(tables), one(tables)
    former.secrets.clear()
    with standing(former, tables):
        report = migrate(office)

        nation = nation_of(office, former)
        assert report.tokens == {HandOverOutcome.MISSING: 1}
        assert (nation.nb_connected, nation.nb_needs_reauth, nation.refresh_bucket) == (True, True, None)


def test_what_was_put_right_is_handed_over_by_the_next_run(tables: TableNames) -> None:
    office, former = Office(tables), one(tables, nationbuilder_client_id="the-agency")
    secret = Secret.customer_app("agency")
    with standing(former, tables):
        first = migrate(office)
        clients.secrets().create_secret(
            Name=secret, SecretString='{"client_id": "the-agency", "client_secret": "s"}'
        )
        try:
            second = migrate(Office(tables, customers=("agency",)))
        finally:
            clients.secrets().delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)

        nation = nation_of(office, former)
        assert (first.tokens, second.tokens) == (
            {HandOverOutcome.APP_UNKNOWN: 1},
            {HandOverOutcome.HANDED_OVER: 1},
        )
        assert (nation.nb_app, nation.nb_needs_reauth) == ("customer:agency", False)


def test_nobody_is_told_of_connections_that_were_taken_over(tables: TableNames) -> None:
    office, former = Office(tables), one(tables)
    with standing(former, tables):
        migrate(office)

        items = [each["item"]["S"] for each in world.rows(tables, Table.CONNECTIONS)]
        assert not [each for each in items if each.startswith("announcement#")]


def test_the_report_names_no_address_and_no_token(tables: TableNames) -> None:
    office, former = Office(tables), one(tables)
    with standing(former, tables):
        text = migrate(office).as_json()

        assert "@" not in text
        assert "refresh-t1" not in text
