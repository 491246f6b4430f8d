"""Stripe's events: proven, acted on once, right in any order, never lost."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from local.stripe.webhooks import signature
from nat.aws import clients
from nat.aws.store import Store
from nat.billing.stripe_api import Keys, KeysMissing
from nat.billing.stripe_event import SignatureInvalid, StripeEvent, verify
from nat.billing.webhook import Undeliverable
from nat.changes.policy import StoredPolicy
from nat.errors import BadRequest
from nat.ids import NationSlug, UserId
from nat.names import Bus
from nat.nations.plans import UNLIMITED
from nat.nations.record import Nations, SubscriptionStatus
from tests.unit.nat.billing.shop import GRACE, Shop, notified

SECRET = "whsec_one"
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "type": "customer.subscription.updated",
    "created": 1_700_000_000,
    "data": {"object": {"id": "sub_1", "object": "subscription"}},
}
BODY = json.dumps(EVENT)


def use(shop: Shop, queries: int) -> None:
    """Count some queries."""
    for _ in range(queries):
        shop.billing.synchroniser.storage.pool.increment(NationSlug("demo"))


def test_a_signed_event_is_read() -> None:
    found = verify(BODY.encode(), signature(BODY, SECRET), [SECRET])

    assert found == StripeEvent("evt_1", "customer.subscription.updated", 1_700_000_000, "sub_1")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=abc,v1=00",
        signature(BODY, "whsec_other"),
        signature(BODY, SECRET, age_seconds=302),
        signature(BODY + " ", SECRET),
        signature(BODY, SECRET).replace("v1=", "v0="),
    ],
    ids=["missing", "empty", "broken", "other secret", "stale", "other body", "other scheme"],
)
def test_what_stripe_did_not_sign_just_now_is_refused(header: str | None) -> None:
    with pytest.raises(SignatureInvalid):
        verify(BODY.encode(), header, [SECRET])


def test_the_old_secret_is_good_while_a_new_one_is_rolled_out() -> None:
    assert verify(BODY.encode(), signature(BODY, "whsec_old"), ["whsec_new", "whsec_old"]).event == "evt_1"


@pytest.mark.parametrize("body", ["[]", "{}", "null", '{"id": "evt_1"}', "hello"])
def test_a_signed_body_that_is_no_event_is_refused(body: str) -> None:
    with pytest.raises(BadRequest):
        verify(body.encode(), signature(body, SECRET), [SECRET])


def test_an_invoice_names_its_subscription_in_its_parent(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")
    (paid,) = shop.stripe.events("invoice.paid")

    found = notified(paid)

    assert (found.subscription, found.invoice) == (subscription, paid["data"]["object"]["id"])


def test_a_message_comes_back_from_the_queue_as_it_went_in() -> None:
    found = verify(BODY.encode(), signature(BODY, SECRET), [SECRET])

    assert StripeEvent.read(found.as_message()) == found


@pytest.mark.parametrize("text", ["unset", "{}", '{"api_key": "sk", "webhook_secrets": "whsec"}', "[]"])
def test_a_secret_without_keys_says_so(text: str) -> None:
    with pytest.raises(KeysMissing):
        Keys.parse(text)


def test_keys_do_not_show_in_logs() -> None:
    assert "sk_live" not in repr(Keys.parse('{"api_key": "sk_live_1", "webhook_secrets": ["whsec_1"]}'))


def test_an_event_is_acted_on_once(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    event = notified(shop.stripe.events("checkout.session.completed")[0])

    assert shop.billing.webhooks.take(event) is False


def test_an_event_that_comes_twice_at_once_is_told_once(shop: Shop) -> None:
    page = shop.begin("nat_pro")
    shop.stripe.complete(page.session_id)
    events = [notified(each) for each in shop.stripe.events()] * 4

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(shop.billing.webhooks.take, events))

    handled = {event.event for event in events if event.handled}
    assert done.count(True) == len(handled)
    assert [each["event"] for each in shop.announced()] == [Bus.SUBSCRIPTION_CHANGED]
    assert shop.audited() == ["no plan, none → nat_pro, active"]


def test_other_events_are_left_alone(shop: Shop) -> None:
    shop.begin("nat")
    (created,) = shop.stripe.events("customer.created")

    assert shop.billing.webhooks.take(notified(created)) is False


def test_an_event_without_a_slug_goes_to_the_dead_letters(shop: Shop) -> None:
    customer = shop.client.v1.customers.create()
    shop.client.v1.subscriptions.create(params={"customer": customer.id, "items": [{"price": "price_nat"}]})
    (created,) = shop.stripe.events("customer.subscription.created")

    with pytest.raises(Undeliverable) as refused:
        shop.billing.webhooks.take(notified(created))

    assert refused.value.reason == "no_nation"


@pytest.mark.parametrize("kind", ["invoice.paid", "invoice.payment_failed", "checkout.session.completed"])
def test_what_is_paid_once_is_left_alone(shop: Shop, kind: str) -> None:
    assert shop.billing.webhooks.take(StripeEvent("evt_1", kind, 1, None, "in_1")) is False


def test_an_invoice_of_an_older_version_names_its_subscription_itself() -> None:
    invoice = {"object": "invoice", "id": "in_1", "subscription": "sub_1"}
    body = json.dumps({"id": "evt_1", "type": "invoice.paid", "created": 1, "data": {"object": invoice}})

    assert verify(body.encode(), signature(body, SECRET), [SECRET]).subscription == "sub_1"


@pytest.mark.parametrize(
    ("metadata", "price", "reason"),
    [
        ({"nation_slug": "../x"}, "price_nat", "slug_invalid"),
        ({"nation_slug": "demo"}, None, "plan_unknown"),
    ],
)
def test_what_cannot_be_understood_goes_to_the_dead_letters(
    shop: Shop, metadata: dict[str, str], price: str | None, reason: str
) -> None:
    odd = price or shop.stripe.state.add_price("prod_nat", 100)["id"]
    customer = shop.client.v1.customers.create()
    shop.client.v1.subscriptions.create(
        params={"customer": customer.id, "items": [{"price": odd}], "metadata": metadata}
    )

    with pytest.raises(Undeliverable) as refused:
        shop.billing.webhooks.take(notified(shop.stripe.events("customer.subscription.created")[0]))

    assert refused.value.reason == reason


def test_an_unknown_subscription_goes_to_the_dead_letters(shop: Shop) -> None:
    with pytest.raises(Undeliverable) as refused:
        shop.billing.webhooks.take(StripeEvent("evt_1", "customer.subscription.updated", 1, "sub_gone"))

    assert refused.value.reason == "subscription_unknown"


def test_an_event_from_the_dead_letters_is_acted_on_when_its_slug_is_known(shop: Shop) -> None:
    customer = shop.client.v1.customers.create()
    made = shop.client.v1.subscriptions.create(
        params={"customer": customer.id, "items": [{"price": "price_nat"}]}
    )
    event = notified(shop.stripe.events("customer.subscription.created")[0])
    with pytest.raises(Undeliverable):
        shop.billing.webhooks.take(event)

    shop.client.v1.subscriptions.update(made.id, params={"metadata": {"nation_slug": "demo"}})

    assert shop.billing.webhooks.take(event)
    assert shop.nation().stripe_subscription_id == made.id


def test_a_subscription_from_before_slugs_is_known_by_the_record(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")
    shop.client.v1.subscriptions.update(subscription, params={"metadata": {"nation_slug": ""}})
    shop.client.v1.subscriptions.cancel(subscription)

    shop.take_all()

    assert shop.nation().subscription_status is SubscriptionStatus.CANCELLED


def test_a_price_made_for_one_customer_counts_as_the_plan_of_the_metadata(shop: Shop) -> None:
    price = shop.stripe.state.add_price("prod_nat_pro", 5000)["id"]
    customer = shop.client.v1.customers.create()
    shop.client.v1.subscriptions.create(
        params={
            "customer": customer.id,
            "items": [{"price": price}],
            "metadata": {"nation_slug": "demo", "plan": "nat_pro"},
        }
    )

    shop.take_all()

    assert (shop.nation().subscription_plan, shop.nation().queries_limit) == ("nat_pro", UNLIMITED)


def test_the_period_is_the_items(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")

    item = shop.client.v1.subscriptions.retrieve(subscription)["items"].data[0]

    assert shop.nation().billing_period_start.timestamp() == item.current_period_start
    assert shop.standing()["period_end"].timestamp() == item.current_period_end


def test_a_new_period_resets_the_count_once(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    use(shop, 3)
    known = len(shop.stripe.events())
    shop.stripe.advance(days=32)

    renewed = [each for each in map(notified, shop.stripe.events()[known:]) if each.handled]
    for event in renewed:
        shop.billing.webhooks.take(event)
        use(shop, 1)

    assert len(renewed) >= 2
    assert shop.nation().queries_used_this_period == len(renewed)


def test_a_trial_that_becomes_paid_begins_a_period(shop: Shop) -> None:
    shop.subscribe("nat")
    use(shop, 5)
    began = shop.nation().billing_period_start

    shop.stripe.advance(days=15)
    shop.take_all()

    nation = shop.nation()
    assert nation.subscription_status is SubscriptionStatus.ACTIVE
    assert nation.queries_used_this_period == 0
    assert nation.billing_period_start == began + timedelta(days=14)


def test_an_upgrade_keeps_the_period_and_the_count(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")
    use(shop, 5)
    shop.stripe.advance(days=3)

    item = shop.client.v1.subscriptions.retrieve(subscription)["items"].data[0]
    shop.client.v1.subscriptions.update(
        subscription, params={"items": [{"id": item.id, "price": "price_nat"}]}
    )
    shop.take_all()

    nation = shop.nation()
    assert (nation.subscription_plan, nation.queries_limit) == ("nat", 500)
    assert nation.queries_used_this_period == 5


def test_an_unpaid_invoice_does_no_harm_within_the_grace(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    shop.stripe.set_card(shop.customer(), "declined")
    shop.stripe.advance(days=32)
    shop.take_all()

    (failed,) = shop.stripe.events("invoice.payment_failed")
    made = failed["data"]["object"]["created"]

    assert shop.nation().subscription_status is SubscriptionStatus.ACTIVE
    assert shop.standing()["past_due_until"].timestamp() == made + GRACE.total_seconds()


def test_when_the_grace_is_over_access_ends_without_an_event(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    shop.stripe.set_card(shop.customer(), "declined")
    shop.stripe.advance(days=32)
    shop.take_all()

    shop.stripe.advance(days=6)
    done = shop.rounds.past_due()

    assert (done.seen, done.failed) == (1, 0)
    assert shop.nation().subscription_status is SubscriptionStatus.NONE


def test_a_late_payment_gives_access_back(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    shop.stripe.set_card(shop.customer(), "declined")
    shop.stripe.advance(days=38)
    shop.rounds.past_due()
    assert shop.nation().subscription_status is SubscriptionStatus.NONE

    shop.stripe.set_card(shop.customer(), "ok")
    shop.stripe.advance(days=3)
    shop.take_all()

    assert shop.nation().subscription_status is SubscriptionStatus.ACTIVE
    assert shop.standing()["past_due_until"] is None


@pytest.mark.parametrize("after_retries", ["canceled", "unpaid"])
def test_a_subscription_that_nobody_pays_ends(shop: Shop, after_retries: str) -> None:
    shop.subscribe("nat_pro")
    shop.stripe.state.subscriptions.after_retries = after_retries
    shop.stripe.set_card(shop.customer(), "declined")

    shop.stripe.advance(days=50)
    shop.take_all()

    assert shop.nation().subscription_status is SubscriptionStatus.CANCELLED


def test_a_first_payment_that_waits_gives_nothing_yet(shop: Shop) -> None:
    shop.subscribe("nat_pro", card="action")

    assert shop.nation().subscription_status is SubscriptionStatus.NONE
    assert shop.billing.synchroniser.storage.memberships.get(NationSlug("demo"), UserId("ada")) is None


def test_a_first_payment_that_never_comes_ends_the_attempt(shop: Shop) -> None:
    shop.subscribe("nat_pro", card="action")

    shop.stripe.advance(days=1)
    shop.take_all()

    assert shop.nation().subscription_status is SubscriptionStatus.CANCELLED
    assert shop.begin("nat_pro").url


def test_a_payment_that_took_days_and_failed_is_told(shop: Shop) -> None:
    page = shop.begin("nat_pro")
    session = shop.stripe.complete(page.session_id, "action")
    with shop.stripe.state.store.lock:
        shop.stripe.state.settle(shop.stripe.state.store.get("checkout.session", session["id"]), paid=False)
    shop.take_all()

    kinds = [each["kind"] for each in shop.announced() if each["event"] != Bus.SUBSCRIPTION_CHANGED]
    assert "checkout_failed" in kinds


@pytest.mark.parametrize(("card", "kind"), [("declined", "payment_failed"), ("action", "action_required")])
def test_a_payment_problem_is_told_with_where_to_pay(shop: Shop, card: str, kind: str) -> None:
    shop.subscribe("nat_pro")
    shop.stripe.set_card(shop.customer(), card)
    shop.stripe.advance(days=32)
    shop.take_all()

    (told,) = [each for each in shop.announced() if each.get("kind") == kind]

    assert told["amount_cents"] == 7900
    assert told["url"].startswith(shop.stripe.base_url)


def test_a_payment_problem_that_is_over_is_not_told(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    shop.stripe.set_card(shop.customer(), "declined")
    shop.stripe.advance(days=32)
    shop.stripe.set_card(shop.customer(), "ok")
    shop.stripe.advance(days=4)

    shop.take_all()

    assert not [each for each in shop.announced() if each["event"] == Bus.PAYMENT_PROBLEM]


def test_a_payment_problem_of_an_invoice_that_was_deleted_is_not_told(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    problem = StripeEvent(
        "evt_late", "invoice.payment_failed", 1, shop.nation().stripe_subscription_id, "in_gone"
    )
    before = shop.announced()

    assert shop.billing.webhooks.take(problem)

    assert shop.announced() == before


def test_the_end_of_a_trial_is_told_before(shop: Shop) -> None:
    shop.subscribe("nat")
    shop.stripe.advance(days=12)
    shop.take_all()

    assert [each["kind"] for each in shop.announced() if each["event"] == Bus.TRIAL_ENDING] == [
        "trial_ending"
    ]


def test_each_change_is_announced_and_audited_once(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")
    shop.client.v1.subscriptions.cancel(subscription)
    shop.take_all()

    changes = [each for each in shop.announced() if each["event"] == Bus.SUBSCRIPTION_CHANGED]

    assert [(each["status_before"], each["status"]) for each in changes] == [
        ("none", "active"),
        ("active", "cancelled"),
    ]
    assert shop.audited() == [
        "no plan, none → nat_pro, active",
        "nat_pro, active → nat_pro, cancelled",
    ]


def test_a_change_that_was_not_audited_is_audited_with_the_next_event(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")
    rows = shop.billing.synchroniser.storage.rows
    shop.client.v1.subscriptions.cancel(subscription)
    found = shop.billing.synchroniser.nation_of(subscription)[1]
    row = rows.begin(NationSlug("demo"))
    assert row is not None
    standing = shop.billing.synchroniser._standing(found)
    doing = shop.billing.synchroniser._doing(row, standing)
    assert rows.write(row, standing, shop.now, doing)  # and here the process dies

    shop.take_all()

    assert shop.audited()[-1] == "nat_pro, active → nat_pro, cancelled"
    assert shop.standing()["pending"] == ()


def test_an_older_reading_never_overwrites_a_later_one(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")
    synchroniser = shop.billing.synchroniser
    rows = synchroniser.storage.rows
    slow = rows.begin(NationSlug("demo"))
    assert slow is not None
    seen_before = synchroniser._standing(synchroniser.nation_of(subscription)[1])

    shop.client.v1.subscriptions.cancel(subscription)
    shop.take_all()
    assert synchroniser._store(slow, seen_before)

    assert shop.nation().subscription_status is SubscriptionStatus.CANCELLED


def test_other_fields_of_the_record_are_kept(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    nations = Nations(Store(clients.dynamodb(), shop.tables))
    policy: StoredPolicy = {"classes": {"bulk": "ask"}}
    nations.update(NationSlug("demo"), {"nb_connected": True, "time_zone": "Europe/Berlin", "policy": policy})

    shop.stripe.advance(days=32)
    shop.take_all()

    nation = shop.nation()
    assert (nation.nb_connected, nation.time_zone, nation.policy) == (True, "Europe/Berlin", policy)


def test_two_nations_of_one_customer_keep_apart(shop: Shop) -> None:
    shop.subscribe("nat_pro", slug="demo")
    shop.client.v1.subscriptions.create(
        params={
            "customer": shop.customer("demo"),
            "items": [{"price": "price_nat"}],
            "metadata": {"nation_slug": "harbor", "plan": "nat"},
        }
    )
    shop.take_all()

    assert shop.nation("demo").subscription_plan == "nat_pro"
    assert shop.nation("harbor").subscription_plan == "nat"
