"""OAuth: consent, codes, PKCE, rotation, revocation (API facts, §3)."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from local.nationbuilder.oauth import DEFAULT_APP, App
from local.nationbuilder.server import RunningNationBuilder
from local.nationbuilder.settings import ON_FIRST_USE

CALLBACK = "http://127.0.0.1:4321/oauth/callback"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


class Client:
    """Nat's side of OAuth."""

    def __init__(self, server: RunningNationBuilder, slug: str = "demo") -> None:
        self.server, self.slug = server, slug
        self.session = requests.Session()

    def authorize(self, **changes: str) -> requests.Response:
        asked = {
            "response_type": "code",
            "client_id": DEFAULT_APP.client_id,
            "redirect_uri": CALLBACK,
            "state": "s1",
            "decision": "allow",
            **changes,
        }
        return self.session.get(
            f"{self.server.url(self.slug)}/oauth/authorize", params=asked, allow_redirects=False, timeout=10
        )

    def code(self, **changes: str) -> str:
        return returned(self.authorize(**changes))["code"]

    def token(self, **values: str) -> requests.Response:
        asked = {"client_id": DEFAULT_APP.client_id, "client_secret": DEFAULT_APP.client_secret, **values}
        return self.session.post(f"{self.server.url(self.slug)}/oauth/token", json=asked, timeout=10)

    def exchange(self, code: str, **more: str) -> requests.Response:
        return self.token(grant_type="authorization_code", code=code, **{"redirect_uri": CALLBACK, **more})

    def refresh(self, refresh_token: str) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def pair(self) -> dict[str, Any]:
        found: dict[str, Any] = self.exchange(self.code()).json()
        return found

    def me(self, access_token: str) -> requests.Response:
        return self.session.get(
            f"{self.server.url(self.slug)}/api/v2/signups/me",
            headers={"Authorization": f"Bearer {access_token}"},
            timeout=10,
        )


def returned(response: requests.Response) -> dict[str, str]:
    """What came back to the callback."""
    assert response.status_code == 302, response.text
    return {
        name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()
    }


@pytest.fixture
def client(server: RunningNationBuilder) -> Iterator[Client]:
    found = Client(server)
    with found.session:
        yield found


def test_allowing_brings_a_code_and_the_state_back(client: Client) -> None:
    response = client.authorize()

    assert response.headers["Location"].startswith(f"{CALLBACK}?")
    assert returned(response)["state"] == "s1"
    assert returned(response)["code"]


def test_denying_brings_access_denied_back(client: Client) -> None:
    assert returned(client.authorize(decision="deny")) == {"error": "access_denied", "state": "s1"}


def test_without_a_decision_a_page_asks_for_it(client: Client) -> None:
    response = client.authorize(decision="", state='"><script>')

    assert response.status_code == 200
    assert "Allow</button>" in response.text
    assert "Deny</button>" in response.text
    assert "<script>" not in response.text


def test_a_redirect_to_an_unknown_place_is_not_followed(client: Client) -> None:
    for uri in ("https://evil.example/oauth/callback", "http://127.0.0.1:4321/elsewhere", ""):
        response = client.authorize(redirect_uri=uri)

        assert response.status_code == 400
        assert "Location" not in response.headers


def test_a_registered_callback_must_match_exactly(server: RunningNationBuilder, client: Client) -> None:
    server.register(App("app", "secret", ("https://nat.example/oauth/callback",)))
    uri = "https://nat.example/oauth/callback"

    right = client.authorize(client_id="app", redirect_uri=uri)
    wrong = client.authorize(client_id="app", redirect_uri=f"{uri}/")

    assert (right.status_code, wrong.status_code) == (302, 400)


def test_a_code_becomes_a_pair(client: Client) -> None:
    pair = client.pair()

    assert set(pair) == {"access_token", "refresh_token", "token_type", "expires_in", "scope", "created_at"}
    assert (pair["token_type"], pair["expires_in"], pair["scope"]) == ("Bearer", 86_400, "default")
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 86_400
    assert client.me(pair["access_token"]).json()["data"]["id"] == "2"


def test_the_chosen_user_is_who_the_token_acts_as(client: Client) -> None:
    pair = client.exchange(client.code(user="4")).json()

    assert client.me(pair["access_token"]).json()["data"]["id"] == "4"


def test_a_form_is_taken_as_well_as_json(client: Client) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": client.code(),
        "redirect_uri": CALLBACK,
        "client_id": DEFAULT_APP.client_id,
        "client_secret": DEFAULT_APP.client_secret,
    }

    response = client.session.post(f"{client.server.url('demo')}/oauth/token", data=form, timeout=10)

    assert response.status_code == 200


