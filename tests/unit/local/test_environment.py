"""Children get an environment that leads nowhere but to this machine's Nat."""

import pytest

from local import environment


@pytest.mark.parametrize(
    "name",
    [
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "NAT_TURN_QUEUE_URL",
        "PYTHONPATH",
        "ANTHROPIC_API_KEY",
        "CDK_DEBUG",
    ],
)
def test_what_leads_elsewhere_is_left_out(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "elsewhere")

    assert name not in environment.base()


@pytest.mark.parametrize("name", ["NAT_NATIONBUILDER_LOG", "NAT_CLAUDE_LOG", "HTTPS_PROXY"])
def test_logs_and_proxies_pass_through(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "value")

    assert environment.base()[name] == "value"


def test_loopback_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intern.example")

    assert environment.base()["NO_PROXY"] == "intern.example,127.0.0.1,localhost"


def test_node_comes_from_the_wheel() -> None:
    assert environment.node().is_file()
