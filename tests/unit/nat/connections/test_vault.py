"""The token vault: one pair per nation, with a short memory, on either store."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from nat.aws import clients
from nat.aws.isolation import NationNotEntered, nation
from nat.aws.store import Store
from nat.connections.seal import Seal, SealBroken
from nat.connections.tokens import fingerprint
from nat.connections.vault import (
    TOKENS_ITEM,
    NbTokens,
    SecretsManagerVault,
    TokenVault,
    get_nb_tokens_by_nation,
    move_tokens,
    store_nb_tokens,
    token_vault,
)
from nat.errors import Reconnect
from nat.ids import NationSlug
from nat.names import Secret, Table
from nat.settings import SettingMissing, TableNames
from tests.unit.nat import world
from tests.unit.nat.connections.keeping import STORES
from tests.unit.nat.world import START, Clock


def tokens_of(slug: str, access_token: str = "access-1") -> NbTokens:
    return NbTokens(access_token, "refresh-1", START + timedelta(hours=24), NationSlug(slug), START)


@pytest.fixture
def slug(embedded_aws: object) -> str:
    return f"n-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seal(embedded_aws: object) -> Seal:
    return Seal(clients.kms(), clients.kms().create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def opened(tables: TableNames, seal: Seal) -> Callable[[str, Clock], TokenVault]:
    """Makes vaults: each with a memory of its own, as each process has one."""

    def make(store: str, clock: Clock) -> TokenVault:
        rows = Store(clients.dynamodb(), tables, clock)
        return token_vault(store, secrets=clients.secrets(), store=rows, seal=seal)

    return make


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def vault(opened: Callable[[str, Clock], TokenVault], store: str, clock: Clock) -> TokenVault:
    return opened(store, clock)


@pytest.fixture
def replace_behind(opened: Callable[[str, Clock], TokenVault], store: str) -> Callable[[str, str], None]:
    """What another process does: the pair changes without this vault's knowledge."""

    def act(slug: str, access_token: str) -> None:
        with nation(slug):
            opened(store, Clock()).store_nb_tokens(tokens_of(slug, access_token))

    return act


@pytest.fixture
def put_text(store: str, tables: TableNames, seal: Seal) -> Callable[[str, str], None]:
    """Puts a text where the pair should be."""

    def act(slug: str, text: str) -> None:
        if store == "secretsmanager":
            clients.secrets().create_secret(Name=Secret.nation_tokens(NationSlug(slug)), SecretString=text)
        else:
            row = {"nation_slug": slug, "item": TOKENS_ITEM, "sealed": seal.close(NationSlug(slug), text)}
            world.put(tables, Table.CONNECTIONS, row)

    return act


def test_what_was_stored_is_read(vault: TokenVault, slug: str) -> None:
    with nation(slug):
        store_nb_tokens(tokens_of(slug), vault)

        assert get_nb_tokens_by_nation(NationSlug(slug), vault) == tokens_of(slug)


def test_the_secret_has_the_name_and_the_fields_of_the_contract(
    opened: Callable[[str, Clock], TokenVault], slug: str
) -> None:
    with nation(slug):
        opened("secretsmanager", Clock()).store_nb_tokens(tokens_of(slug))

    stored = clients.secrets().get_secret_value(SecretId=f"nat/nation/{slug}/nb-tokens")["SecretString"]
    assert json.loads(stored) == {
        "access_token": "access-1",
        "refresh_token": "refresh-1",
        "expires_at": "2026-11-23T09:30:00.000Z",
        "nation_slug": slug,
        "updated_at": "2026-11-22T09:30:00.000Z",
    }


def test_a_row_shows_no_token(
    opened: Callable[[str, Clock], TokenVault], tables: TableNames, slug: str
) -> None:
    with nation(slug):
        opened("dynamodb", Clock()).store_nb_tokens(tokens_of(slug))

    (row,) = world.rows(tables, Table.CONNECTIONS)
    assert b"access-1" not in row["sealed"]["L"][0]["B"]
    assert "access-1" not in str(row)


def test_a_new_pair_takes_the_place_of_the_old_one(vault: TokenVault, slug: str) -> None:
    with nation(slug):
        vault.store_nb_tokens(tokens_of(slug))
        vault.get_nb_tokens_by_nation(NationSlug(slug))

        vault.store_nb_tokens(tokens_of(slug, "access-2"))

        assert vault.get_nb_tokens_by_nation(NationSlug(slug)).access_token == "access-2"


def test_a_write_that_is_repeated_late_does_not_undo_a_later_one(
    opened: Callable[[str, Clock], TokenVault], slug: str
) -> None:
    vault = opened("dynamodb", Clock())
    earlier, later = f"{1:010d}-{fingerprint('a')[:40]}", f"{2:010d}-{fingerprint('b')[:40]}"
    with nation(slug):
        vault.store_nb_tokens(tokens_of(slug))
        vault.store_nb_tokens(tokens_of(slug, "access-2"), write_id=earlier)
        vault.store_nb_tokens(tokens_of(slug, "access-3"), write_id=later)

        vault.store_nb_tokens(tokens_of(slug, "access-2"), write_id=earlier)

        assert vault.get_nb_tokens_by_nation(NationSlug(slug)).access_token == "access-3"


def test_a_write_has_its_id_in_secrets_manager_too_which_ignores_it_when_repeated(
    opened: Callable[[str, Clock], TokenVault], slug: str
) -> None:
    vault, write_id = opened("secretsmanager", Clock()), f"{7:010d}-{fingerprint('a')[:40]}"
    with nation(slug):
        vault.store_nb_tokens(tokens_of(slug))

        vault.store_nb_tokens(tokens_of(slug, "access-2"), write_id=write_id)

    assert (
        clients.secrets().get_secret_value(SecretId=Secret.nation_tokens(NationSlug(slug)))["VersionId"]
        == write_id
    )


