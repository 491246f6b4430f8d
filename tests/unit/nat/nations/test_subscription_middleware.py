"""Any user of a nation with an active subscription may use Nat; nobody else."""

from dataclasses import dataclass

import msgspec
import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.errors import (
    BadRequest,
    LimitReached,
    NatError,
    NationUnknown,
    SubscriptionInactive,
    SubscriptionRequired,
    Unauthenticated,
)
from nat.handlers.routes.nation import subscription_of
from nat.ids import NationSlug, UserId
from nat.nations.record import Nations, SubscriptionStatus
from nat.nations.subscription import (
    NationSubscriptionMiddleware,
    SubscriptionCheck,
    get_nation_subscription,
    verify_nation_subscription,
)
from nat.settings import TableNames
from tests.unit.nat.world import PLANS, Clock, nation, store_nation


@dataclass(frozen=True)
class Caller:
    nation_slug: NationSlug
    user_id: UserId


@pytest.fixture
def check(tables: TableNames) -> SubscriptionCheck:
    return SubscriptionCheck(Nations(Store(clients.dynamodb(), tables)), PLANS, clock=Clock())


@pytest.mark.parametrize("status", [SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING])
def test_an_active_or_trialing_nation_may_use_nat(
    tables: TableNames, check: SubscriptionCheck, status: SubscriptionStatus
) -> None:
    stored = store_nation(tables, nation(subscription_status=status))

    assert verify_nation_subscription(UserId("ann"), NationSlug("demo"), check, query=True) == stored


@pytest.mark.parametrize(
    ("user", "slug", "error"),
    [
        ("ann", "demo", SubscriptionInactive),
        ("ann", "unknown", NationUnknown),
        ("ann", "../demo", BadRequest),
        ("ann", "demo\n", BadRequest),
        ("ann", "", BadRequest),
        ("", "demo", Unauthenticated),
    ],
)
def test_everything_else_is_refused_with_its_own_error(
    tables: TableNames, check: SubscriptionCheck, user: str, slug: str, error: type[NatError]
) -> None:
    store_nation(tables, nation(subscription_status=SubscriptionStatus.CANCELLED))

    with pytest.raises(NatError) as caught:
        verify_nation_subscription(UserId(user), NationSlug(slug), check)

    assert type(caught.value) is error


def test_at_the_limit_only_queries_are_refused(tables: TableNames, check: SubscriptionCheck) -> None:
    store_nation(tables, nation(queries_used_this_period=500))

    assert verify_nation_subscription(UserId("ann"), NationSlug("demo"), check)
    with pytest.raises(LimitReached):
        verify_nation_subscription(UserId("ann"), NationSlug("demo"), check, query=True)


@pytest.mark.parametrize(
    ("own", "url"),
    [
        (None, "https://app.example/settings/billing"),
        ("https://brand.example", "https://brand.example/settings/billing"),
    ],
)
@pytest.mark.parametrize("status", [SubscriptionStatus.ACTIVE, SubscriptionStatus.CANCELLED])
def test_a_refusal_leads_to_the_plans_in_the_web_app_of_the_nation(
    tables: TableNames, status: SubscriptionStatus, own: str | None, url: str
) -> None:
    store_nation(tables, nation(subscription_status=status, queries_used_this_period=500, web_app=own))
    nations = Nations(Store(clients.dynamodb(), tables))
    check = SubscriptionCheck(nations, PLANS, clock=Clock(), app_url="https://app.example/")

    with pytest.raises(SubscriptionRequired) as refused:
        verify_nation_subscription(UserId("ann"), NationSlug("demo"), check, query=True)

    told = refused.value.as_body()["error"]
    assert isinstance(told, dict)
    assert told["url"] == url


def test_a_soft_cap_refuses_nothing(tables: TableNames, check: SubscriptionCheck) -> None:
    store_nation(tables, nation(subscription_plan="starter", queries_used_this_period=5_000))

    assert verify_nation_subscription(UserId("ann"), NationSlug("demo"), check, query=True)


def test_the_state_tells_a_client_what_to_show(tables: TableNames, check: SubscriptionCheck) -> None:
    store_nation(tables, nation(queries_used_this_period=500, nb_needs_reauth=True))

    told = subscription_of(get_nation_subscription(NationSlug("demo"), check))

    assert msgspec.to_builtins(told) == {
        "nation_slug": "demo",
        "status": "active",
        "active": True,
        "plan": "nat",
        "queries_used": 500,
        "queries_limit": 500,
        "period_start": "2026-11-20T09:30:00.000Z",
        "limit_reached": True,
        "nb_connected": True,
        "nb_needs_reauth": True,
    }


def test_a_period_that_is_over_does_not_show_or_stop_as_used_up(tables: TableNames) -> None:
    store_nation(tables, nation(queries_used_this_period=500))
    clock = Clock()
    check = SubscriptionCheck(Nations(Store(clients.dynamodb(), tables)), PLANS, clock=clock)

    clock.advance(days=30)

    state = get_nation_subscription(NationSlug("demo"), check)
    assert (state.queries_used, state.limit_reached) == (0, False)
    assert verify_nation_subscription(UserId("ann"), NationSlug("demo"), check, query=True)


def test_a_nation_without_a_record_has_no_subscription(check: SubscriptionCheck) -> None:
    state = get_nation_subscription(NationSlug("unknown"), check)

    assert state.status is SubscriptionStatus.NONE
    assert not state.status.usable


def test_the_middleware_goes_on_for_a_paying_nation(tables: TableNames, check: SubscriptionCheck) -> None:
    store_nation(tables, nation())

    greet = NationSubscriptionMiddleware(lambda caller, word: f"{word} {caller.user_id}", check)

    assert greet(Caller(NationSlug("demo"), UserId("ann")), "hello") == "hello ann"


def test_the_middleware_does_not_reach_the_function_otherwise(
    tables: TableNames, check: SubscriptionCheck
) -> None:
    store_nation(tables, nation(queries_used_this_period=500))
    reached: list[str] = []
    ask = NationSubscriptionMiddleware(lambda caller: reached.append(caller.user_id), check, query=True)

    with pytest.raises(LimitReached):
        ask(Caller(NationSlug("demo"), UserId("ann")))

    assert reached == []
