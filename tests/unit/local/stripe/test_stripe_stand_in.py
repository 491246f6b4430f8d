"""The Stripe stand-in, through the real library and over HTTP."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe as library
from stripe import StripeClient

from local.loopback import Request, Response, answering
from local.stripe import RunningStripe, running_stripe
from local.stripe.forms import parse
from local.stripe.objects import month_after

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def stripe() -> Iterator[RunningStripe]:
    with running_stripe(at=START) as running:
        yield running


@pytest.fixture
def client(stripe: RunningStripe) -> StripeClient:
    """The real library on the stand-in."""
    return StripeClient("sk_test_any", base_addresses={"api": stripe.base_url}, max_network_retries=0)


def subscribed(client: StripeClient, **more: Any) -> library.Subscription:
    """A customer with a subscription."""
    customer = client.v1.customers.create(params={"email": "ada@example.org"})
    params: Any = {"customer": customer.id, "items": [{"price": "price_nat_pro"}], **more}
    return client.v1.subscriptions.create(params=params)


@contextmanager
def listening(statuses: list[int]) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """An endpoint that answers with these statuses, then 200; gives its address and what it got."""
    got: list[tuple[str, bytes]] = []

    def answer(request: Request) -> Response:
        got.append((request.headers["stripe-signature"], request.body))
        return Response(statuses.pop(0) if statuses else 200)

    with answering(answer) as url:
        yield f"{url}/hook", got


def test_there_is_a_price_for_each_plan(client: StripeClient) -> None:
    prices = client.v1.prices.list(params={"lookup_keys": ["nat", "nat_pro"]}).data

    assert {each.lookup_key: each.unit_amount for each in prices} == {"nat": 2900, "nat_pro": 7900}


def test_periods_are_on_the_items_and_end_on_the_last_day_of_a_short_month(
    client: StripeClient, stripe: RunningStripe
) -> None:
    made = subscribed(client)

    stripe.advance(days=30)
    item = client.v1.subscriptions.retrieve(made.id)["items"].data[0]

    assert not hasattr(made, "current_period_end")
    assert datetime.fromtimestamp(item.current_period_start, UTC) == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert datetime.fromtimestamp(item.current_period_end, UTC) == datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (datetime(2026, 12, 5, tzinfo=UTC), 1, datetime(2027, 1, 5, tzinfo=UTC)),
        (datetime(2024, 1, 31, tzinfo=UTC), 1, datetime(2024, 2, 29, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 12, datetime(2025, 2, 28, tzinfo=UTC)),
    ],
)
def test_months_are_counted_as_stripe_does(start: datetime, months: int, end: datetime) -> None:
    seconds = int(start.timestamp())

    assert month_after(seconds, months, seconds) == int(end.timestamp())


def test_a_key_that_is_none_is_refused(stripe: RunningStripe) -> None:
    with pytest.raises(library.AuthenticationError):
        StripeClient("nonsense", base_addresses={"api": stripe.base_url}).v1.customers.list()


def test_unknown_parameters_and_objects_are_refused(client: StripeClient) -> None:
    params: Any = {"e_mail": "x"}
    with pytest.raises(library.InvalidRequestError) as refused:
        client.v1.customers.create(params=params)
    with pytest.raises(library.InvalidRequestError) as missing:
        client.v1.subscriptions.retrieve("sub_none")

    assert refused.value.code == "parameter_unknown"
    assert missing.value.http_status == 404


def test_a_repeated_idempotency_key_gets_the_same_answer(client: StripeClient) -> None:
    first, second = (client.v1.customers.create(options={"idempotency_key": "once"}) for _ in range(2))

    assert first.id == second.id


def test_lists_come_in_pages(client: StripeClient) -> None:
    made = [client.v1.customers.create().id for _ in range(5)]

    found = [each.id for each in client.v1.customers.list(params={"limit": 2}).auto_paging_iter()]

    assert found == made[::-1]


def test_nested_parameters_are_read() -> None:
    assert parse("items[0][price]=a&items[1][price]=b&metadata[k]=v&expand[]=x&a=1") == {
        "items": [{"price": "a"}, {"price": "b"}],
        "metadata": {"k": "v"},
        "expand": ["x"],
        "a": "1",
    }


def test_a_trial_without_a_card_ends_as_it_was_told_to(client: StripeClient, stripe: RunningStripe) -> None:
    ends = {
        behaviour: subscribed(
            client,
            trial_period_days=7,
            trial_settings={"end_behavior": {"missing_payment_method": behaviour}},
        ).id
        for behaviour in ("cancel", "pause", "create_invoice")
    }

    stripe.advance(days=8)

    found = {name: client.v1.subscriptions.retrieve(each).status for name, each in ends.items()}
    assert found == {"cancel": "canceled", "pause": "paused", "create_invoice": "past_due"}


def test_a_payment_that_fails_is_tried_again_until_the_end(
    client: StripeClient, stripe: RunningStripe
) -> None:
    made = subscribed(client)
    assert isinstance(made.customer, str)
    stripe.set_card(made.customer, "declined")

    stripe.advance(days=29)
    assert client.v1.subscriptions.retrieve(made.id).status == "past_due"
    stripe.advance(days=9)

    ended = client.v1.subscriptions.retrieve(made.id)
    assert ended.status == "canceled"
    assert ended.cancellation_details is not None
    assert ended.cancellation_details.reason == "payment_failed"
    assert len(stripe.events("invoice.payment_failed")) == 4


def test_webhooks_are_signed_as_the_library_expects(client: StripeClient, stripe: RunningStripe) -> None:
    with listening([]) as (url, got):
        endpoint = client.v1.webhook_endpoints.create(
            params={"url": url, "enabled_events": ["customer.created"]}
        )
        assert endpoint.secret is not None
        customer = client.v1.customers.create()
        steer(stripe, "wait")

        ((header, body),) = got
        event = client.construct_event(body, header, endpoint.secret)

    assert event.type == "customer.created"
    assert event.data.object["id"] == customer.id


def test_a_webhook_that_was_not_taken_comes_again(client: StripeClient, stripe: RunningStripe) -> None:
    steer(stripe, "webhooks", retry_seconds=0.01)
    with listening([500, 503]) as (url, got):
        client.v1.webhook_endpoints.create(params={"url": url, "enabled_events": ["*"]})
        client.v1.customers.create()
        steer(stripe, "wait")

    assert len(got) == 3
    assert [each["status"] for each in stripe.state.webhooks.attempts] == [500, 503, 200]


def test_webhooks_can_be_held_back_and_sent_in_another_order_and_twice(
    client: StripeClient, stripe: RunningStripe
) -> None:
    steer(stripe, "webhooks", hold=True, copies=2)
    with listening([]) as (url, got):
        client.v1.webhook_endpoints.create(params={"url": url, "enabled_events": ["*"]})
        for _ in range(2):
            client.v1.customers.create()
        events = [each["id"] for each in stripe.events("customer.created")]
        steer(stripe, "send", events=events[::-1])
        steer(stripe, "wait")

    sent = [attempt["event"] for attempt in stripe.state.webhooks.attempts]
    assert sent == [events[1], events[1], events[0], events[0]]
    assert len(got) == 4


def test_webhooks_can_come_late(client: StripeClient, stripe: RunningStripe) -> None:
    steer(stripe, "webhooks", delay_seconds=0.1)
    with listening([]) as (url, got):
        client.v1.webhook_endpoints.create(params={"url": url, "enabled_events": ["*"]})
        began = time.monotonic()
        client.v1.customers.create()
        assert got == []
        steer(stripe, "wait")

    assert len(got) == 1
    assert time.monotonic() - began >= 0.1


def test_state_survives_a_restart(tmp_path: Path) -> None:
    keep = tmp_path / "stripe.json"
    with running_stripe(keep=keep) as first:
        client = StripeClient("sk_test_1", base_addresses={"api": first.base_url})
        made = client.v1.customers.create(params={"email": "ada@example.org"})

    with running_stripe(keep=keep) as second:
        client = StripeClient("sk_test_1", base_addresses={"api": second.base_url})
        found = client.v1.customers.retrieve(made.id)
        prices = client.v1.prices.list(params={"lookup_keys": ["nat"]}).data

    assert found.email == "ada@example.org"
    assert len(prices) == 1


def test_wrong_steering_says_what_is_right(stripe: RunningStripe) -> None:
    unknown = requests.post(f"{stripe.base_url}/_standin/nothing", json={}, timeout=60)
    wrong = requests.post(f"{stripe.base_url}/_standin/clock", json={"days": -1}, timeout=60)

    assert unknown.status_code == 404
    assert "POST /_standin/clock" in unknown.text
    assert wrong.status_code == 400


def steer(stripe: RunningStripe, name: str, **body: Any) -> None:
    """Use a control route."""
    requests.post(f"{stripe.base_url}/_standin/{name}", json=body, timeout=60).raise_for_status()
