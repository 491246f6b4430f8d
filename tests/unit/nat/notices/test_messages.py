"""What people read."""

from typing import Any

import pytest

from nat.names import Bus
from nat.notices.messages import NoticeMessage, fair_use_message, message_for
from nat.notices.nation_event import NationEvent, NationEventUnreadable
from tests.unit.nat.notices.bureau import BRANDS, body
from tests.unit.nat.world import PLANS, Clock

PERIOD = {"period_start": "2026-11-20T00:00:00.000Z"}
POOL = {"used": 1_234, "limit": 1_500, "cap": "hard", **PERIOD}
EVENTS: dict[str, tuple[Bus, dict[str, Any]]] = {
    "lost": (Bus.NATION_NEEDS_REAUTH, {"reason": "invalid_grant"}),
    "back": (Bus.NATION_CONNECTED, {}),
    "80 %": (Bus.USAGE_WARNING, {"percent": 80, **POOL}),
    "100 %": (Bus.USAGE_WARNING, {"percent": 100, **POOL}),
    "payment": (Bus.PAYMENT_PROBLEM, {"kind": "payment_failed"}),
    "confirmation": (Bus.PAYMENT_PROBLEM, {"kind": "action_required"}),
    "checkout": (Bus.PAYMENT_PROBLEM, {"kind": "checkout_failed"}),
    "trial": (Bus.TRIAL_ENDING, {"kind": "trial_ending"}),
    "ended": (Bus.SUBSCRIPTION_CHANGED, {"status_before": "active", "status": "cancelled"}),
    "on hold": (
        Bus.SUBSCRIPTION_CHANGED,
        {"status_before": "active", "status": "none", "past_due_until": "2026-11-22T00:00:00.000Z"},
    ),
    "cancelled": (
        Bus.SUBSCRIPTION_CHANGED,
        {"status_before": "active", "status": "active", "cancel_at": "2026-12-20T00:00:00.000Z"},
    ),
    "plan": (
        Bus.SUBSCRIPTION_CHANGED,
        {"status_before": "active", "status": "active", "plan_before": "nat", "plan": "nat_pro"},
    ),
}


def happening(event: Bus, about: dict[str, Any]) -> NationEvent:
    return NationEvent.read(body(event, "demo", "incident-1", Clock(), **about))


def written(event: Bus, about: dict[str, Any], brand: str = "Nat") -> NoticeMessage:
    (found,) = [each for each in BRANDS.known if each.name == brand]
    made = message_for(happening(event, about), found, PLANS)
    assert made is not None
    return made


def text(of: NoticeMessage) -> str:
    return "\n".join((of.subject, *of.paragraphs))


@pytest.mark.parametrize("name", EVENTS)
def test_every_letter_names_the_nation_and_has_a_link_into_the_brands_own_app(name: str) -> None:
    made = written(*EVENTS[name], brand="Civic Desk")

    assert "demo" in made.subject
    assert made.button is not None
    assert made.button.url.startswith("https://desk.civic.example")


@pytest.mark.parametrize("name", EVENTS)
def test_no_letter_names_another_brand(name: str) -> None:
    made = written(*EVENTS[name], brand="Civic Desk")

    assert "Nat " not in f"{text(made)} ".replace("\n", " ").replace("NationBuilder", "")


def test_lost_access_says_when_and_what_to_do() -> None:
    made = written(Bus.NATION_NEEDS_REAUTH, {"reason": "no_answer"})

    assert "on 22 November 2026 at 09:30 UTC" in text(made)
    assert "Nat goes on trying" in text(made)
    assert made.button is not None
    assert (made.button.label, made.button.url) == (
        "Reconnect",
        "https://app.nat.example/settings/connections",
    )


def test_a_reason_that_is_not_known_is_not_printed() -> None:
    assert "x_y" not in text(written(Bus.NATION_NEEDS_REAUTH, {"reason": "x_y"}))


def test_the_warning_has_the_figures_of_the_pool() -> None:
    made = written(*EVENTS["80 %"])

    assert made.subject == "demo has used 80 % of its queries"
    assert "1,234 of the 1,500 queries of its period since 20 November 2026" in text(made)
    assert "At the limit questions stop" in text(made)


def test_at_a_soft_cap_questions_go_on() -> None:
    made = written(Bus.USAGE_WARNING, {"percent": 100, **POOL, "cap": "soft"})

    assert "Questions go on" in text(made)


def test_at_a_hard_limit_nobody_can_ask() -> None:
    assert "Nobody in the nation can ask" in text(written(*EVENTS["100 %"]))


@pytest.mark.parametrize(
    ("cents", "currency", "said"),
    [
        (2900, "usd", "A payment of 29.00 USD for"),
        (105, "eur", "of 1.05 EUR"),
        (2900, "jpy", "A payment for"),
    ],
)
def test_an_amount_is_said_where_its_hundredths_are_known(cents: int, currency: str, said: str) -> None:
    about = {"kind": "payment_failed", "amount_cents": cents, "currency": currency}

    assert said in text(written(Bus.PAYMENT_PROBLEM, about))


def test_a_grace_that_is_over_asks_for_the_payment_and_not_for_a_new_subscription() -> None:
    made = written(*EVENTS["on hold"])

    assert made.subject == "The subscription of demo is on hold"
    assert "subscribe again" not in text(made)


def test_the_change_of_a_plan_is_said_in_queries() -> None:
    assert "from 500 queries a period to unlimited queries" in text(written(*EVENTS["plan"]))


@pytest.mark.parametrize(
    "about",
    [
        {"status_before": "none", "status": "trialing", "plan": "nat"},
        {"status_before": "trialing", "status": "active", "plan": "nat", "plan_before": "nat"},
        {"status_before": "none", "status": "cancelled"},
    ],
    ids=["begun", "paid", "over already"],
)
def test_what_nobody_has_to_know_of_a_subscription_is_not_told(about: dict[str, Any]) -> None:
    assert message_for(happening(Bus.SUBSCRIPTION_CHANGED, about), BRANDS.own, PLANS) is None


def test_the_operator_reads_which_nation_asks_how_much() -> None:
    made = fair_use_message(
        happening(Bus.FAIR_USE_EXCEEDED, {"plan": "nat_pro", "used": 10_001, **PERIOD}), PLANS
    )

    assert "The nation demo has asked 10,001 queries" in text(made)


@pytest.mark.parametrize(
    "message",
    [
        "no json",
        "[]",
        '{"source": "nat", "detail-type": "nation.needs_reauth", "detail": {}}',
        '{"source": "nat", "detail-type": "of.another.kind", "detail": {}}',
        '{"source": "nat", "detail-type": "refresh.unfinished", "detail": {"run": 2}}',
        body(Bus.NATION_CONNECTED, "demo", "1", Clock()).replace('"nat"', '"aws.ec2"'),
    ],
)
def test_what_is_no_announcement_is_refused(message: str) -> None:
    with pytest.raises(NationEventUnreadable):
        NationEvent.read(message)
