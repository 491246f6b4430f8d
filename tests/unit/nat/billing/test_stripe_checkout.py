"""A nation is subscribed on Stripe's page, once, with its slug and plan where Stripe keeps them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
import stripe

from nat.audit.entry import AuditKind
from nat.aws import clients
from nat.aws.store import Store
from nat.billing.checkout import CheckoutPage, Subscriber
from nat.billing.nation_row import BillingRows
from nat.billing.stripe_api import calls
from nat.billing.sync import Synchroniser
from nat.billing.trials import Trials
from nat.errors import AlreadySubscribed, BillingUnavailable, NotFound, PlanUnknown
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations.record import SubscriptionStatus
from nat.people.memberships import Membership
from nat.roles import Role
from tests.unit.nat import world
from tests.unit.nat.billing.shop import APP, GRACE, PLANS, Shop
from tests.unit.nat.world import START


def test_slug_and_plan_are_in_the_metadata_of_session_and_subscription(shop: Shop) -> None:
    page = shop.begin("nat")
    shop.stripe.complete(page.session_id)

    session = shop.client.v1.checkout.sessions.retrieve(page.session_id)
    assert isinstance(session.subscription, str)
    subscription = shop.client.v1.subscriptions.retrieve(session.subscription)

    assert session.metadata is not None
    expected = {"nation_slug": "demo", "plan": "nat", "user_id": "ada", "web_app": APP}
    assert session.metadata.to_dict() == subscription.metadata.to_dict() == expected
    assert session.client_reference_id == "demo"


def test_the_person_pays_on_the_page_and_comes_back_to_the_app(shop: Shop) -> None:
    page = shop.begin("nat")

    assert "14 days free" in requests.get(page.url, timeout=60).text
    done = requests.post(page.url, data={"do": "pay", "card": "ok"}, allow_redirects=False, timeout=60)

    assert done.status_code == 303
    assert done.headers["location"] == f"{APP}/setup/billing?session={page.session_id}"


def test_a_declined_card_leaves_the_page_open(shop: Shop) -> None:
    page = shop.begin("nat_pro")

    refused = requests.post(page.url, data={"do": "pay", "card": "declined"}, timeout=60)

    assert refused.status_code == 402
    assert shop.client.v1.checkout.sessions.retrieve(page.session_id).status == "open"


def test_trial_days_are_the_plans(shop: Shop) -> None:
    assert shop.begin("nat").trial_days == 14
    assert shop.begin("nat_pro").trial_days == 0


def test_a_nation_has_one_trial(shop: Shop) -> None:
    subscription = shop.subscribe("nat")
    shop.client.v1.subscriptions.cancel(subscription)
    shop.take_all()

    assert shop.begin("nat").trial_days == 0


def test_paying_makes_the_record_and_the_provisional_owner(shop: Shop) -> None:
    shop.subscribe("nat")

    nation = shop.nation()
    memberships = shop.billing.synchroniser.storage.memberships

    assert (nation.subscription_status, nation.subscription_plan) == (SubscriptionStatus.TRIALING, "nat")
    assert nation.queries_limit == 500
    assert memberships.require_known(NationSlug("demo"), UserId("ada")).role is Role.OWNER
    assert (nation.owner_id, nation.owner_provisional) == ("ada", True)
    assert shop.audited(kind=AuditKind.ROLE_CHANGED) == [
        "Owns the nation provisionally: the first to subscribe it"
    ]


class Dying(BillingRows):
    """Rows of a process that ends before it stores what it read."""

    def write(self, *_: object) -> bool:
        raise ConnectionError


def test_a_subscriber_belongs_to_the_nation_as_soon_as_it_has_a_record(shop: Shop) -> None:
    working = shop.billing.synchroniser
    rows = Dying(Store(clients.dynamodb(), shop.tables))
    dying = Synchroniser(
        shop.client, replace(working.storage, rows=rows), PLANS, grace=GRACE, note=lambda *_: None
    )
    session = shop.stripe.complete(shop.begin("nat").session_id)
    _, found = working.nation_of(str(session["subscription"]))

    with pytest.raises(ConnectionError):
        dying.bring_up(NationSlug("demo"), found)

    assert shop.nation().subscription_status is SubscriptionStatus.NONE
    assert working.storage.memberships.require_known(NationSlug("demo"), UserId("ada")).role is Role.OWNER
    assert shop.audited(kind=AuditKind.ROLE_CHANGED) == []
    shop.take_all()
    assert len(shop.audited(kind=AuditKind.ROLE_CHANGED)) == 1


def test_a_nation_hears_from_the_brand_whose_web_app_it_was_paid_in(shop: Shop) -> None:
    shop.subscribe("nat")

    assert shop.nation().web_app == APP


def test_nothing_is_stored_of_a_nation_that_did_not_pay(shop: Shop) -> None:
    shop.begin("nat")
    shop.take_all()

    assert shop.billing.synchroniser.storage.nations.get(NationSlug("demo")) is None


def test_who_subscribes_a_nation_with_members_does_not_become_its_owner(shop: Shop) -> None:
    memberships = shop.billing.synchroniser.storage.memberships
    memberships.put(Membership(NationSlug("demo"), UserId("grace"), Role.OWNER, START))

    shop.subscribe("nat")

    assert memberships.get(NationSlug("demo"), UserId("ada")) is None


def test_an_owner_who_left_does_not_come_back_with_the_next_event(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")
    memberships = shop.billing.synchroniser.storage.memberships
    memberships.remove(NationSlug("demo"), UserId("ada"))

    shop.client.v1.subscriptions.update(subscription, params={"cancel_at_period_end": True})
    shop.take_all()

    assert memberships.get(NationSlug("demo"), UserId("ada")) is None


@pytest.mark.parametrize("plan", ["starter", "gold", ""])
def test_only_plans_on_sale_can_be_bought(shop: Shop, plan: str) -> None:
    with pytest.raises(PlanUnknown):
        shop.begin(plan)


def test_a_second_subscription_is_refused_before_the_first_ones_events_came(shop: Shop) -> None:
    page = shop.begin("nat")
    shop.stripe.complete(page.session_id)

    with pytest.raises(AlreadySubscribed):
        shop.begin("nat_pro")


@pytest.mark.parametrize("card", ["declined", "action"])
def test_a_nation_whose_payment_is_late_pays_that_one(shop: Shop, card: str) -> None:
    shop.subscribe("nat_pro")
    shop.stripe.set_card(shop.customer(), card)
    shop.stripe.advance(days=32)

    with pytest.raises(AlreadySubscribed):
        shop.begin("nat")


def test_after_the_end_a_nation_can_subscribe_again_as_the_same_customer(shop: Shop) -> None:
    first = shop.subscribe("nat_pro")
    customer = shop.customer()
    shop.client.v1.subscriptions.cancel(first)
    shop.take_all()
    assert shop.nation().subscription_status is SubscriptionStatus.CANCELLED

    shop.stripe.advance(seconds=60)
    second = shop.subscribe("nat")

    nation = shop.nation()
    assert (nation.stripe_subscription_id, nation.stripe_customer_id) == (second, customer)
    assert nation.subscription_status is SubscriptionStatus.ACTIVE


def test_a_nation_whose_customer_was_deleted_at_stripe_subscribes_as_a_new_one(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    customer = shop.customer()
    shop.client.v1.customers.delete(customer)
    shop.take_all()

    shop.stripe.advance(seconds=60)
    second = shop.subscribe("nat")

    nation = shop.nation()
    assert nation.stripe_customer_id != customer
    assert (nation.stripe_subscription_id, nation.subscription_status) == (second, SubscriptionStatus.ACTIVE)


def test_a_customer_who_was_deleted_before_paying_is_replaced(shop: Shop) -> None:
    shop.begin("nat")
    (first,) = shop.client.v1.customers.list().data
    shop.client.v1.customers.delete(first.id)

    page = shop.begin("nat")

    assert shop.client.v1.checkout.sessions.retrieve(page.session_id).customer != first.id


def test_a_price_that_took_over_the_key_of_another_is_sold_at_once(shop: Shop) -> None:
    shop.begin("nat")
    store = shop.stripe.state.store
    former = store.get("price", "price_nat")
    newer = {each: former[each] for each in ("product", "recurring", "currency")}
    store.add("price", "price_newer", **newer, unit_amount=3_100, lookup_key="nat", active=True)
    former |= {"lookup_key": None, "active": False}

    shop.subscribe("nat")

    (item,) = shop.client.v1.subscriptions.list().data[0]["items"].data
    assert item.price.id == "price_newer"


def test_what_a_parameter_names_and_stripe_has_not_is_not_found() -> None:
    with pytest.raises(NotFound), calls():
        raise stripe.InvalidRequestError(  # type: ignore[no-untyped-call] # the library's own has no types
            "No such customer", "customer", code="resource_missing", http_status=400
        )


def test_a_newer_page_closes_the_older_one(shop: Shop) -> None:
    first, second = shop.begin("nat"), shop.begin("nat_pro")

    sessions = shop.client.v1.checkout.sessions

    assert sessions.retrieve(first.session_id).status == "expired"
    assert sessions.retrieve(second.session_id).status == "open"


def test_two_pages_begun_at_once_are_of_one_customer(shop: Shop) -> None:
    with ThreadPoolExecutor(2) as threads:
        pages = list(threads.map(lambda plan: shop.begin(plan), ("nat", "nat_pro")))

    sessions = [shop.client.v1.checkout.sessions.retrieve(page.session_id) for page in pages]
    assert len({session.customer for session in sessions}) == 1


def test_nations_do_not_share_a_customer(shop: Shop) -> None:
    shop.subscribe("nat", slug="demo")
    shop.subscribe("nat", slug="harbor")

    assert shop.customer("demo") != shop.customer("harbor")


def test_an_outage_of_stripe_is_said_and_can_be_tried_again(shop: Shop) -> None:
    shop.stripe.state.outages.extend([503] * 6)

    with pytest.raises(BillingUnavailable) as refused:
        shop.begin("nat")

    assert refused.value.retryable
    shop.stripe.state.outages.clear()
    assert shop.begin("nat").url


def test_a_nation_that_was_deleted_and_comes_back_has_no_second_trial(shop: Shop) -> None:
    Trials(Store(clients.dynamodb(), shop.tables)).use_up(NationSlug("demo"))

    assert shop.begin().trial_days == 0
    assert shop.begin(slug="other").trial_days == 14
    rows = world.rows(shop.tables, Table.ONCE)
    assert not any("demo" in row["key"]["S"] for row in rows if row["key"]["S"].startswith("trial#"))


def test_strangers_who_claim_one_slug_share_no_customer_and_close_no_page_of_each_other(shop: Shop) -> None:
    pages = [shop.begin("nat", "demo", user) for user in ("ada", "eve")]

    sessions = [shop.client.v1.checkout.sessions.retrieve(each.session_id) for each in pages]
    assert len({str(each.customer) for each in sessions}) == 2
    assert [each.status for each in sessions] == ["open", "open"]


def stranger(shop: Shop, user: str = "eve") -> CheckoutPage:
    """The page of somebody who has nothing to do with the nation."""
    return shop.billing.checkout.begin(
        Subscriber(NationSlug("demo"), UserId(user), f"{user}@example.org", stranger=True), "nat", APP
    )


def test_what_a_stranger_subscribes_is_ended_and_changes_nothing_of_the_nation(shop: Shop) -> None:
    own = shop.subscribe("nat")
    before = shop.standing()

    bought = shop.stripe.complete(stranger(shop).session_id, "ok")["subscription"]
    shop.take_all()
    shop.take_all()  # also the event of its end

    assert shop.client.v1.subscriptions.retrieve(bought).status == "canceled"
    assert shop.client.v1.subscriptions.retrieve(own).status == "trialing"
    assert shop.standing() == before


def test_of_two_who_paid_for_a_new_nation_the_second_one_is_ended(shop: Shop) -> None:
    """Both pages were open before the nation had anybody."""
    first, second = shop.begin(user="ada"), shop.begin(user="eve")
    shop.stripe.complete(first.session_id, "ok")
    shop.take_all()
    bought = shop.stripe.complete(second.session_id, "ok")["subscription"]
    shop.take_all()

    assert shop.client.v1.subscriptions.retrieve(bought).status == "canceled"
    assert shop.standing()["owner"] == "ada"


def test_a_strangers_page_uses_nothing_of_the_nation(shop: Shop) -> None:
    shop.subscribe("nat")
    unknown = shop.begin(slug="nowhere", user="eve")

    page = stranger(shop)

    customer = shop.client.v1.checkout.sessions.retrieve(page.session_id).customer
    assert customer != shop.customer()
    assert (page.plan, page.trial_days) == (unknown.plan, unknown.trial_days)
