"""AWS credentials narrowed to one nation, chosen by a context variable.

    isolation = NationCredentials(aws.sts(), role_arn)
    secrets = isolation.client("secretsmanager", aws.CONFIG)
    with nation("acme"):
        secrets.get_secret_value(SecretId="nat/nation/acme/nb-tokens")

One client per service serves all nations: botocore asks its credentials anew for each request it signs, and
these answer with those of the nation that the calling context has entered. Outside of `nation(…)` they raise
`NationNotEntered`, so a forgotten scope fails closed and never falls back on the process's own role.

The session is tagged with the nation, which the role demands and is bounded by; and it has a policy of its
own, which can only take away. That one names the nation in plain text, for an embedded AWS that compares no
tags.
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, overload

import botocore.session
from boto3 import Session
from botocore.credentials import CredentialProvider, CredentialResolver, Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError

from nat.ids import NationSlug
from nat.names import NATION_TAG, SEALED_FOR, SLUG_PATTERN, Secret, nation_files

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sts import STSClient

SESSION: Final = timedelta(hours=1)
"""The longest session of a role that is assumed by another role (IAM, role chaining)."""
RENEW_BEFORE: Final = timedelta(minutes=15)
"""How long before the end credentials are renewed; longer than any request takes."""
POLICY_CHARACTERS: Final = 2048
"""The most characters that STS takes as an inline session policy."""
KEPT: Final = 2000
"""Nations whose credentials are held at a time, about 2 KB each."""

ROW_ACTIONS: Final = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)
"""What a turn does with its nation's rows. No Scan: it has no leading key."""
SECRET_ACTIONS: Final = (
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
)
FILE_ACTIONS: Final = ("s3:PutObject",)
"""Keeping a file for a person. Files are read by the HTTP API, not in a turn."""
KEY_ACTIONS: Final = ("kms:Decrypt", "kms:GenerateDataKey")
"""What DynamoDB, S3 and Secrets Manager ask of the key in the caller's name."""
SEAL_ACTIONS: Final = ("kms:Decrypt", "kms:Encrypt")
"""What sealing tokens asks of it, under an encryption context that names the nation."""

_log = logging.getLogger(__name__)
_slug = re.compile(SLUG_PATTERN)
_entered: ContextVar[str | None] = ContextVar("nation", default=None)


class NationNotEntered(RuntimeError):
    """A nation-scoped client was used outside of `nation(…)`: a defect of ours, and it must fail."""


@contextmanager
def nation(slug: str) -> Iterator[None]:
    """Let nation-scoped clients of this context act for one nation. Raises `ValueError` for a bad slug."""
    token = _entered.set(checked_slug(slug))
    try:
        yield
    finally:
        _entered.reset(token)


def entered_nation() -> str:
    """The nation that this context has entered. Raises `NationNotEntered`."""
    slug = _entered.get()
    if slug is None:
        raise NationNotEntered("No nation was entered in this context.")
    return slug


def checked_slug(slug: str) -> str:
    """The slug, if it is one. Raises `ValueError`: a wild card in it would widen the policy."""
    if not _slug.fullmatch(slug):
        raise ValueError("This is not the slug of a nation.")
    return slug


def session_policy(slug: str) -> str:
    """The inline policy that narrows the nation role to one nation. Raises `ValueError` for a bad slug.

    Resources of tables and keys are bounded in the role, which leaves room under the limit of 2,048.
    `Null` refuses requests without a leading key, which `ForAllValues` alone would let pass.
    """
    checked_slug(slug)
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": SECRET_ACTIONS,
                "Resource": Secret.nation_arn_pattern(NationSlug(slug)),
            },
            {
                "Effect": "Allow",
                "Action": ROW_ACTIONS,
                "Resource": "*",
                "Condition": {
                    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [slug, f"{slug}#*"]},
                    "Null": {"dynamodb:LeadingKeys": "false"},
                },
            },
            {
                "Effect": "Allow",
                "Action": FILE_ACTIONS,
                "Resource": f"arn:*:s3:::*/{nation_files(NationSlug(slug))}*",
            },
            {
                "Effect": "Allow",
                "Action": KEY_ACTIONS,
                "Resource": "*",
                "Condition": {"StringLike": {"kms:ViaService": ["dynamodb.*", "s3.*", "secretsmanager.*"]}},
            },
            {
                "Effect": "Allow",
                "Action": SEAL_ACTIONS,
                "Resource": "*",
                "Condition": {
                    "StringLike": {
                        f"kms:EncryptionContext:{SEALED_FOR}": Secret.nation_context_pattern(NationSlug(slug))
                    }
                },
            },
        ],
    }
    return json.dumps(policy, separators=(",", ":"))


