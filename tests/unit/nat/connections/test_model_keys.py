"""A nation's own Anthropic key: tried out by a real call, stored, used within its nation, removed."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError

from local.claude import RunningClaude, running_claude
from local.claude.faults import Fault
from nat.aws import clients
from nat.aws.isolation import NationNotEntered, nation
from nat.aws.store import Store
from nat.connections.model_keys import (
    KeyNote,
    ModelKeys,
    NationKeys,
    note_of,
    proof_over_http,
)
from nat.errors import ModelKeyInvalid, ModelKeyRejected, ModelUnavailable, NatError
from nat.ids import NationSlug
from nat.names import Secret
from nat.nations.record import Nation, Nations
from nat.settings import TableNames
from nat.wording import Worded
from tests.unit.nat import world
from tests.unit.nat.world import START, Clock

KEY = "sk-ant-api03-abcdefgh-WXYZ"
MODEL = "claude-haiku-4-5"


@pytest.fixture
def claude() -> Iterator[RunningClaude]:
    with running_claude() as server:
        yield server


@dataclass
class Office:
    """Where keys are stored, and where a worker reads them."""

    tables: TableNames
    keys: ModelKeys
    reader: NationKeys
    clock: Clock

    @property
    def record(self) -> Nation:
        return Nations(Store(clients.dynamodb(), self.tables)).require(NationSlug("demo"))

    def read(self) -> str | None:
        with nation("demo"):
            return self.reader.key_of(self.record)


@pytest.fixture
def office(tables: TableNames, claude: RunningClaude) -> Iterator[Office]:
    world.store_nation(tables, world.nation())
    clock = Clock()
    nations = Nations(Store(clients.dynamodb(), tables))
    prove = proof_over_http(claude.base_url, MODEL, seconds=3.0)
    made = Office(
        tables, ModelKeys(clients.secrets(), nations, prove), NationKeys(clients.secrets(), clock), clock
    )
    yield made
    made.keys.remove(NationSlug("demo"), START)


def secret() -> dict[str, str] | None:
    try:
        found = clients.secrets().get_secret_value(SecretId=Secret.nation_model_key(NationSlug("demo")))
    except ClientError:
        return None
    value: dict[str, str] = json.loads(found["SecretString"])
    return value


def test_a_key_that_works_is_stored_and_only_its_end_is_told(office: Office) -> None:
    note = office.keys.store(NationSlug("demo"), f" {KEY}\n", START)

    assert note == KeyNote("WXYZ", START) == note_of(office.record)
    assert secret() == {"api_key": KEY, "nation_slug": "demo"}


def test_a_key_is_tried_by_one_call_of_one_token(office: Office, claude: RunningClaude) -> None:
    office.keys.store(NationSlug("demo"), KEY, START)

    [call] = claude.requests
    assert (call["status"], call["body"]["model"], call["body"]["max_tokens"]) == (200, MODEL, 1)
    assert call["answer"]["usage"]["output_tokens"] <= 1


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        ({"kind": "status", "status": 402}, ModelKeyInvalid, Worded("form.key_no_credit")),
        (
            {"kind": "status", "status": 400, "message": "Your credit balance is too low"},
            ModelKeyInvalid,
            Worded("form.key_no_credit"),
        ),
        (
            {"kind": "status", "status": 400, "message": "You have reached your specified API usage limits."},
            ModelKeyInvalid,
            Worded("form.key_limit"),
        ),
        (
            {"kind": "status", "status": 429, "error_code": "enforced_spend_limit_reached"},
            ModelKeyInvalid,
            Worded("form.key_limit"),
        ),
        ({"kind": "status", "status": 403}, ModelKeyInvalid, Worded("form.key_refused")),
        ({"kind": "status", "status": 404}, ModelKeyInvalid, Worded("form.key_no_model", model=MODEL)),
        ({"kind": "rate_limit"}, ModelUnavailable, Worded("form.key_unproven")),
        ({"kind": "overloaded"}, ModelUnavailable, Worded("form.key_unproven")),
        ({"kind": "disconnect"}, ModelUnavailable, Worded("form.key_unproven")),
    ],
)
def test_a_key_that_is_not_proven_is_not_stored_and_the_reason_is_told(
    office: Office, claude: RunningClaude, fault: dict[str, object], error: type[NatError], message: str
) -> None:
    claude.state.faults.add(Fault.from_json(fault))

    with pytest.raises(error) as caught:
        office.keys.store(NationSlug("demo"), KEY, START)

    assert caught.value.message == message
    assert secret() is None
    assert note_of(office.record) is None


def test_a_wrong_key_leaves_the_stored_one(office: Office) -> None:
    office.keys.store(NationSlug("demo"), KEY, START)

    with pytest.raises(ModelKeyInvalid, match="does not accept"):
        office.keys.store(NationSlug("demo"), "sk-ant-invalid-0000", START)

    assert office.read() == KEY


def test_anthropic_that_does_not_answer_proves_nothing(tables: TableNames) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        proof_over_http("http://127.0.0.1:9", MODEL, seconds=1.0)(KEY)

    assert caught.value.message == Worded("form.key_unproven")


@pytest.mark.parametrize("text", ["", "short", "two words in it", "line\nbreak-in-it", "ключ-ключ-ключ"])
def test_what_is_no_key_is_not_sent_anywhere(office: Office, claude: RunningClaude, text: str) -> None:
    with pytest.raises(ModelKeyInvalid) as caught:
        office.keys.store(NationSlug("demo"), text, START)

    assert caught.value.message == Worded("form.no_key")
    assert claude.requests == []


def test_a_replaced_key_is_used_at_once(office: Office) -> None:
    office.keys.store(NationSlug("demo"), KEY, START)
    assert office.read() == KEY

    office.clock.advance(seconds=1)
    office.keys.store(NationSlug("demo"), "sk-ant-another-key", office.clock.now)

    assert office.read() == "sk-ant-another-key"


def test_a_removed_key_is_gone_and_another_may_follow(office: Office) -> None:
    office.keys.store(NationSlug("demo"), KEY, START)

    office.keys.remove(NationSlug("demo"), START)

    assert office.read() is None
    assert secret() is None
    office.keys.store(NationSlug("demo"), KEY, START)
    assert office.read() == KEY


def test_removing_what_is_not_there_changes_nothing(office: Office) -> None:
    office.keys.remove(NationSlug("demo"), START)

    assert note_of(office.record) is None


def test_a_key_is_kept_for_five_minutes_and_then_read_anew(office: Office) -> None:
    office.keys.store(NationSlug("demo"), KEY, START)
    office.read()
    clients.secrets().put_secret_value(
        SecretId=Secret.nation_model_key(NationSlug("demo")),
        SecretString=json.dumps({"api_key": "other", "nation_slug": "demo"}),
    )
    assert office.read() == KEY

    office.clock.advance(minutes=5, seconds=1)

    assert office.read() == "other"


def test_a_noted_key_that_cannot_be_read_is_never_taken_for_none(office: Office) -> None:
    office.keys.store(NationSlug("demo"), KEY, START)
    clients.secrets().delete_secret(
        SecretId=Secret.nation_model_key(NationSlug("demo")), ForceDeleteWithoutRecovery=True
    )

    with pytest.raises(ModelKeyRejected):
        office.read()


@pytest.mark.parametrize("value", ["no json", "{}", '{"api_key": "k", "nation_slug": "other"}'])
def test_a_secret_that_is_not_this_nations_key_is_refused(
    office: Office, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    office.keys.store(NationSlug("demo"), KEY, START)
    clients.secrets().put_secret_value(
        SecretId=Secret.nation_model_key(NationSlug("demo")), SecretString=value
    )

    with caplog.at_level(logging.ERROR), pytest.raises(ModelKeyRejected):
        office.read()


def test_a_key_is_handed_out_within_its_nation_only(office: Office) -> None:
    office.keys.store(NationSlug("demo"), KEY, START)

    with pytest.raises(NationNotEntered), nation("other"):
        office.reader.key_of(office.record)


def test_no_log_line_holds_a_key(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="nat"), pytest.raises(ModelKeyInvalid):
        office.keys.store(NationSlug("demo"), "sk-ant-invalid-secret", START)

    assert "sk-ant-invalid-secret" not in str([vars(each) for each in caplog.records])
