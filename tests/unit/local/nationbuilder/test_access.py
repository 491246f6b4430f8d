"""Tokens and nations, permission sets, headers, rate limits (API facts, §2, §4, §5, §10)."""

import pytest
import requests

from local.nationbuilder.errors import UNAUTHORIZED
from local.nationbuilder.server import RunningNationBuilder
from local.nationbuilder.store import User
from tests.unit.local.nationbuilder.caller import Caller


def test_a_token_of_one_nation_is_nothing_in_another(
    server: RunningNationBuilder, demo: Caller, harbor: Caller
) -> None:
    harbor.sign_in(server.access_token("demo"))

    response = harbor.get("/signups")

    assert response.status_code == 401
    assert response.json() == {"code": "unauthorized", "message": UNAUTHORIZED}
    assert demo.get("/signups").status_code == 200


def test_the_same_id_is_somebody_else_in_the_other_nation(demo: Caller, harbor: Caller) -> None:
    assert demo.attributes("/signups/2")["full_name"] == "Maya Okafor"
    assert harbor.attributes("/signups/2")["full_name"] == "Grace Nakamura"


def test_writing_in_one_nation_leaves_the_other_alone(demo: Caller, harbor: Caller) -> None:
    before = harbor.count("/signups"), harbor.attributes("/signups/20")

    demo.delete("signups", "20")
    demo.created("signups", {"first_name": "Ada"})

    assert (harbor.count("/signups"), harbor.attributes("/signups/20")) == before


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "unauthorized"),
        ("Bearer nonsense", "unauthorized"),
        ("Basic abc", "unauthorized"),
        (f"Bearer {'0af1' * 16}", "token_upgrade_required"),
    ],
)
def test_without_a_v2_token_nothing_is_told(
    library: RunningNationBuilder, header: str | None, code: str
) -> None:
    headers = {} if header is None else {"Authorization": header}

    response = requests.get(f"{library.url('demo')}/api/v2/signups", headers=headers, timeout=60)

    assert (response.status_code, response.json()["code"]) == (401, code)


def test_a_token_in_the_query_works_as_well(library: RunningNationBuilder) -> None:
    params = {"access_token": library.access_token("demo")}

    response = requests.get(f"{library.url('demo')}/api/v2/signups/me", params=params, timeout=60)

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/donations", 401),
        ("/pledges/1", 401),
        ("/donation_tracking_codes", 401),
        ("/memberships?include=donations", 401),
        ("/signups", 200),
        ("/signups/me", 200),
    ],
)
def test_hidden_finances_are_not_authorized(library: RunningNationBuilder, path: str, status: int) -> None:
    tom = next(
        each.signup_id
        for each in library.nation("demo").users.values()
        if each.permission_set == "no_finances"
    )
    caller = Caller(library, user=tom)
    with caller.session:
        response = caller.get(path)

    assert response.status_code == status


def test_a_read_only_user_cannot_write(server: RunningNationBuilder) -> None:
    caller = Caller(server, user="6")
    with caller.session:
        assert caller.get("/signups/20").status_code == 200
        assert caller.update("signups", "20", {"note": "x"}).json()["code"] == "unauthorized"


def test_who_lost_access_to_the_control_panel_is_forbidden(
    server: RunningNationBuilder, demo: Caller
) -> None:
    server.nation("demo").users["2"] = User("2", lost_access=True)

    assert demo.get("/signups").status_code == 403


def test_somebody_who_is_no_control_panel_user_sees_only_themselves(server: RunningNationBuilder) -> None:
    caller = Caller(server, user="30")
    with caller.session:
        assert caller.attributes("/signups/me")["is_cpu"] is False
        assert caller.get("/signups").status_code == 401


def test_an_answer_in_json_must_be_accepted(library: RunningNationBuilder) -> None:
    token = library.access_token("demo")
    headers = {"Authorization": f"Bearer {token}"}

    refused = requests.get(
        f"{library.url('demo')}/api/v2/signups", headers={**headers, "Accept": "text/html"}, timeout=10
    )
    usual = requests.get(f"{library.url('demo')}/api/v2/signups", headers=headers, timeout=60)

    assert (refused.status_code, usual.status_code) == (406, 200)


def test_a_body_needs_a_content_type(server: RunningNationBuilder) -> None:
    headers = {"Authorization": f"Bearer {server.access_token('demo')}"}

    response = requests.post(f"{server.url('demo')}/api/v2/signups", data=b"{}", headers=headers, timeout=60)

    assert response.status_code == 406


def test_every_answer_tells_the_rate_limit(server: RunningNationBuilder, demo: Caller) -> None:
    server.settings.rate_limit = 250

    first, second, wrong = demo.get("/signups/2"), demo.get("/signups/2"), demo.get("/nothing")

    assert first.headers["RateLimit-Limit"] == "250"
    remaining = [int(each.headers["RateLimit-Remaining"]) for each in (first, second, wrong)]
    assert remaining == [249, 248, 247]
    reset = int(first.headers["RateLimit-Reset"]) - server.clock.now().timestamp()
    assert 0 < reset <= 11


def test_too_many_requests_have_a_message_and_no_code(server: RunningNationBuilder, demo: Caller) -> None:
    server.settings.rate_limit = 2

    answers = [demo.get("/signups/2") for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2].json() == {"message": "You have made too many requests. Please try again later."}
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 10


def test_each_token_has_a_limit_of_its_own_that_comes_back(
    server: RunningNationBuilder, demo: Caller
) -> None:
    server.settings.rate_limit = 1
    demo.get("/signups/2")
    other = Caller(server, user="3")

    with other.session:
        elsewhere = other.get("/signups/2")
    server.clock.advance(11)

    assert (elsewhere.status_code, demo.get("/signups/2").status_code) == (200, 200)


def test_a_nation_is_found_by_host_name(library: RunningNationBuilder) -> None:
    headers = {
        "Host": "harbor.nationbuilder.com",
        "Authorization": f"Bearer {library.access_token('harbor')}",
    }
    root = library.base_url.removesuffix("/{slug}")

    response = requests.get(f"{root}/api/v2/signups/me", headers=headers, timeout=60)

    assert response.json()["data"]["attributes"]["full_name"] == "Grace Nakamura"


def test_a_root_relative_link_works_below_the_prefix(library: RunningNationBuilder, reader: Caller) -> None:
    root = library.base_url.removesuffix("/{slug}")
    link = reader.get("/signups").json()["links"]["next"]

    response = reader.session.get(f"{root}{link}", timeout=10)

    assert response.json()["links"]["self"] == link


def test_an_unknown_nation_is_not_found(library: RunningNationBuilder) -> None:
    response = requests.get(library.url("nowhere") + "/api/v2/signups", timeout=60)

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")
