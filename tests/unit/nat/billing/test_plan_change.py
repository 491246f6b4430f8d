"""Another plan costs what was shown; an end comes with the period."""

from datetime import timedelta

import pytest

from nat.errors import BillingError, NotSubscribed, PaymentDeclined, PlanUnknown, QuoteChanged
from nat.ids import NationSlug
from nat.nations.plans import UNLIMITED
from nat.nations.record import SubscriptionStatus
from tests.unit.nat.billing.shop import APP, Shop


def paying(shop: Shop) -> None:
    """A nation ten days into a paid month of the small plan, its trial over."""
    shop.subscribe("nat")
    shop.stripe.advance(days=24)
    shop.take_all()


def test_a_preview_shows_what_is_given_back_and_what_is_charged(shop: Shop) -> None:
    paying(shop)

    quote = shop.billing.plan_change.preview(NationSlug("demo"), "nat_pro")

    back, charged = (line.amount_cents for line in quote.lines)
    assert back < 0 < charged
    assert quote.due_cents == quote.total_cents == back + charged
    assert 0 < quote.due_cents < 7900 - 2900
    assert (quote.current_plan, quote.plan, quote.monthly_cents) == ("nat", "nat_pro", 7900)


def test_a_preview_changes_nothing(shop: Shop) -> None:
    paying(shop)
    events = len(shop.stripe.events())

    shop.billing.plan_change.preview(NationSlug("demo"), "nat_pro")

    assert len(shop.stripe.events()) == events


def test_what_was_shown_is_charged_and_the_record_follows_at_once(shop: Shop) -> None:
    paying(shop)
    quote = shop.billing.plan_change.preview(NationSlug("demo"), "nat_pro")
    shop.stripe.advance(seconds=120)

    nation = shop.billing.plan_change.change(
        NationSlug("demo"), "nat_pro", at=quote.at, due_cents=quote.due_cents, by="ada"
    )

    assert (nation.subscription_plan, nation.queries_limit) == ("nat_pro", UNLIMITED)
    newest = shop.client.v1.invoices.list(params={"customer": shop.customer(), "limit": 1}).data[0]
    assert (newest.amount_paid, newest.status) == (quote.due_cents, "paid")


def test_the_new_plan_is_in_the_subscriptions_metadata(shop: Shop) -> None:
    paying(shop)
    quote = shop.billing.plan_change.preview(NationSlug("demo"), "nat_pro")
    shop.billing.plan_change.change(
        NationSlug("demo"), "nat_pro", at=quote.at, due_cents=quote.due_cents, by="ada"
    )

    subscription = shop.client.v1.subscriptions.retrieve(shop.standing()["subscription_id"])

    assert subscription.metadata.to_dict() == {
        "nation_slug": "demo",
        "plan": "nat_pro",
        "user_id": "ada",
        "web_app": APP,
    }


def test_a_second_click_charges_nothing_more(shop: Shop) -> None:
    paying(shop)
    quote = shop.billing.plan_change.preview(NationSlug("demo"), "nat_pro")
    shop.billing.plan_change.change(
        NationSlug("demo"), "nat_pro", at=quote.at, due_cents=quote.due_cents, by="ada"
    )
    invoices = len(list(shop.stripe.state.store.all("invoice")))

    with pytest.raises(BillingError):
        shop.billing.plan_change.change(
            NationSlug("demo"), "nat_pro", at=quote.at, due_cents=quote.due_cents, by="ada"
        )

    assert len(list(shop.stripe.state.store.all("invoice"))) == invoices


def test_a_declined_card_leaves_the_plan_as_it_was(shop: Shop) -> None:
    paying(shop)
    shop.stripe.set_card(shop.customer(), "declined")
    quote = shop.billing.plan_change.preview(NationSlug("demo"), "nat_pro")

    with pytest.raises(PaymentDeclined):
        shop.billing.plan_change.change(
            NationSlug("demo"), "nat_pro", at=quote.at, due_cents=quote.due_cents, by="ada"
        )

    shop.take_all()
    assert shop.nation().subscription_plan == "nat"
    assert shop.nation().subscription_status is SubscriptionStatus.ACTIVE


