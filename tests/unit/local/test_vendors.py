"""A key of the person's own puts the real vendor behind Nat; without one a stand-in stands there."""

from pathlib import Path

import pytest

from local.places import Ports
from local.vendors import Vendors

PORTS = Ports.from_base(5000)
STATE = Path("nationbuilder.json")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "ANTHROPIC_API_KEY",
        "NATIONBUILDER_SLUG",
        "NATIONBUILDER_TOKEN",
        "STRIPE_API_KEY",
        "STRIPE_WEBHOOK_SECRET",
    ):
        monkeypatch.delenv(name, raising=False)


def test_without_keys_both_stand_ins_run_and_the_worker_is_sent_to_them() -> None:
    vendors = Vendors.from_environment(PORTS, STATE)

    assert [program.name for program in vendors.stand_ins] == ["nationbuilder", "claude", "stripe", "slack"]
    assert vendors.variables == {
        "NAT_NATIONBUILDER_URL": "http://127.0.0.1:5002/{slug}",
        "NAT_ANTHROPIC_URL": "http://127.0.0.1:5003",
    }


def test_with_a_model_key_the_real_claude_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "key")

    vendors = Vendors.from_environment(PORTS, STATE)

    assert [program.name for program in vendors.stand_ins] == ["nationbuilder", "stripe", "slack"]
    assert "NAT_ANTHROPIC_URL" not in vendors.variables


def test_with_a_token_the_real_nation_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATIONBUILDER_SLUG", "acme")
    monkeypatch.setenv("NATIONBUILDER_TOKEN", "token")

    vendors = Vendors.from_environment(PORTS, STATE)

    assert [program.name for program in vendors.stand_ins] == ["claude", "stripe", "slack"]
    assert vendors.nations() == {"acme": "UTC"}
    assert vendors.tokens("acme").access_token == "token"


def test_a_token_without_a_slug_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATIONBUILDER_TOKEN", "token")

    assert Vendors.from_environment(PORTS, STATE).nation is None


def test_with_a_key_and_a_secret_the_real_stripe_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_1")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_1")

    vendors = Vendors.from_environment(PORTS, STATE)

    assert "stripe" not in [program.name for program in vendors.stand_ins]
    assert vendors.stripe_url == "https://api.stripe.com"
    assert vendors.stripe_keys("http://127.0.0.1/hook") == {
        "api_key": "sk_test_1",
        "webhook_secrets": ["whsec_1"],
    }
