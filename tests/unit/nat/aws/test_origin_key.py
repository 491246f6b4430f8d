"""The key that CloudFront shows, as functions know it."""

import json
import uuid
from collections.abc import Iterator

import pytest

from nat.aws import clients
from nat.aws.origin_key import KEPT_SECONDS, PAUSE_SECONDS, OriginKey, OriginKeyMissing, OriginKeys
from nat.names import Secret
from tests.embedded import EmbeddedAws


class Reading:
    """Keys of one secret, on a clock of the test, and how often they were read."""

    def __init__(self) -> None:
        self.name = Secret.origin_key(uuid.uuid4().hex)
        self.now = 0.0
        self.reads = 0
        clients.secrets().create_secret(Name=self.name, SecretString="unset")
        clients.secrets().meta.events.register("before-call.secrets-manager.GetSecretValue", self._count)
        self.keys = OriginKeys(clients.secrets(), self.name, lambda: self.now)

    def holds(self, **keys: str) -> None:
        clients.secrets().put_secret_value(SecretId=self.name, SecretString=json.dumps(keys))

    def close(self) -> None:
        clients.secrets().meta.events.unregister("before-call.secrets-manager.GetSecretValue", self._count)

    def _count(self, **_: object) -> None:
        self.reads += 1


@pytest.fixture
def reading(embedded_aws: EmbeddedAws) -> Iterator[Reading]:
    assert embedded_aws
    found = Reading()
    yield found
    found.close()


def test_the_current_and_the_previous_key_are_taken_and_no_other(reading: Reading) -> None:
    reading.holds(current="new", previous="old")

    assert [reading.keys.accept(each) for each in ("new", "old", "other", "", None)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_the_key_is_read_once_for_many_requests(reading: Reading) -> None:
    reading.holds(current="new")

    assert all(reading.keys.accept("new") for _ in range(20))
    assert reading.reads == 1


def test_a_new_key_works_at_once(reading: Reading) -> None:
    reading.holds(current="old")
    assert reading.keys.accept("old")

    reading.holds(current="new", previous="old")
    reading.now += PAUSE_SECONDS

    assert reading.keys.accept("new")
    assert reading.keys.accept("old")


def test_a_key_that_is_out_is_refused_within_minutes(reading: Reading) -> None:
    reading.holds(current="new", previous="old")
    assert reading.keys.accept("old")

    reading.holds(current="new")
    reading.now += KEPT_SECONDS

    assert not reading.keys.accept("old")


def test_who_guesses_causes_one_read_in_ten_seconds_at_most(reading: Reading) -> None:
    reading.holds(current="new")

    for _ in range(50):
        assert not reading.keys.accept(uuid.uuid4().hex)
        reading.now += PAUSE_SECONDS / 10

    assert reading.reads <= 6


def test_nobody_is_let_in_where_the_secret_holds_no_key(reading: Reading) -> None:
    with pytest.raises(OriginKeyMissing):
        reading.keys.accept("unset")


@pytest.mark.parametrize("text", [None, "", "unset", "[]", "{}", '{"previous": "old"}'])
def test_what_is_no_key_is_said_to_be_none(text: str | None) -> None:
    with pytest.raises(OriginKeyMissing):
        OriginKey.parsed(text)


def test_a_key_is_never_shown() -> None:
    assert "secret" not in repr(OriginKey("secret-1", "secret-2"))
