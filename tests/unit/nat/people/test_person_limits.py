"""How often one person may do what is not for nothing."""

from datetime import timedelta

import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.contract.fields import Limit
from nat.errors import Throttled
from nat.ids import UserId
from nat.people.person_limits import PersonLimits
from nat.settings import TableNames
from tests.unit.nat.world import START


@pytest.fixture
def limits(tables: TableNames) -> PersonLimits:
    return PersonLimits(Store(clients.dynamodb(), tables))


def test_what_is_too_often_within_a_minute_waits_for_the_next(limits: PersonLimits) -> None:
    now = START.replace(second=40)
    for _ in range(Limit.EXPORTS.a_minute):
        limits.take(Limit.EXPORTS, UserId("ann"), now)

    with pytest.raises(Throttled) as refused:
        limits.take(Limit.EXPORTS, UserId("ann"), now)

    assert refused.value.retry_after == 20
    limits.take(Limit.EXPORTS, UserId("ann"), now + timedelta(seconds=20))


def test_people_and_limits_are_counted_apart(limits: PersonLimits) -> None:
    for _ in range(Limit.EXPORTS.a_minute):
        limits.take(Limit.EXPORTS, UserId("ann"), START)

    limits.take(Limit.EXPORTS, UserId("bob"), START)
    limits.take(Limit.DECISIONS, UserId("ann"), START)
