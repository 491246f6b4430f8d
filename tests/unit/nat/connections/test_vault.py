"""The token vault: one pair per nation, in Secrets Manager, with a short memory."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from nat import aws
from nat.connections.vault import NbTokens, SecretsManagerVault, renewed_access_token
from nat.errors import Reconnect
from nat.isolation import NationNotEntered, nation
from nat.names import Secret
from tests.unit.nat.world import START, Clock


def tokens_of(slug: str, access_token: str = "access-1") -> NbTokens:
    return NbTokens(access_token, "refresh-1", START + timedelta(hours=24), slug, START)


@pytest.fixture
def slug(embedded_aws: object) -> str:
    return f"n-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vault(embedded_aws: object, clock: Clock) -> SecretsManagerVault:
    return SecretsManagerVault(aws.secrets(), clock)


def replace_behind(slug: str, access_token: str) -> None:
    """What another process does: the pair changes without this vault's knowledge."""
    with nation(slug):
        SecretsManagerVault(aws.secrets(), Clock()).store_nb_tokens(tokens_of(slug, access_token))


def test_what_was_stored_is_read(vault: SecretsManagerVault, slug: str) -> None:
    with nation(slug):
        vault.store_nb_tokens(tokens_of(slug))

        assert vault.get_nb_tokens_by_nation(slug) == tokens_of(slug)


def test_the_secret_has_the_name_and_the_fields_of_the_contract(
    vault: SecretsManagerVault, slug: str
) -> None:
    with nation(slug):
        vault.store_nb_tokens(tokens_of(slug))

    stored = aws.secrets().get_secret_value(SecretId=f"nat/nation/{slug}/nb-tokens")["SecretString"]
    assert json.loads(stored) == {
        "access_token": "access-1",
        "refresh_token": "refresh-1",
        "expires_at": "2026-11-23T09:30:00.000Z",
        "nation_slug": slug,
        "updated_at": "2026-11-22T09:30:00.000Z",
    }


def test_a_new_pair_takes_the_place_of_the_old_one(vault: SecretsManagerVault, slug: str) -> None:
    with nation(slug):
        vault.store_nb_tokens(tokens_of(slug))
        vault.get_nb_tokens_by_nation(slug)

        vault.store_nb_tokens(tokens_of(slug, "access-2"))

        assert vault.get_nb_tokens_by_nation(slug).access_token == "access-2"


def test_a_nation_without_a_secret_has_to_reconnect(vault: SecretsManagerVault, slug: str) -> None:
    with nation(slug), pytest.raises(Reconnect):
        vault.get_nb_tokens_by_nation(slug)


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", '{"access_token": 1}', "null"])
def test_a_secret_that_holds_no_pair_asks_to_reconnect(
    vault: SecretsManagerVault, slug: str, text: str
) -> None:
    aws.secrets().create_secret(Name=Secret.nation_tokens(slug), SecretString=text or " ")

    with nation(slug), pytest.raises(Reconnect):
        vault.get_nb_tokens_by_nation(slug)


def test_a_pair_of_another_nation_is_not_handed_out(vault: SecretsManagerVault, slug: str) -> None:
    stray = json.dumps({"access_token": "a", "refresh_token": "r", "nation_slug": "other"})
    value = {**json.loads(stray), "expires_at": "2026-11-23T09:30:00Z", "updated_at": "2026-11-22T09:30:00Z"}
    aws.secrets().create_secret(Name=Secret.nation_tokens(slug), SecretString=json.dumps(value))

    with nation(slug), pytest.raises(Reconnect):
        vault.get_nb_tokens_by_nation(slug)


def test_a_pair_is_remembered_for_five_minutes(vault: SecretsManagerVault, slug: str, clock: Clock) -> None:
    replace_behind(slug, "access-1")
    with nation(slug):
        vault.get_nb_tokens_by_nation(slug)
        replace_behind(slug, "access-2")
        clock.advance(minutes=4)
        assert vault.get_nb_tokens_by_nation(slug).access_token == "access-1"

        clock.advance(minutes=2)

        assert vault.get_nb_tokens_by_nation(slug).access_token == "access-2"


def test_a_remembered_pair_is_not_handed_out_to_another_nation(vault: SecretsManagerVault, slug: str) -> None:
    with nation(slug):
        vault.store_nb_tokens(tokens_of(slug))
        vault.get_nb_tokens_by_nation(slug)

    with nation("other"), pytest.raises(NationNotEntered):
        vault.get_nb_tokens_by_nation(slug)
    with pytest.raises(NationNotEntered):
        vault.get_nb_tokens_by_nation(slug)


def test_a_token_that_was_refreshed_elsewhere_is_found_after_a_refusal(
    vault: SecretsManagerVault, slug: str
) -> None:
    replace_behind(slug, "access-1")
    with nation(slug):
        vault.get_nb_tokens_by_nation(slug)
        replace_behind(slug, "access-2")

        assert renewed_access_token(vault, slug, "access-1") == "access-2"


def test_a_token_that_is_refused_and_the_only_one_asks_to_reconnect(
    vault: SecretsManagerVault, slug: str
) -> None:
    replace_behind(slug, "access-1")

    with nation(slug), pytest.raises(Reconnect):
        renewed_access_token(vault, slug, "access-1")


def test_a_pair_shows_no_token_when_it_is_printed(slug: str) -> None:
    shown = repr(replace(tokens_of(slug), access_token="secret-a", refresh_token="secret-r"))

    assert "secret" not in shown
