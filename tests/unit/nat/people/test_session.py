"""The token proves the person; the headers only select."""

from typing import Any

import pytest

from nat.errors import BadRequest, Forbidden, NatError, Unauthenticated
from nat.ids import NationSlug, UserId
from nat.people.session import Caller, Person, Selection, caller_of, extract_nation_from_headers, person_of

CLAIMS = {"sub": "ann", "token_use": "access", "username": "ann"}


def test_headers_select_whatever_their_case() -> None:
    headers = {"x-nat-nation-slug": " demo ", "X-NAT-User-Id": "ann"}

    assert extract_nation_from_headers(headers) == Selection(NationSlug("demo"), UserId("ann"))


def test_no_headers_select_nothing() -> None:
    assert extract_nation_from_headers({"accept": "*/*"}) == Selection(None, None)


@pytest.mark.parametrize("slug", ["Demo", "a.b", "a#b", "../x", "-a", "a" * 64, "a b", "dé"])
def test_a_slug_that_cannot_be_one_is_refused(slug: str) -> None:
    with pytest.raises(BadRequest):
        extract_nation_from_headers({"X-Nat-Nation-Slug": slug})


def test_a_caller_is_the_token_in_the_selected_nation() -> None:
    headers = {"X-Nat-Nation-Slug": "demo", "X-Nat-User-Id": "ann"}

    assert caller_of(CLAIMS, headers) == Caller(NationSlug("demo"), UserId("ann"))


@pytest.mark.parametrize(
    ("claims", "headers", "error"),
    [
        ({}, {"X-Nat-Nation-Slug": "demo"}, Unauthenticated),
        ({**CLAIMS, "token_use": "id"}, {"X-Nat-Nation-Slug": "demo"}, Unauthenticated),
        (CLAIMS, {"X-Nat-Nation-Slug": "demo", "X-Nat-User-Id": "bob"}, Forbidden),
        (CLAIMS, {"X-Nat-User-Id": "ann"}, BadRequest),
    ],
)
def test_a_caller_without_proof_or_selection_is_refused(
    claims: dict[str, Any], headers: dict[str, str], error: type[NatError]
) -> None:
    with pytest.raises(NatError) as caught:
        caller_of(claims, headers)

    assert type(caught.value) is error


def test_an_email_is_taken_from_its_claim_only() -> None:
    assert person_of({**CLAIMS, "username": "eve@example.org"}) == Person(UserId("ann"), None)
    assert person_of({**CLAIMS, "email": "ann@example.org"}) == Person(UserId("ann"), "ann@example.org")
