"""A nation subscribes, changes its plan and ends, through the deployed routes, queue and functions."""

import secrets
import time
from typing import Any

import pytest
import requests

from local.demo import add_user
from local.machine import Machine
from nat.names import STRIPE_WEBHOOK, BillingRoute, Header
from tests.integration.conftest import PATIENCE

SLUG = "newcomer"


class Owner:
    """Somebody who signed up and belongs to no nation yet."""

    def __init__(self, machine: Machine, slug: str) -> None:
        email, password = f"{secrets.token_hex(6)}@{slug}.example", f"Test-{secrets.token_hex(8)}-A"
        add_user(machine.deployment, email, password)
        self._url = machine.deployment.api_url
        self._headers = {
            "Authorization": f"Bearer {machine.sign_in.log_in(email, password).access_token}",
            Header.NATION_SLUG.value: slug,
        }

    def call(self, route: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and body of one call of the HTTP API."""
        method, _, path = route.partition(" ")
        answer = requests.request(
            method, f"{self._url}{path}", json=body, headers=self._headers, timeout=PATIENCE
        )
        return answer.status_code, answer.json()

    def until(self, status: str) -> dict[str, Any]:
        """The nation's state as soon as its subscription has this status; it is told at any time."""
        deadline = time.monotonic() + PATIENCE
        while True:
            code, body = self.call("GET /v1/nation")
            assert code == 200, body
            if body["status"] == status:
                return body
            assert time.monotonic() < deadline, body
            time.sleep(0.2)


@pytest.fixture
def owner(machine: Machine) -> Owner:
    """Somebody with a nation of their own."""
    return Owner(machine, f"{SLUG}-{secrets.token_hex(4)}")


def steer(machine: Machine, name: str, body: dict[str, Any]) -> None:
    """Use a control route of the Stripe stand-in."""
    url = f"{machine.ports.url('stripe')}/_standin/{name}"
    requests.post(url, json=body, timeout=PATIENCE).raise_for_status()


def test_a_new_nation_subscribes_and_its_record_follows_stripe(machine: Machine, owner: Owner) -> None:
    assert owner.call("GET /v1/nation")[1]["status"] == "none"
    status, page = owner.call(BillingRoute.CHECKOUT, {"plan": "nat"})
    assert status == 200, page

    steer(machine, "checkout", {"session": page["session"]})
    trial = owner.until("trialing")
    assert (trial["plan"], trial["queries_limit"], trial["role"]) == ("nat", 500, "owner")

    _, quote = owner.call(BillingRoute.PREVIEW, {"plan": "nat_pro"})
    status, changed = owner.call(
        BillingRoute.CHANGE, {"plan": "nat_pro", "at": quote["at"], "due_cents": quote["due_cents"]}
    )
    assert (status, changed["plan"]) == (200, "nat_pro")

    _, cancelled = owner.call(BillingRoute.CANCEL)
    assert cancelled["cancel_at"]
    assert owner.call(BillingRoute.INVOICES)[0] == 200
    assert owner.call(BillingRoute.PORTAL)[0] == 200


def test_a_forged_webhook_is_refused(machine: Machine) -> None:
    _, _, path = STRIPE_WEBHOOK.partition(" ")

    answer = requests.post(
        f"{machine.deployment.api_url}{path}",
        json={"id": "evt_1"},
        headers={"Stripe-Signature": "t=1,v1=00"},
        timeout=PATIENCE,
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "signature_invalid")
