"""Webhooks from Stripe's door to the record: signed, queued, acted on, or put aside and replayed."""

import json
import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import asdict

from local.stripe import RunningStripe, running_stripe
from local.stripe.webhooks import signature
from nat.aws import clients
from nat.aws.store import Store
from nat.billing import services
from nat.billing.stripe_event import StripeEvent
from nat.handlers import billing_reconcile, stripe_events, stripe_webhook
from nat.ids import NationSlug
from nat.names import STRIPE_WEBHOOK, Secret, Variable
from nat.nations.record import Nations, SubscriptionStatus
from nat.settings import TableNames
from tests.unit.nat.billing.shop import PLANS, Shop
from tests.unit.nat.world import put_secret

SECRET = "whsec_door"


class Remaining:
    """A Lambda context with time left."""

    def get_remaining_time_in_millis(self) -> int:
        return 600_000


@pytest.fixture
def stripe() -> Iterator[RunningStripe]:
    with running_stripe() as running:
        yield running


@pytest.fixture
def shop(stripe: RunningStripe, tables: TableNames, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop, and the environment of the deployed functions around it."""
    for cached in (services.billing, services.rounds, services.keys, services.queue):
        cached.cache_clear()
    queues = [clients.sqs().create_queue(QueueName=uuid.uuid4().hex)["QueueUrl"] for _ in range(2)]
    keys = json.dumps({"api_key": "sk_test_door", "webhook_secrets": [SECRET]})
    put_secret(Secret.STRIPE, keys)
    plans = [asdict(plan) for plan in PLANS]
    for variable, value in (
        (Variable.BILLING_QUEUE_URL, queues[0]),
        (Variable.BILLING_DEAD_LETTERS_URL, queues[1]),
        (Variable.STRIPE_URL, stripe.base_url),
        (Variable.PAST_DUE_GRACE_DAYS, "7"),
        (Variable.PLANS, json.dumps(plans)),
    ):
        monkeypatch.setenv(variable, value)
    yield Shop.open(stripe, tables)
    for cached in (services.billing, services.rounds, services.keys, services.queue):
        cached.cache_clear()


def knock(event: dict[str, Any], secret: str = SECRET) -> dict[str, Any]:
    """What API Gateway hands over, as Stripe sent it."""
    text = json.dumps(event)
    return stripe_webhook.handler(
        {
            "requestContext": {"routeKey": STRIPE_WEBHOOK, "requestId": "r1"},
            "headers": {"stripe-signature": signature(text, secret)},
            "body": text,
            "isBase64Encoded": False,
        },
        None,
    )


def waiting(variable: Variable) -> list[dict[str, Any]]:
    """Messages of a queue, taken out of it."""
    url = (
        services.queue()._url
        if variable is Variable.BILLING_QUEUE_URL
        else services.queue()._dead_letters_url
    )
    found: list[dict[str, Any]] = []
    while messages := clients.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            clients.sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append({"messageId": message["MessageId"], "body": message["Body"]})
    return found


def test_a_signed_event_is_queued_answered_and_acted_on(shop: Shop) -> None:
    shop.stripe.complete(shop.begin("nat_pro").session_id)
    (event,) = shop.stripe.events("checkout.session.completed")

    answer = knock(event)
    records = waiting(Variable.BILLING_QUEUE_URL)

    assert answer["statusCode"] == 200
    assert len(records) == 1
    assert stripe_events.handler({"Records": records}, None) == {"batchItemFailures": []}
    assert shop.nation().subscription_status is SubscriptionStatus.ACTIVE


def test_the_queue_holds_ids_only(shop: Shop) -> None:
    shop.stripe.complete(shop.begin("nat_pro").session_id)
    knock(shop.stripe.events("invoice.paid")[0])

    (record,) = waiting(Variable.BILLING_QUEUE_URL)

    assert "@" not in record["body"]
    assert set(json.loads(record["body"])) == {
        "event",
        "type",
        "created",
        "subscription",
        "invoice",
        "replayed",
    }


def test_a_forged_event_is_refused_and_not_queued(shop: Shop) -> None:
    shop.stripe.complete(shop.begin("nat_pro").session_id)

    answer = knock(shop.stripe.events("checkout.session.completed")[0], secret="whsec_wrong")

    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["error"]["code"] == "signature_invalid"
    assert waiting(Variable.BILLING_QUEUE_URL) == []


def test_an_event_that_is_not_acted_on_is_acknowledged_and_not_queued(shop: Shop) -> None:
    shop.begin("nat_pro")

    assert knock(shop.stripe.events("customer.created")[0])["statusCode"] == 200
    assert waiting(Variable.BILLING_QUEUE_URL) == []


def test_stripe_sends_again_when_the_event_cannot_be_stored(shop: Shop) -> None:
    shop.stripe.complete(shop.begin("nat_pro").session_id)
    event = shop.stripe.events("checkout.session.completed")[0]
    clients.sqs().delete_queue(QueueUrl=os.environ[Variable.BILLING_QUEUE_URL])

    assert knock(event)["statusCode"] == 500


def test_an_event_without_a_nation_lies_in_the_dead_letters_until_it_is_replayed(shop: Shop) -> None:
    customer = shop.client.v1.customers.create()
    made = shop.client.v1.subscriptions.create(
        params={"customer": customer.id, "items": [{"price": "price_nat"}]}
    )
    knock(shop.stripe.events("customer.subscription.created")[0])

    assert stripe_events.handler({"Records": waiting(Variable.BILLING_QUEUE_URL)}, None) == {
        "batchItemFailures": []
    }
    shop.client.v1.subscriptions.update(made.id, params={"metadata": {"nation_slug": "demo"}})
    assert services.queue().replay() == 1
    records = waiting(Variable.BILLING_QUEUE_URL)
    stripe_events.handler({"Records": records}, None)

    assert StripeEvent.read(records[0]["body"]).replayed == 1
    assert shop.nation().stripe_subscription_id == made.id
    assert waiting(Variable.BILLING_DEAD_LETTERS_URL) == []


def test_while_stripe_is_down_the_event_stays_in_the_queue(shop: Shop) -> None:
    shop.stripe.complete(shop.begin("nat_pro").session_id)
    knock(shop.stripe.events("checkout.session.completed")[0])
    records = waiting(Variable.BILLING_QUEUE_URL)

    shop.stripe.state.outages.extend([500, 500])
    failed = stripe_events.handler({"Records": records}, None)

    assert failed == {"batchItemFailures": [{"itemIdentifier": records[0]["messageId"]}]}
    assert stripe_events.handler({"Records": records}, None) == {"batchItemFailures": []}
    assert shop.nation().subscription_plan == "nat_pro"


def test_a_message_that_is_no_notification_goes_the_way_of_failures(shop: Shop) -> None:
    records = [{"messageId": "m1", "body": "hello"}]

    assert stripe_events.handler({"Records": records}, None) == {
        "batchItemFailures": [{"itemIdentifier": "m1"}]
    }


def test_the_clock_starts_rounds(shop: Shop) -> None:
    shop.stripe.complete(shop.begin("nat_pro").session_id)

    done = billing_reconcile.handler({"round": "day"}, Remaining())

    assert (done["seen"], done["failed"], done["after"]) == (1, 0, None)
    assert (
        Nations(Store(clients.dynamodb(), shop.tables)).require(NationSlug("demo")).subscription_plan
        == "nat_pro"
    )
