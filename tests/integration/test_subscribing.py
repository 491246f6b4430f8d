"""A subscribed nation changes its plan and ends, through the deployed routes, queue and functions."""

import secrets

import pytest
import requests

from local.machine import Machine
from nat.names import STRIPE_WEBHOOK
from tests.integration.conftest import PATIENCE
from tests.integration.people import Customer

SLUG = "newcomer"


@pytest.fixture
def owner(machine: Machine) -> Customer:
    """Somebody with a nation of their own."""
    return Customer.sign_up(machine, f"{SLUG}-{secrets.token_hex(4)}")


def test_a_subscribed_nation_changes_its_plan_and_cancels(owner: Customer) -> None:
    assert owner.subscribe()["plan"] == "nat"

    _, quote = owner.call("POST /v1/billing/preview", {"plan": "nat_pro"})
    status, changed = owner.call(
        "POST /v1/billing/change", {"plan": "nat_pro", "at": quote["at"], "due_cents": quote["due_cents"]}
    )
    assert (status, changed["plan"]) == (200, "nat_pro")

    _, cancelled = owner.call("POST /v1/billing/cancel")
    assert cancelled["cancel_at"]
    assert owner.call("GET /v1/billing/invoices")[0] == 200
    assert owner.call("POST /v1/billing/portal")[0] == 200


def test_a_forged_webhook_is_refused(machine: Machine) -> None:
    _, _, path = STRIPE_WEBHOOK.partition(" ")

    answer = requests.post(
        f"{machine.deployment.api_url}{path}",
        json={"id": "evt_1"},
        headers={"Stripe-Signature": "t=1,v1=00"},
        timeout=PATIENCE,
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "signature_invalid")
