"""Stripe's own pages, and the invoices as the app lists them."""

from datetime import timedelta

import pytest
import requests

from nat.billing.invoices import invoices_of
from nat.billing.portal import open_portal
from nat.errors import BadRequest, NotFound, NotSubscribed
from nat.ids import NationSlug
from nat.nations.record import SubscriptionStatus
from tests.unit.nat.billing.shop import APP, Shop


def submit(url: str, **form: str) -> None:
    """Press a button of the portal."""
    requests.post(url, data=form, timeout=60).raise_for_status()


def test_the_portal_opens_for_a_nation_that_is_cancelled(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")
    shop.client.v1.subscriptions.cancel(subscription)
    shop.take_all()

    url = open_portal(shop.billing.synchroniser, NationSlug("demo"), APP)

    assert requests.get(url, timeout=60).status_code == 200


def test_a_nation_that_never_subscribed_has_no_portal(shop: Shop) -> None:
    with pytest.raises(NotSubscribed):
        open_portal(shop.billing.synchroniser, NationSlug("demo"), APP)


@pytest.mark.parametrize("card", [False, True])
def test_a_nation_whose_customer_was_deleted_at_stripe_is_told_to_subscribe(shop: Shop, card: bool) -> None:
    shop.subscribe()
    shop.client.v1.customers.delete(shop.customer())

    with pytest.raises(NotSubscribed):
        open_portal(shop.billing.synchroniser, NationSlug("demo"), APP, card=card)


def test_a_plan_chosen_in_the_portal_reaches_the_record(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")
    url = open_portal(shop.billing.synchroniser, NationSlug("demo"), APP)

    submit(url, do="plan", subscription=subscription, price="price_nat")
    shop.take_all()

    assert (shop.nation().subscription_plan, shop.nation().queries_limit) == ("nat", 500)


def test_a_new_card_in_the_portal_pays_what_is_open(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    shop.stripe.set_card(shop.customer(), "declined")
    shop.stripe.advance(days=38)
    shop.rounds.past_due()
    assert shop.nation().subscription_status is SubscriptionStatus.NONE

    submit(open_portal(shop.billing.synchroniser, NationSlug("demo"), APP, card=True), do="card", card="ok")
    shop.take_all()

    assert shop.nation().subscription_status is SubscriptionStatus.ACTIVE


def test_a_cancellation_in_the_portal_reaches_the_record(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")

    submit(
        open_portal(shop.billing.synchroniser, NationSlug("demo"), APP),
        do="cancel",
        subscription=subscription,
    )
    shop.take_all()

    assert shop.standing()["cancel_at"] == shop.standing()["period_end"]


def test_invoices_come_newest_first_in_pages(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    shop.stripe.advance(days=100)

    first = invoices_of(shop.billing.synchroniser, NationSlug("demo"), limit=2)
    rest = invoices_of(shop.billing.synchroniser, NationSlug("demo"), limit=10, after=first.next)

    both = [*first.invoices, *rest.invoices]
    assert [each.total_cents for each in both] == [7900] * 4
    assert [each.created for each in both] == sorted((each.created for each in both), reverse=True)
    assert rest.next is None


def test_an_invoice_says_where_it_can_be_paid_and_read(shop: Shop) -> None:
    shop.subscribe("nat_pro")

    (invoice,) = invoices_of(shop.billing.synchroniser, NationSlug("demo")).invoices

    assert invoice.url
    assert requests.get(invoice.url, timeout=60).status_code == 200
    assert invoice.created.utcoffset() == timedelta(0)


def test_a_nation_that_never_subscribed_has_no_invoices(shop: Shop) -> None:
    assert invoices_of(shop.billing.synchroniser, NationSlug("demo")).invoices == ()


def test_what_one_customer_pays_for_another_nation_is_not_shown(shop: Shop) -> None:
    shop.subscribe("nat_pro")
    shop.client.v1.subscriptions.create(
        params={
            "customer": shop.customer(),
            "items": [{"price": "price_nat"}],
            "metadata": {"nation_slug": "harbor"},
        }
    )

    assert [
        each.total_cents for each in invoices_of(shop.billing.synchroniser, NationSlug("demo")).invoices
    ] == [7900]


@pytest.mark.parametrize(("after", "error"), [("sub_1", BadRequest), ("in_other", NotFound)])
def test_a_page_that_nobody_gave_is_refused(shop: Shop, after: str, error: type[Exception]) -> None:
    shop.subscribe("nat_pro")

    with pytest.raises(error):
        invoices_of(shop.billing.synchroniser, NationSlug("demo"), after=after)
