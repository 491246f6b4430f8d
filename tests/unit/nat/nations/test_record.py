"""Nation records are written conditionally."""

from datetime import UTC, datetime

import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.errors import NationUnknown
from nat.ids import NationSlug
from nat.nations.record import Nations
from nat.settings import TableNames
from tests.unit.nat.world import START, nation, store_nation


@pytest.fixture
def nations(tables: TableNames) -> Nations:
    return Nations(Store(clients.dynamodb(), tables))


def test_a_record_comes_back_as_it_was_stored(tables: TableNames, nations: Nations) -> None:
    stored = store_nation(
        tables,
        nation(
            stripe_customer_id="cus_1",
            nb_token_expires_at=START,
            time_zone="America/New_York",
            policy={"classes": {"bulk": "deny"}},
        ),
    )

    assert nations.require(NationSlug("demo")) == stored


def test_a_record_is_not_created_twice(tables: TableNames, nations: Nations) -> None:
    store_nation(tables, nation(queries_used_this_period=9))

    assert not nations.create(nation())
    assert nations.require(NationSlug("demo")).queries_used_this_period == 9


def test_an_update_sets_removes_and_stamps(tables: TableNames, nations: Nations) -> None:
    store_nation(tables, nation(admin_email="a@example.org"))
    now = datetime(2026, 12, 1, tzinfo=UTC)

    changed = nations.update(NationSlug("demo"), {"nb_needs_reauth": True, "admin_email": None}, now=now)

    assert changed == nations.require(NationSlug("demo"))
    assert changed is not None
    assert (changed.nb_needs_reauth, changed.admin_email, changed.updated_at) == (True, None, now)


def test_an_update_that_expects_something_else_changes_nothing(tables: TableNames, nations: Nations) -> None:
    stored = store_nation(tables, nation())

    assert (
        nations.update(NationSlug("demo"), {"queries_limit": 9}, expected={"subscription_plan": "nat_pro"})
        is None
    )
    assert (
        nations.update(NationSlug("demo"), {"queries_limit": 9}, expected={"subscription_plan": None}) is None
    )
    assert nations.require(NationSlug("demo")) == stored


def test_an_update_does_not_bring_a_nation_into_being(nations: Nations) -> None:
    assert nations.update(NationSlug("nowhere"), {"queries_limit": 9}) is None
    with pytest.raises(NationUnknown):
        nations.require(NationSlug("nowhere"))


def test_a_field_that_nations_do_not_have_is_a_defect(tables: TableNames, nations: Nations) -> None:
    with pytest.raises(ValueError, match="colour"):
        nations.update(NationSlug("demo"), {"colour": "red"})


def test_many_records_are_read_at_once(tables: TableNames, nations: Nations) -> None:
    for number in range(120):
        store_nation(tables, nation(f"n{number}"))

    found = nations.get_many([*(f"n{number}" for number in range(120)), "nowhere", "n1"])

    assert set(found) == {f"n{number}" for number in range(120)}
