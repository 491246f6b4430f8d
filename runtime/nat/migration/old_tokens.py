"""Token pairs of the former platform, in the secrets `nat/tenant/<tenant>/nb-tokens`. They are only read."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from nat.aws.secrets import MISSING
from nat.connections.tokens import NbTokens
from nat.ids import NationSlug
from nat.migration.tenants import Tenant, time_of
from nat.names import Secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

BATCH: Final = 20
"""Secrets that one BatchGetSecretValue may name (Secrets Manager API reference)."""
_ABSENT: Final = MISSING | {"ValidationException"}
"""Absent, or a tenant id that no secret could have. A refusal is one: operators' rights name no suffix."""


@dataclass(frozen=True)
class OldPair:
    """A pair as it lies there. `expires_at` is absent where only the row says it."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime | None

    def tokens(self, tenant: Tenant, nation_slug: NationSlug, now: datetime) -> NbTokens:
        """The pair as a nation's. One whose end nobody knows counts as ended: it is refreshed before use."""
        return NbTokens(
            self.access_token,
            self.refresh_token,
            self.expires_at or tenant.nb_token_expires_at or now,
            nation_slug,
            now,
        )


class Unreadable(ValueError):
    """What lies there is no pair that could be refreshed."""


class OldTokens:
    """Reads pairs of tenants."""

    def __init__(self, client: "SecretsManagerClient") -> None:
        self._client = client

    def get(self, tenant_id: str) -> OldPair | None:
        """One pair; `None` if there is no such secret. Raises `Unreadable`."""
        try:
            found = self._client.get_secret_value(SecretId=Secret.tenant_tokens(tenant_id))
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        return _pair(found.get("SecretString"))

    def texts(self, tenant_ids: Iterable[str]) -> dict[str, str | None]:
        """The secrets that exist, as they are, by tenant."""
        names = {Secret.tenant_tokens(each): each for each in tenant_ids}
        ordered = list(names)
        found: dict[str, str | None] = {}
        for start in range(0, len(ordered), BATCH):
            answer = self._client.batch_get_secret_value(SecretIdList=ordered[start : start + BATCH])
            for each in answer["SecretValues"]:
                found[names[each["Name"]]] = each.get("SecretString")
            for refused in answer.get("Errors", []):
                if refused.get("ErrorCode") not in _ABSENT:
                    # Named by its kind only: the operator's rights, or the key of the secret.
                    raise PermissionError(
                        f"{refused.get('SecretId')} cannot be read: {refused.get('ErrorCode')}"
                    )
        return found

    def holders(self) -> frozenset[str]:
        """Ids of users who hold tokens of their own, by the names of secrets alone."""
        pages = self._client.get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": [Secret.USER_TOKENS]}]
        )
        names = [each["Name"] for page in pages for each in page["SecretList"]]
        return frozenset(
            each.removeprefix(Secret.USER_TOKENS).partition("/")[0]
            for each in names
            if each.startswith(Secret.USER_TOKENS)
        )


def pair_of(text: str | None) -> OldPair:
    """The pair behind a secret's text. Raises `Unreadable`."""
    return _pair(text)


def _pair(text: str | None) -> OldPair:
    try:
        value: Any = json.loads(text or "")
        access, refresh = value["access_token"], value["refresh_token"]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise Unreadable("The secret holds no pair.") from None
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        raise Unreadable("The secret holds no pair.")
    return OldPair(access, refresh, time_of(value.get("expires_at")))