def test_an_amount_that_was_not_shown_is_not_charged(shop: Shop) -> None:
    paying(shop)
    quote = shop.billing.plan_change.preview(NationSlug("demo"), "nat_pro")

    with pytest.raises(QuoteChanged):
        shop.billing.plan_change.change(
            NationSlug("demo"), "nat_pro", at=quote.at, due_cents=quote.due_cents - 1, by="ada"
        )


@pytest.mark.parametrize("age", [timedelta(minutes=16), timedelta(minutes=-5)])
def test_a_quote_is_good_for_a_quarter_of_an_hour(shop: Shop, age: timedelta) -> None:
    paying(shop)
    quote = shop.billing.plan_change.preview(NationSlug("demo"), "nat_pro", shop.now - age)

    with pytest.raises(QuoteChanged):
        shop.billing.plan_change.change(
            NationSlug("demo"), "nat_pro", at=quote.at, due_cents=quote.due_cents, by="ada"
        )


def test_in_a_trial_a_change_costs_nothing(shop: Shop) -> None:
    shop.subscribe("nat")

    assert shop.billing.plan_change.preview(NationSlug("demo"), "nat_pro").due_cents == 0


@pytest.mark.parametrize("plan", ["starter", "gold"])
def test_only_plans_on_sale_can_be_changed_to(shop: Shop, plan: str) -> None:
    paying(shop)

    with pytest.raises(PlanUnknown):
        shop.billing.plan_change.preview(NationSlug("demo"), plan)


def test_the_same_plan_is_no_change(shop: Shop) -> None:
    paying(shop)

    with pytest.raises(BillingError):
        shop.billing.plan_change.preview(NationSlug("demo"), "nat")


def test_without_a_subscription_there_is_nothing_to_change(shop: Shop) -> None:
    with pytest.raises(NotSubscribed):
        shop.billing.plan_change.preview(NationSlug("demo"), "nat_pro")


def test_a_cancelled_nation_goes_on_until_its_period_ends(shop: Shop) -> None:
    paying(shop)

    nation = shop.billing.plan_change.cancel(NationSlug("demo"))

    assert nation.subscription_status is SubscriptionStatus.ACTIVE
    assert shop.standing()["cancel_at"] == shop.standing()["period_end"]
    shop.stripe.advance(days=31)
    shop.take_all()
    assert shop.nation().subscription_status is SubscriptionStatus.CANCELLED


def test_a_cancellation_can_be_taken_back(shop: Shop) -> None:
    paying(shop)
    shop.billing.plan_change.cancel(NationSlug("demo"))

    shop.billing.plan_change.resume(NationSlug("demo"))

    assert shop.standing()["cancel_at"] is None
    shop.stripe.advance(days=31)
    shop.take_all()
    assert shop.nation().subscription_status is SubscriptionStatus.ACTIVE


def down(shop: Shop) -> None:
    """From the large plan, paid for, to the small one."""
    shop.subscribe("nat_pro")
    shop.stripe.advance(days=24)
    shop.take_all()
    quote = shop.billing.plan_change.preview(NationSlug("demo"), "nat")
    assert (quote.due_cents, quote.total_cents, quote.lines) == (0, 0, ())
    shop.billing.plan_change.change(NationSlug("demo"), "nat", at=quote.at, due_cents=0, by="ada")


def test_a_smaller_plan_begins_with_the_next_period_and_gives_nothing_back(shop: Shop) -> None:
    down(shop)
    shop.take_all()
    now = shop.nation().subscription_plan
    before = len(list(shop.stripe.state.store.all("invoice")))

    shop.stripe.advance(days=31)
    shop.take_all()

    newest = shop.client.v1.invoices.list(params={"customer": shop.customer(), "limit": 1}).data[0]
    assert (now, shop.nation().subscription_plan) == ("nat_pro", "nat")
    assert len(list(shop.stripe.state.store.all("invoice"))) == before + 1
    assert newest.amount_paid == 2900


def test_going_back_up_before_that_costs_nothing(shop: Shop) -> None:
    down(shop)

    quote = shop.billing.plan_change.preview(NationSlug("demo"), "nat_pro")
    nation = shop.billing.plan_change.change(
        NationSlug("demo"), "nat_pro", at=quote.at, due_cents=quote.due_cents, by="ada"
    )

    assert (quote.due_cents, nation.subscription_plan) == (0, "nat_pro")
