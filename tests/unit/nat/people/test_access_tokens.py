"""Only an access token of our pool, app client and scope lets a person in."""

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from nat.errors import Internal, Unauthenticated
from nat.people.access_tokens import AccessTokens, bearer
from tests.unit.nat.serving import CLIENT, UserPool, running_pool


@pytest.fixture(scope="module")
def pool() -> Iterator[UserPool]:
    with running_pool() as running:
        yield running


@pytest.fixture
def tokens(pool: UserPool) -> AccessTokens:
    return AccessTokens(pool.issuer, frozenset({CLIENT, "other-client"}), "nat/use")


def test_a_token_of_the_pool_names_its_person(pool: UserPool, tokens: AccessTokens) -> None:
    assert tokens.verify(pool.token("ann"))["sub"] == "ann"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"iss": "https://elsewhere.example"},
        {"token_use": "id"},
        {"token_use": None},
        {"client_id": "foreign-client"},
        {"client_id": None},
        {"scope": "openid"},
        {"scope": "nat/used"},
        {"scope": None},
        {"sub": None},
    ],
)
def test_a_token_for_something_else_is_refused(
    pool: UserPool, tokens: AccessTokens, changes: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        tokens.verify(pool.token(**changes))


def test_keys_may_be_read_elsewhere_than_at_the_issuer(pool: UserPool) -> None:
    issuer = "https://unreachable.example"
    keys_url = f"{pool.issuer}/.well-known/jwks.json"

    tokens = AccessTokens(issuer, frozenset({CLIENT}), "nat/use", keys_url=keys_url)

    assert tokens.verify(pool.token("ann", iss=issuer))["sub"] == "ann"


def test_a_forged_token_is_refused(pool: UserPool, tokens: AccessTokens) -> None:
    forged = pool.token(key=rsa.generate_private_key(public_exponent=65537, key_size=2048))
    unsigned = jwt.encode({"sub": "ann", "iss": pool.issuer}, "", "none", {"kid": "one"})

    for token in (forged, unsigned, "x.y.z", "", pool.token()[:-4] + "AAAA"):
        with pytest.raises(Unauthenticated):
            tokens.verify(token)


def test_keys_are_read_once(pool: UserPool, tokens: AccessTokens) -> None:
    before = pool.reads

    for _ in range(5):
        tokens.verify(pool.token())

    assert pool.reads == before + 1


def test_a_pool_that_cannot_be_reached_is_our_outage() -> None:
    with running_pool() as gone:
        tokens = AccessTokens(gone.issuer, frozenset({CLIENT}), "nat/use")
        token = gone.token()

    with pytest.raises(Internal):
        tokens.verify(token)


def test_the_token_follows_the_word_bearer() -> None:
    assert bearer("Bearer abc") == bearer("bearer  abc ") == "abc"
    for header in ("", "abc", "Bearer", "Bearer ", "Basic abc"):
        with pytest.raises(Unauthenticated):
            bearer(header)
