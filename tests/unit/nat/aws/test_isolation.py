"""Credentials narrowed to one nation: what the session policy says, and what an AWS with IAM makes of it."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from nat.aws import clients
from nat.aws.isolation import (
    POLICY_CHARACTERS,
    NationCredentials,
    NationNotEntered,
    entered_nation,
    nation,
    session_policy,
)
from nat.aws.items import encode
from nat.connections.seal import Seal
from nat.ids import NationSlug
from nat.names import Secret
from tests.embedded import EmbeddedAws, running_aws

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

LONGEST_SLUG = "a" * 63
ROLE = "arn:aws:iam::000000000000:role/nation"
START = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def statements(slug: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(session_policy(slug))["Statement"]
    return found


def rows_of(slug: str) -> dict[str, Any]:
    [found] = [each for each in statements(slug) if "dynamodb:GetItem" in each["Action"]]
    return found


def test_the_policy_of_the_longest_slug_is_within_the_limit_of_sts() -> None:
    assert len(session_policy(LONGEST_SLUG)) <= POLICY_CHARACTERS


def test_the_policy_names_the_secrets_of_one_nation() -> None:
    [secrets] = [each for each in statements("demo") if "secretsmanager:GetSecretValue" in each["Action"]]

    assert secrets["Resource"] == "arn:*:secretsmanager:*:*:secret:nat/nation/demo/*"


def test_the_policy_lets_only_keys_of_the_nation_through() -> None:
    condition = rows_of("demo")["Condition"]

    assert condition["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": ["demo", "demo#*"]}


def test_the_policy_refuses_requests_without_a_leading_key() -> None:
    assert rows_of("demo")["Condition"]["Null"] == {"dynamodb:LeadingKeys": "false"}


def test_the_policy_allows_no_scan() -> None:
    actions = [action for each in statements("demo") for action in each["Action"]]

    assert "dynamodb:Scan" not in actions
    assert not [action for action in actions if "*" in action]


def test_the_policy_lets_the_key_be_used_by_the_stores_or_for_what_is_sealed_for_the_nation() -> None:
    conditions = [
        each["Condition"]["StringLike"]
        for each in statements("demo")
        if any(action.startswith("kms:") for action in each["Action"])
    ]

    assert {"kms:EncryptionContext:path": "nat/nation/demo/*"} in conditions
    assert {key for each in conditions for key in each} == {
        "kms:ViaService",
        "kms:EncryptionContext:path",
    }


def test_the_policy_lets_files_be_put_under_the_nation_only() -> None:
    [files] = [each for each in statements("demo") if "s3:PutObject" in each["Action"]]

    assert files["Action"] == ["s3:PutObject"]
    assert files["Resource"] == "arn:*:s3:::*/nation/demo/*"


def test_the_policy_uses_no_variables() -> None:
    assert "${" not in session_policy("demo")


@pytest.mark.parametrize(
    "slug", ["*", "demo*", "de?mo", "demo#x", "a/b", "Demo", "", "demo\n", "a" * 64, "a.b"]
)
def test_what_is_not_a_slug_gets_no_policy_and_is_not_entered(slug: str) -> None:
    with pytest.raises(ValueError, match="slug"):
        session_policy(slug)
    with pytest.raises(ValueError, match="slug"), nation(slug):
        pass


def test_outside_of_a_nation_there_is_none() -> None:
    with nation("demo"):
        assert entered_nation() == "demo"

    with pytest.raises(NationNotEntered):
        entered_nation()


def test_without_a_role_there_are_no_credentials() -> None:
    with pytest.raises(ValueError, match="ARN"):
        NationCredentials(clients.sts(), "")


@dataclass
class CountingSts:
    """Stands for STS where the test is about when it is asked."""

    now: Callable[[], datetime]
    asked: list[str] = field(default_factory=list)
    down: bool = False
    pause: threading.Event | None = None

    def assume_role(self, *, RoleSessionName: str, **_: Any) -> Any:  # noqa: N803 # boto3's spelling
        if self.down:
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "AssumeRole")
        if self.pause is not None:
            self.pause.wait(60)
        self.asked.append(RoleSessionName)
        return {
            "Credentials": {
                "AccessKeyId": f"{RoleSessionName}-{len(self.asked)}",
                "SecretAccessKey": "secret",
                "SessionToken": "token",
                "Expiration": self.now() + timedelta(hours=1),
            }
        }


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


def credentials_with(clock: Clock, **settings: Any) -> tuple[NationCredentials, CountingSts]:
    counting = CountingSts(clock, **settings)
    client: STSClient = counting  # type: ignore[assignment] # the one method that is used
    return NationCredentials(client, ROLE, now=clock), counting


def test_a_nation_is_assumed_once_and_then_remembered() -> None:
    credentials, sts = credentials_with(Clock())

    with nation("demo"):
        first, second = credentials.frozen(), credentials.frozen()

    assert first == second
    assert sts.asked == ["nat-demo"]


def test_threads_that_need_the_same_nation_at_once_share_one_renewal() -> None:
    pause = threading.Event()
    credentials, sts = credentials_with(Clock(), pause=pause)

    with nation("demo"), ThreadPoolExecutor(16) as pool:
        futures = [pool.submit(copy_context().run, credentials.frozen) for _ in range(16)]
        pause.set()
        keys = {future.result().access_key for future in futures}

    assert len(keys) == len(sts.asked) == 1


def test_credentials_are_renewed_well_before_their_hour_is_over() -> None:
    clock = Clock()
    credentials, sts = credentials_with(clock)

    with nation("demo"):
        before = credentials.frozen()
        clock.now += timedelta(minutes=46)
        after = credentials.frozen()

    assert before.access_key != after.access_key
    assert len(sts.asked) == 2


def test_while_sts_is_down_credentials_serve_that_are_still_good() -> None:
    clock = Clock()
    credentials, sts = credentials_with(clock)

    with nation("demo"):
        before = credentials.frozen()
        sts.down = True
        clock.now += timedelta(minutes=50)
        assert credentials.frozen() == before
        clock.now += timedelta(minutes=10)
        with pytest.raises(ClientError):
            credentials.frozen()


def test_one_client_signs_for_the_nation_of_the_calling_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    credentials, _ = credentials_with(Clock())
    client = credentials.client("secretsmanager", clients.CONFIG)
    signed: list[tuple[str, str]] = []

    class Signed(Exception):
        pass

    def note(request: Any, **_: Any) -> None:
        signed.append((entered_nation(), request.headers["Authorization"].decode()))
        raise Signed

    client.meta.events.register("before-send", note)

    def ask(slug: str) -> None:
        with nation(slug), pytest.raises(Signed):
            client.get_secret_value(SecretId="x")

    slugs = [f"nation-{number % 8}" for number in range(200)]
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(ask, slugs))

    assert len(signed) == 200
    assert all(f"Credential=nat-{slug}-" in authorization for slug, authorization in signed)


def test_a_client_outside_of_a_nation_fails_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    credentials, sts = credentials_with(Clock())
    client = credentials.client("dynamodb", clients.CONFIG)

    with pytest.raises(NationNotEntered):
        client.get_item(TableName="any", Key=encode({"nation_slug": "demo"}))

    assert sts.asked == []


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Guarded"]:
    """An embedded AWS that enforces policies, with two nations' secrets and rows and the nation role."""
    with running_aws(tmp_path_factory.mktemp("guarded") / "aws.log", enforce_iam=True) as embedded:
        yield Guarded(embedded)


