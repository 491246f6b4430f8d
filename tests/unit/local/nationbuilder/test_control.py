"""`/_standin/…`: steering the stand-in from outside."""

from typing import Any

import pytest
import requests

from local.nationbuilder.server import RunningNationBuilder
from tests.unit.local.nationbuilder.caller import Caller


def control(server: RunningNationBuilder, method: str, path: str, **body: Any) -> Any:
    response = requests.request(method, f"{server.control_url}/{path}", json=body or None, timeout=60)
    assert response.status_code == 200, response.text
    return response.json()


def test_a_token_is_issued_for_a_nation_and_a_user(server: RunningNationBuilder, demo: Caller) -> None:
    answer = control(server, "POST", "tokens", nation="demo", user="4")

    demo.sign_in(answer["access_token"])

    assert demo.attributes("/signups/me")["full_name"] == "Priya Patel"
    assert {"refresh_token", "expires_at", "expires_in"} <= set(answer)


def test_an_issued_token_can_be_short_and_without_refresh(server: RunningNationBuilder, demo: Caller) -> None:
    answer = control(server, "POST", "tokens", nation="demo", seconds=-1, refreshable=False)

    demo.sign_in(answer["access_token"])

    assert "refresh_token" not in answer
    assert demo.get("/signups/me").json()["code"] == "token_expired"


def test_tokens_are_listed_without_being_told(server: RunningNationBuilder) -> None:
    token = server.issue("demo")

    listed = requests.get(f"{server.control_url}/tokens?nation=demo", timeout=60)

    assert token.expires_at.isoformat() in [each["expires_at"] for each in listed.json()]
    assert token.access_token not in listed.text
    assert (token.refresh_token or "") not in listed.text


def test_a_nation_can_have_another_slug(server: RunningNationBuilder) -> None:
    control(server, "POST", "nations", slug="second-name", nation="demo")

    try:
        me = requests.get(
            f"{server.url('second-name')}/api/v2/signups/me",
            headers={"Authorization": f"Bearer {server.access_token('demo')}"},
            timeout=10,
        )
    finally:
        server.standin.nations.pop("second-name")

    assert me.status_code == 200


def test_removing_the_app_ends_all_tokens(server: RunningNationBuilder, demo: Caller) -> None:
    control(server, "POST", "revoke", nation="demo")

    assert demo.get("/signups").status_code == 401


def test_a_users_permissions_are_changed(server: RunningNationBuilder, demo: Caller) -> None:
    control(server, "POST", "users", nation="demo", user="2", permission_set="no_finances")
    hidden = demo.get("/donations").status_code
    control(server, "POST", "users", nation="demo", user="2", lost_access=True)

    assert (hidden, demo.get("/signups").status_code) == (401, 403)


def test_the_clock_moves(server: RunningNationBuilder, demo: Caller) -> None:
    control(server, "POST", "clock", advance_seconds=86_401)

    assert demo.get("/signups").json()["code"] == "token_expired"


def test_faults_are_added_listed_and_cleared(server: RunningNationBuilder, demo: Caller) -> None:
    control(server, "POST", "faults", faults=[{"kind": "bad_gateway"}, {"kind": "forbidden"}])
    listed = control(server, "GET", "faults")
    first = demo.get("/signups/2").status_code
    control(server, "DELETE", "faults")

    assert [each["kind"] for each in listed] == ["bad_gateway", "forbidden"]
    assert (first, demo.get("/signups/2").status_code) == (502, 200)


def test_settings_change(server: RunningNationBuilder, demo: Caller) -> None:
    control(server, "POST", "settings", rate_limit=1)

    assert [demo.get("/signups/2").status_code for _ in range(2)] == [200, 429]


def test_effects_are_shown_and_cleared(server: RunningNationBuilder, demo: Caller) -> None:
    person = demo.created("signups", {"first_name": "Ada"})
    demo.created("automation_enrollments", {"automation_id": "1", "signup_id": person})

    shown = control(server, "GET", "effects?nation=demo")
    control(server, "DELETE", "effects?nation=demo")

    assert [(each["kind"], each["signup_id"]) for each in shown] == [("automation_enrollment", person)]
    assert control(server, "GET", "effects?nation=demo") == []


def test_figures_are_computed_for_a_moment_and_a_zone(server: RunningNationBuilder) -> None:
    answer = control(server, "GET", "figures?nation=demo&zone=Europe/Berlin")

    assert len(answer["donors_over_10000_cents_last_30_days"]) == 23
    assert answer["records"]["signups"] == 3_100
    assert answer["zone"] == "Europe/Berlin"


def test_a_reset_seeds_anew_for_a_date(server: RunningNationBuilder, demo: Caller) -> None:
    demo.delete("signups", "20")

    control(server, "POST", "reset", seed_date="2026-03-09T12:00:00+00:00")

    assert "20" in server.nation("demo")["signups"].rows
    assert demo.get("/signups").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "tokens", {"nation": "nowhere"}),
        ("POST", "tokens", {"nation": "demo", "user": "987654"}),
        ("POST", "users", {"nation": "demo"}),
        ("POST", "users", {"nation": "demo", "user": "2", "permission_set": "king"}),
        ("POST", "settings", {"colour": "red"}),
        ("POST", "settings", {"rate_limit": "many"}),
        ("POST", "settings", {"refresh_revocation": "never"}),
        ("POST", "faults", {"kind": "earthquake"}),
        ("POST", "faults", {"kind": "slow", "sesonds": 1}),
        ("POST", "reset", {"seed_date": "2026-03-09"}),
    ],
)
def test_what_cannot_be_steered_is_explained(
    library: RunningNationBuilder, method: str, path: str, body: dict[str, Any]
) -> None:
    response = requests.request(method, f"{library.control_url}/{path}", json=body, timeout=60)

    assert response.status_code == 400
    assert response.json()["error"]


def test_an_unknown_endpoint_names_the_known_ones(library: RunningNationBuilder) -> None:
    response = requests.get(f"{library.control_url}/nothing", timeout=60)

    assert response.status_code == 404
    assert "POST /_standin/tokens" in response.json()["error"]


def test_a_nation_answers_under_another_slug_as_well(server: RunningNationBuilder) -> None:
    control(server, "POST", "nations", slug="harbor-two", nation="harbor")

    token = control(server, "POST", "tokens", nation="harbor-two")["access_token"]
    answer = requests.get(
        f"{server.url('harbor-two')}/api/v2/signups/me",
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["attributes"]["full_name"] == "Grace Nakamura"


def test_a_slug_that_no_nation_can_have_is_refused(server: RunningNationBuilder) -> None:
    wrong = requests.post(
        f"{server.control_url}/nations", json={"slug": "Harbor Two", "nation": "harbor"}, timeout=10
    )

    assert wrong.status_code == 400
