"""What each answer of `/oauth/token` proves."""

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from local.nationbuilder.oauth import DEFAULT_APP
from local.nationbuilder.server import RunningNationBuilder
from nat.connections.apps import App
from nat.connections.token_endpoint import AnswerUnclear, GrantRefused, RequestRefused, TokenEndpoint
from nat.connections.tokens import NbTokens
from nat.ids import NationSlug
from nat.nationbuilder import pooled_sessions
from tests.unit.nat.world import START, Clock

APP = App(DEFAULT_APP.client_id, DEFAULT_APP.client_secret)
CALLBACK = "http://127.0.0.1:1/oauth/callback"
SLUG = NationSlug("harbor")


@pytest.fixture
def endpoint(nationbuilder: RunningNationBuilder) -> TokenEndpoint:
    nationbuilder.standin.reset()
    return TokenEndpoint(nationbuilder.base_url, pooled_sessions(), Clock(), timeout=(1, 1))


def pair(nationbuilder: RunningNationBuilder) -> NbTokens:
    given = nationbuilder.issue(SLUG)
    assert given.refresh_token is not None
    return NbTokens(given.access_token, given.refresh_token, START, SLUG, START)


def test_a_refresh_gives_another_pair_that_lives_for_a_day(
    endpoint: TokenEndpoint, nationbuilder: RunningNationBuilder
) -> None:
    old = pair(nationbuilder)

    fresh = endpoint.refresh(old, APP)

    assert {fresh.access_token, fresh.refresh_token}.isdisjoint({old.access_token, old.refresh_token})
    assert fresh.expires_at == START + timedelta(hours=24)


def test_a_spent_refresh_token_is_refused(
    endpoint: TokenEndpoint, nationbuilder: RunningNationBuilder
) -> None:
    old = pair(nationbuilder)
    endpoint.refresh(old, APP)

    with pytest.raises(GrantRefused):
        endpoint.refresh(old, APP)


def test_an_unknown_app_is_refused_and_spends_nothing(
    endpoint: TokenEndpoint, nationbuilder: RunningNationBuilder
) -> None:
    old = pair(nationbuilder)

    with pytest.raises(RequestRefused) as refusal:
        endpoint.refresh(old, App(APP.client_id, "wrong"))

    assert refusal.value.code == "invalid_client"
    assert endpoint.refresh(old, APP).access_token


@pytest.mark.parametrize(
    "kind", ["cloudflare", "server_error", "bad_gateway", "service_unavailable", "drop_before", "drop_after"]
)
def test_an_answer_that_is_none_of_the_endpoint_proves_nothing(
    endpoint: TokenEndpoint, nationbuilder: RunningNationBuilder, kind: str
) -> None:
    old = pair(nationbuilder)
    nationbuilder.fault(kind, path="/oauth/token")

    with pytest.raises(AnswerUnclear):
        endpoint.refresh(old, APP)


def test_an_answer_that_does_not_come_in_time_proves_nothing(
    endpoint: TokenEndpoint, nationbuilder: RunningNationBuilder
) -> None:
    old = pair(nationbuilder)
    nationbuilder.fault("slow", seconds=1.5, path="/oauth/token")

    with pytest.raises(AnswerUnclear):
        endpoint.refresh(old, APP)


def test_the_rate_limit_spends_nothing(endpoint: TokenEndpoint, nationbuilder: RunningNationBuilder) -> None:
    old = pair(nationbuilder)
    nationbuilder.fault("rate_limited", path="/oauth/token")

    with pytest.raises(RequestRefused):
        endpoint.refresh(old, APP)

    assert endpoint.refresh(old, APP).access_token


def test_a_code_is_exchanged_with_its_verifier(
    endpoint: TokenEndpoint, nationbuilder: RunningNationBuilder
) -> None:
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": APP.client_id,
        "redirect_uri": CALLBACK,
        "decision": "allow",
    }
    answer = requests.get(
        f"{nationbuilder.url(SLUG)}/oauth/authorize",
        params={**asked, "code_challenge": challenge, "code_challenge_method": "S256"},
        allow_redirects=False,
        timeout=5,
    )
    (code,) = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]

    with pytest.raises(GrantRefused):
        endpoint.exchange(SLUG, code, CALLBACK, "wrong", APP)
    assert endpoint.exchange(SLUG, code, CALLBACK, verifier, APP).nation_slug == SLUG


@pytest.mark.parametrize("slug", ["", "a/b", "a.b", "x#y", "A"])
def test_what_is_not_a_slug_is_not_asked(endpoint: TokenEndpoint, slug: str) -> None:
    with pytest.raises(ValueError, match="slug"):
        endpoint.ask(NationSlug(slug), {}, APP)
