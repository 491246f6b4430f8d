"""Faults on demand."""

import time

import pytest
import requests

from local.nationbuilder.server import RunningNationBuilder
from tests.unit.local.nationbuilder.caller import Caller


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("token_expired", 401, "token_expired"),
        ("unauthorized", 401, "unauthorized"),
        ("forbidden", 403, None),
        ("not_found", 404, "not_found"),
        ("rate_limited", 429, None),
        ("server_error", 500, "server_error"),
        ("bad_gateway", 502, "bad_gateway"),
        ("service_unavailable", 503, "service_unavailable"),
    ],
)
def test_a_fault_is_answered_once(
    server: RunningNationBuilder, demo: Caller, kind: str, status: int, code: str | None
) -> None:
    server.fault(kind)

    faulty, fine = demo.get("/signups/2"), demo.get("/signups/2")

    assert (faulty.status_code, faulty.json().get("code")) == (status, code)
    assert fine.status_code == 200


def test_a_rate_limit_fault_says_when_to_come_back(server: RunningNationBuilder, demo: Caller) -> None:
    server.fault("rate_limited", seconds=3)

    assert demo.get("/signups").headers["Retry-After"] == "3"


def test_a_validation_fault_has_the_documented_shape(server: RunningNationBuilder, demo: Caller) -> None:
    server.fault("unprocessable", method="PATCH", attribute="email", message="is invalid")

    response = demo.update("signups", "20", {"note": "x"})

    assert response.status_code == 422
    assert response.json()["errors"][0]["detail"] == "Email is invalid"


def test_cloudflare_answers_with_a_page(server: RunningNationBuilder, demo: Caller) -> None:
    server.fault("cloudflare")

    response = demo.get("/signups")

    assert response.headers["cf-mitigated"] == "challenge"
    assert response.headers["Content-Type"].startswith("text/html")
    assert "cf_chl_opt" in response.text


def test_a_fault_meets_only_what_it_names(server: RunningNationBuilder, demo: Caller, harbor: Caller) -> None:
    server.fault("server_error", method="GET", path="/api/v2/donations*", nation="demo")

    answers = [
        harbor.get("/donations"),
        demo.get("/signups"),
        demo.get("/donations/1"),
        demo.get("/donations"),
    ]

    assert [each.status_code for each in answers] == [200, 200, 500, 200]


def test_a_fault_can_wait_and_can_repeat(server: RunningNationBuilder, demo: Caller) -> None:
    server.fault("bad_gateway", after=1, count=2)

    assert [demo.get("/signups/2").status_code for _ in range(4)] == [200, 502, 502, 200]


def test_a_slow_answer_is_still_right(server: RunningNationBuilder, demo: Caller) -> None:
    server.fault("slow", seconds=0.2)
    began = time.monotonic()

    response = demo.get("/signups/2")

    assert response.status_code == 200
    assert time.monotonic() - began >= 0.2


def test_a_connection_dropped_before_leaves_nothing(server: RunningNationBuilder, demo: Caller) -> None:
    server.fault("drop_before", method="POST")

    with pytest.raises(requests.ConnectionError):
        demo.create("signup_tags", {"name": "Never"})

    assert demo.count("/signup_tags", {"filter[name]": "Never"}) == 0


def test_a_connection_dropped_after_leaves_the_effect(server: RunningNationBuilder, demo: Caller) -> None:
    server.fault("drop_after", method="POST")

    with pytest.raises(requests.ConnectionError):
        demo.create("signup_tags", {"name": "Yet there"})

    assert demo.count("/signup_tags", {"filter[name]": "Yet there"}) == 1


def test_the_token_endpoint_can_fail_too(server: RunningNationBuilder, demo: Caller) -> None:
    server.fault("cloudflare", path="/oauth/token")

    response = requests.post(f"{server.url('demo')}/oauth/token", json={}, timeout=60)

    assert response.headers["cf-mitigated"] == "challenge"


def test_an_unknown_fault_is_refused(server: RunningNationBuilder) -> None:
    with pytest.raises(ValueError, match="Known faults: token_expired"):
        server.fault("earthquake")