@dataclass
class _Held:
    """Credentials of one nation. The lock makes threads that need them at once wait for one renewal."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    frozen: ReadOnlyCredentials | None = None
    until: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=UTC))


class NationCredentials:
    """Assumes the nation role once per nation and hour, and builds clients that use it."""

    def __init__(
        self, sts: "STSClient", role_arn: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        if not role_arn:
            raise ValueError("The nation role's ARN is missing.")
        self._sts = sts
        self._role_arn = role_arn
        self._now = now
        self._held: dict[str, _Held] = {}
        self._registry = threading.Lock()

    @overload
    def client(self, service: Literal["dynamodb"], config: "Config") -> "DynamoDBClient": ...
    @overload
    def client(self, service: Literal["secretsmanager"], config: "Config") -> "SecretsManagerClient": ...
    @overload
    def client(self, service: Literal["kms"], config: "Config") -> "KMSClient": ...
    @overload
    def client(self, service: Literal["s3"], config: "Config") -> "S3Client": ...
    def client(self, service: Literal["dynamodb", "kms", "s3", "secretsmanager"], config: "Config") -> object:
        """A client of one service for all nations. Build it once: it takes some 100 ms."""
        session = botocore.session.Session()
        session.register_component("credential_provider", CredentialResolver([_Provider(self)]))
        return Session(botocore_session=session).client(service, config=config)

    def frozen(self) -> ReadOnlyCredentials:
        """Credentials of the entered nation, renewed if they end soon.

        Raises `NationNotEntered`; `ClientError` and `BotoCoreError` when the role cannot be assumed.
        """
        slug = entered_nation()
        held = self._held.get(slug) or self._register(slug)
        if held.frozen is not None and self._now() < held.until - RENEW_BEFORE:
            return held.frozen
        with held.lock:
            if held.frozen is None or self._now() >= held.until - RENEW_BEFORE:
                self._renew(slug, held)
            assert held.frozen is not None
            return held.frozen

    def _register(self, slug: str) -> _Held:
        with self._registry:
            if slug not in self._held and len(self._held) >= KEPT:
                self._held.pop(next(iter(self._held)))
            return self._held.setdefault(slug, _Held())

    def _renew(self, slug: str, held: _Held) -> None:
        try:
            answer = self._sts.assume_role(
                RoleArn=self._role_arn,
                RoleSessionName=f"nat-{slug}"[:64],
                Policy=session_policy(slug),
                Tags=[{"Key": NATION_TAG, "Value": slug}],
                DurationSeconds=int(SESSION.total_seconds()),
            )
        except (BotoCoreError, ClientError) as error:
            if held.frozen is not None and self._now() < held.until - timedelta(minutes=1):
                _log.warning(
                    "nation role not renewed", extra={"nation": slug, "reason": type(error).__name__}
                )
                return
            raise
        given = answer["Credentials"]
        held.until = given["Expiration"]
        held.frozen = ReadOnlyCredentials(
            given["AccessKeyId"],
            given["SecretAccessKey"],
            given["SessionToken"],
            self._role_arn.split(":")[4],
        )


class _EnteredCredentials(Credentials):
    """What botocore holds: no usable keys of its own, those of the entered nation for each request."""

    def __init__(self, source: NationCredentials) -> None:
        super().__init__("none", "none", method=_Provider.METHOD)
        self._source = source

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return self._source.frozen()

    def get_deferred_property(self, property_name: str) -> Callable[[], str | None]:
        return lambda: getattr(self._source.frozen(), property_name, None)


class _Provider(CredentialProvider):
    METHOD = "nation-role"
    CANONICAL_NAME = "nation-role"

    def __init__(self, source: NationCredentials) -> None:
        super().__init__()
        self._source = source

    def load(self) -> Credentials:
        return _EnteredCredentials(self._source)