class Guarded:
    """Two nations behind one role. Clients are pointed at this AWS by hand: the session's is another one."""

    def __init__(self, embedded: EmbeddedAws) -> None:
        session = boto3.Session("test", "test", region_name="us-east-1")
        iam = session.client("iam", endpoint_url=embedded.url)
        trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
        role = iam.create_role(
            RoleName="nation",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )["Role"]
        allowed = {"Effect": "Allow", "Action": ["secretsmanager:*", "dynamodb:*", "kms:*"], "Resource": "*"}
        iam.put_role_policy(
            RoleName="nation",
            PolicyName="all",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
        )
        secrets = session.client("secretsmanager", endpoint_url=embedded.url)
        rows = session.client("dynamodb", endpoint_url=embedded.url)
        rows.create_table(
            TableName="rows",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "conversation", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "conversation", "KeyType": "HASH"}],
        )
        for slug in ("acme", "demo"):
            secrets.create_secret(
                Name=Secret.nation_tokens(NationSlug(slug)), SecretString=f"tokens of {slug}"
            )
            rows.put_item(TableName="rows", Item=encode({"conversation": f"{slug}#1"}))
        self.key_arn = session.client("kms", endpoint_url=embedded.url).create_key()["KeyMetadata"]["Arn"]
        self.role_arn = role["Arn"]
        self.sts = session.client("sts", endpoint_url=embedded.url)
        self.url = embedded.url

    def seal(self, monkeypatch: pytest.MonkeyPatch) -> Seal:
        monkeypatch.setenv("AWS_ENDPOINT_URL", self.url)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        return Seal(NationCredentials(self.sts, self.role_arn).client("kms", clients.CONFIG), self.key_arn)

    def clients(self, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
        monkeypatch.setenv("AWS_ENDPOINT_URL", self.url)
        monkeypatch.delenv("AWS_ENDPOINT_URL_DYNAMODB", raising=False)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        credentials = NationCredentials(self.sts, self.role_arn)
        return (
            credentials.client("secretsmanager", clients.CONFIG),
            credentials.client("dynamodb", clients.CONFIG),
        )


def refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] in ("AccessDeniedException", "AccessDenied")
    return False


def test_a_nation_reads_its_own_secret_and_is_refused_another_ones(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets, _ = guarded.clients(monkeypatch)

    with nation("demo"):
        own = secrets.get_secret_value(SecretId=Secret.nation_tokens(NationSlug("demo")))["SecretString"]

        assert own == "tokens of demo"
        assert refused(lambda: secrets.get_secret_value(SecretId=Secret.nation_tokens(NationSlug("acme"))))


def test_a_nation_reads_its_own_rows_and_is_refused_another_ones(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, rows = guarded.clients(monkeypatch)

    with nation("demo"):
        own = rows.get_item(TableName="rows", Key=encode({"conversation": "demo#1"}))

        assert "Item" in own
        assert refused(lambda: rows.get_item(TableName="rows", Key=encode({"conversation": "acme#1"})))
        assert refused(lambda: rows.scan(TableName="rows"))


def test_a_nation_seals_for_itself_and_opens_nothing_of_another_one(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = guarded.seal(monkeypatch)
    with nation("acme"):
        of_acme = seal.close(NationSlug("acme"), "tokens of acme")

    with nation("demo"):
        assert (
            seal.open(NationSlug("demo"), seal.close(NationSlug("demo"), "tokens of demo"))
            == "tokens of demo"
        )
        assert refused(lambda: seal.open(NationSlug("acme"), of_acme))
        assert refused(lambda: seal.close(NationSlug("acme"), "forged"))
