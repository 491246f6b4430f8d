"""Only an address that somebody proved, or whose domain its provider owns, gets into a token."""

import json

import pytest

from nat.handlers import token_claims
from nat.names import Variable
from nat.people.proven_email import proven_email

TRUSTED = {"Party": ["party.example"]}
BY_PARTY = json.dumps([{"userId": "1", "providerName": "Party", "providerType": "SAML"}])


def test_an_address_that_was_proved_is_proven_in_lower_case() -> None:
    assert proven_email({"email": "Ann@Example.org", "email_verified": "true"}, {}) == "ann@example.org"


@pytest.mark.parametrize("verified", [{}, {"email_verified": "false"}, {"email_verified": "True "}])
def test_an_address_that_nobody_proved_is_not(verified: dict[str, str]) -> None:
    assert proven_email({"email": "ann@example.org", **verified}, TRUSTED) is None


def test_a_saml_provider_vouches_for_its_own_domain() -> None:
    assert (
        proven_email({"email": "ann@Party.example", "identities": BY_PARTY}, TRUSTED) == "ann@party.example"
    )


@pytest.mark.parametrize(
    "attributes",
    [
        {"email": "ann@rival.example", "identities": BY_PARTY},
        {"email": "ann@sub.party.example", "identities": BY_PARTY},
        {"email": "ann@party.example@rival.example", "identities": BY_PARTY},
        {"email": "ann@party.example", "identities": BY_PARTY.replace("Party", "Rival")},
        {"email": "ann@party.example"},
        {"email": "ann@party.example", "identities": "not json"},
        {"email": "ann@party.example", "identities": '{"providerName": "Party"}'},
        {"email": "party.example", "identities": "[1]"},
        {"identities": BY_PARTY},
        {},
    ],
)
def test_nobody_vouches_for_other_addresses(attributes: dict[str, str]) -> None:
    assert proven_email(attributes, TRUSTED) is None


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    token_claims._trusted.cache_clear()
    monkeypatch.setenv(Variable.TRUSTED_DOMAINS, json.dumps(TRUSTED))


@pytest.mark.usefixtures("trusted")
def test_the_access_token_gets_the_proven_address_and_the_id_token_stays() -> None:
    event = {"request": {"userAttributes": {"email": "a@b.example", "email_verified": "true"}}}

    answer = token_claims.handler(event, None)["response"]["claimsAndScopeOverrideDetails"]

    assert answer == {"accessTokenGeneration": {"claimsToAddOrOverride": {"email": "a@b.example"}}}


@pytest.mark.usefixtures("trusted")
def test_a_token_without_a_proven_address_names_none() -> None:
    event = {"request": {"userAttributes": {"email": "a@b.example", "email_verified": "false"}}}

    answer = token_claims.handler(event, None)["response"]["claimsAndScopeOverrideDetails"]

    assert answer == {"accessTokenGeneration": {"claimsToSuppress": ["email"]}}