def test_proving_that_it_can_be_written_leaves_the_pair(vault: TokenVault, slug: str) -> None:
    with nation(slug):
        vault.store_nb_tokens(tokens_of(slug))

        for _ in range(3):
            vault.prove_writable(NationSlug(slug))

        vault.forget(NationSlug(slug))
        assert vault.get_nb_tokens_by_nation(NationSlug(slug)) == tokens_of(slug)


def test_a_nation_without_a_pair_has_to_reconnect(vault: TokenVault, slug: str) -> None:
    with nation(slug), pytest.raises(Reconnect):
        vault.get_nb_tokens_by_nation(NationSlug(slug))


@pytest.mark.parametrize("text", [" ", "no json", "[]", "{}", '{"access_token": 1}', "null"])
def test_what_holds_no_pair_asks_to_reconnect(
    vault: TokenVault, slug: str, put_text: Callable[[str, str], None], text: str
) -> None:
    put_text(slug, text)

    with nation(slug), pytest.raises(Reconnect):
        vault.get_nb_tokens_by_nation(NationSlug(slug))


def test_a_pair_of_another_nation_is_not_handed_out(
    vault: TokenVault, slug: str, put_text: Callable[[str, str], None]
) -> None:
    stray = {"access_token": "a", "refresh_token": "r", "nation_slug": "other"}
    value = {**stray, "expires_at": "2026-11-23T09:30:00Z", "updated_at": "2026-11-22T09:30:00Z"}
    put_text(slug, json.dumps(value))

    with nation(slug), pytest.raises(Reconnect):
        vault.get_nb_tokens_by_nation(NationSlug(slug))


def test_a_row_that_was_sealed_for_another_nation_does_not_open(
    opened: Callable[[str, Clock], TokenVault], tables: TableNames, seal: Seal, slug: str
) -> None:
    sealed = seal.close(NationSlug("other"), json.dumps({"nation_slug": slug}))
    world.put(tables, Table.CONNECTIONS, {"nation_slug": slug, "item": TOKENS_ITEM, "sealed": sealed})

    with nation(slug), pytest.raises(Reconnect):
        opened("dynamodb", Clock()).get_nb_tokens_by_nation(NationSlug(slug))


def test_what_was_sealed_for_one_nation_does_not_open_for_another(seal: Seal) -> None:
    sealed = seal.close(NationSlug("demo"), "text")

    assert seal.open(NationSlug("demo"), sealed) == "text"
    with pytest.raises(SealBroken):
        seal.open(NationSlug("harbor"), sealed)


def test_a_long_text_is_sealed_in_pieces(seal: Seal) -> None:
    text = "é" * 5000

    sealed = seal.close(NationSlug("demo"), text)

    assert len(sealed) == 3
    assert seal.open(NationSlug("demo"), sealed) == text


def test_a_pair_is_remembered_for_five_minutes(
    vault: TokenVault, slug: str, clock: Clock, replace_behind: Callable[[str, str], None]
) -> None:
    replace_behind(slug, "access-1")
    with nation(slug):
        vault.get_nb_tokens_by_nation(NationSlug(slug))
        replace_behind(slug, "access-2")
        clock.advance(minutes=4)
        assert vault.get_nb_tokens_by_nation(NationSlug(slug)).access_token == "access-1"

        clock.advance(minutes=2)

        assert vault.get_nb_tokens_by_nation(NationSlug(slug)).access_token == "access-2"


def test_a_remembered_pair_is_not_handed_out_to_another_nation(vault: TokenVault, slug: str) -> None:
    with nation(slug):
        vault.store_nb_tokens(tokens_of(slug))
        vault.get_nb_tokens_by_nation(NationSlug(slug))

    with nation("other"), pytest.raises(NationNotEntered):
        vault.get_nb_tokens_by_nation(NationSlug(slug))
    with pytest.raises(NationNotEntered):
        vault.get_nb_tokens_by_nation(NationSlug(slug))


def test_a_pair_moves_to_the_other_store_and_stays_in_the_first(
    opened: Callable[[str, Clock], TokenVault], slug: str, clock: Clock
) -> None:
    source, target = opened("secretsmanager", clock), opened("dynamodb", clock)
    with nation(slug):
        source.store_nb_tokens(tokens_of(slug))

        assert move_tokens(NationSlug(slug), source, target)

        assert target.get_nb_tokens_by_nation(NationSlug(slug)) == source.get_nb_tokens_by_nation(
            NationSlug(slug)
        )


def test_a_nation_without_a_pair_has_none_to_move(
    opened: Callable[[str, Clock], TokenVault], slug: str, clock: Clock
) -> None:
    with nation(slug):
        assert not move_tokens(NationSlug(slug), opened("secretsmanager", clock), opened("dynamodb", clock))


def test_an_unknown_store_is_named(opened: Callable[[str, Clock], TokenVault], clock: Clock) -> None:
    with pytest.raises(SettingMissing, match="a-drawer"):
        opened("a-drawer", clock)


def test_a_secret_is_made_with_the_given_key(slug: str) -> None:
    key = clients.kms().create_key()["KeyMetadata"]["Arn"]
    with nation(slug):
        SecretsManagerVault(clients.secrets(), Clock(), key_arn=key).store_nb_tokens(tokens_of(slug))

    assert (
        clients.secrets().describe_secret(SecretId=Secret.nation_tokens(NationSlug(slug)))["KmsKeyId"] == key
    )


def test_a_pair_shows_no_token_when_it_is_printed(slug: str) -> None:
    shown = repr(replace(tokens_of(slug), access_token="secret-a", refresh_token="secret-r"))

    assert "secret" not in shown