def test_a_code_is_good_once(client: Client) -> None:
    code = client.code()

    first, second = client.exchange(code), client.exchange(code)

    assert (first.status_code, second.status_code) == (200, 400)
    assert second.json()["error"] == "invalid_grant"


def test_a_code_is_good_for_ten_minutes(server: RunningNationBuilder, client: Client) -> None:
    code, late = client.code(), client.code()

    server.clock.advance(599)
    in_time = client.exchange(code)
    server.clock.advance(2)

    assert (in_time.status_code, client.exchange(late).status_code) == (200, 400)


def test_a_code_belongs_to_its_callback_and_its_nation(server: RunningNationBuilder, client: Client) -> None:
    elsewhere = Client(server, "harbor")
    with elsewhere.session:
        other_callback = client.exchange(client.code(), redirect_uri="http://127.0.0.1:1/oauth/callback")
        other_nation = elsewhere.exchange(client.code())

    assert [other_callback.status_code, other_nation.status_code] == [400, 400]


@pytest.mark.parametrize(("verifier", "status"), [(VERIFIER, 200), ("wrong", 400), (None, 400)])
def test_a_challenge_must_be_met(client: Client, verifier: str | None, status: int) -> None:
    code = client.code(code_challenge=CHALLENGE, code_challenge_method="S256")

    response = client.exchange(code, **({} if verifier is None else {"code_verifier": verifier}))

    assert response.status_code == status


def test_only_s256_challenges_are_taken(client: Client) -> None:
    response = client.authorize(code_challenge=VERIFIER, code_challenge_method="plain")

    assert returned(response)["error"] == "invalid_request"


def test_a_wrong_secret_is_an_invalid_client(client: Client) -> None:
    response = client.exchange(client.code(), client_secret="wrong")

    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_an_unknown_grant_is_named(client: Client) -> None:
    response = client.token(grant_type="password")

    assert (response.status_code, response.json()["error"]) == (400, "unsupported_grant_type")


def test_refreshing_gives_a_new_pair_and_spends_the_old_refresh_token(client: Client) -> None:
    old = client.pair()

    new = client.refresh(old["refresh_token"]).json()
    again = client.refresh(old["refresh_token"])

    assert new["refresh_token"] != old["refresh_token"]
    assert client.me(new["access_token"]).status_code == 200
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_the_old_access_token_lives_on_after_a_refresh(client: Client) -> None:
    old = client.pair()

    client.refresh(old["refresh_token"])

    assert client.me(old["access_token"]).status_code == 200


def test_refreshing_can_end_the_old_access_token(server: RunningNationBuilder, client: Client) -> None:
    server.settings.refresh_revokes_access = True
    old = client.pair()

    client.refresh(old["refresh_token"])

    assert client.me(old["access_token"]).status_code == 401


def test_revocation_on_first_use_waits_for_the_new_token(
    server: RunningNationBuilder, client: Client
) -> None:
    server.settings.refresh_revocation = ON_FIRST_USE
    old = client.pair()

    lost = client.refresh(old["refresh_token"])
    second = client.refresh(old["refresh_token"])
    client.me(second.json()["access_token"])
    third = client.refresh(old["refresh_token"])

    assert [lost.status_code, second.status_code, third.status_code] == [200, 200, 400]


def test_a_refresh_token_outlives_its_access_token(server: RunningNationBuilder, client: Client) -> None:
    old = client.pair()

    server.clock.advance(30 * 86_400)

    assert client.refresh(old["refresh_token"]).status_code == 200


def test_an_access_token_ends_after_24_hours(server: RunningNationBuilder, client: Client) -> None:
    token = client.pair()["access_token"]

    server.clock.advance(86_399 - 60)
    before = client.me(token)
    server.clock.advance(61)
    after = client.me(token)

    assert before.status_code == 200
    assert (after.status_code, after.json()["code"]) == (401, "token_expired")


def test_revoking_ends_the_pair(client: Client) -> None:
    pair = client.pair()

    client.session.post(
        f"{client.server.url('demo')}/oauth/revoke", json={"token": pair["access_token"]}, timeout=10
    )

    assert client.me(pair["access_token"]).json()["code"] == "unauthorized"
    assert client.refresh(pair["refresh_token"]).status_code == 400


def test_there_is_nothing_else_below_oauth(client: Client) -> None:
    assert client.session.get(f"{client.server.url('demo')}/oauth/userinfo", timeout=10).status_code == 404
