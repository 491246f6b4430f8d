"""A nation's own Anthropic key: proven before it is stored, used by its turns, never shown again.

The key is the secret `nat/nation/<slug>/anthropic-key`. That a nation has one, its last four characters and
when it was stored stand in the nation record: so turns of other nations need no read of Secrets Manager, and
a secret that cannot be read is never mistaken for a nation without a key. Who stores keys cannot read them:
the HTTP API's role may create, replace and delete these secrets, and only the worker, under the credentials
of the nation whose turn it runs, may read one.
"""

import json
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import urllib3
from botocore.exceptions import ClientError

from nat.agent.models.failures import LIMIT_WORDS, SPENT
from nat.aws.isolation import NationNotEntered, entered_nation
from nat.aws.secrets import remove_secret
from nat.errors import ModelKeyInvalid, ModelKeyRejected, ModelUnavailable, NationUnknown
from nat.ids import NationSlug
from nat.names import Secret
from nat.nations.record import Nation, Nations
from nat.wording import Worded

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT: Final = timedelta(minutes=5)
"""How long a key stays in the memory of a worker at most."""
PROOF_SECONDS: Final = 15.0
"""How long Anthropic may take to answer the proof; the HTTP API gives up after 29 s."""
API_VERSION: Final = "2026-10-21"
_SHOWN: Final = 4
_KEY: Final = re.compile(r"[\x21-\x7e]{8,512}")
_EXISTS: Final = "ResourceExistsException"

_log = logging.getLogger(__name__)

Prove = Callable[[str], None]
"""Tries a key out. Raises `ModelKeyInvalid`, or `ModelUnavailable` when that cannot be told now."""


@dataclass(frozen=True)
class KeyNote:
    """What may be told of a stored key."""

    last_four: str
    stored_at: datetime


class ModelKeys:
    """Stores and removes keys. `key_arn` encrypts the secrets that are made here."""

    def __init__(
        self, secrets: "SecretsManagerClient", nations: Nations, prove: Prove, *, key_arn: str | None = None
    ) -> None:
        self._secrets = secrets
        self._nations = nations
        self._prove = prove
        self._key_arn = key_arn

    def store(self, nation_slug: NationSlug, api_key: str, now: datetime) -> KeyNote:
        """Try a key out and store it, in place of an earlier one.

        Nothing is stored or changed when it raises `ModelKeyInvalid`, `ModelUnavailable` or `NationUnknown`.
        """
        api_key = api_key.strip()
        if not _KEY.fullmatch(api_key):
            raise ModelKeyInvalid(Worded("form.no_key"))
        self._nations.require(nation_slug)
        self._prove(api_key)
        self._put(nation_slug, json.dumps({"api_key": api_key, "nation_slug": nation_slug}))
        changes = {"model_key_last_four": api_key[-_SHOWN:], "model_key_stored_at": now}
        changed = self._nations.update(nation_slug, changes, now=now)
        if changed is None or (note := note_of(changed)) is None:
            raise NationUnknown
        return note

    def remove(self, nation_slug: NationSlug, now: datetime) -> None:
        """Forget the nation's key; its next turn uses the platform's. Does nothing if there is none."""
        self._nations.update(nation_slug, {"model_key_last_four": None, "model_key_stored_at": None}, now=now)
        remove_secret(self._secrets, Secret.nation_model_key(nation_slug))

    def _put(self, nation_slug: NationSlug, value: str) -> None:
        name = Secret.nation_model_key(nation_slug)
        try:
            if self._key_arn is None:
                self._secrets.create_secret(Name=name, SecretString=value)
            else:
                self._secrets.create_secret(Name=name, SecretString=value, KmsKeyId=self._key_arn)
        except ClientError as error:
            if error.response["Error"]["Code"] != _EXISTS:
                raise
            self._secrets.put_secret_value(SecretId=name, SecretString=value)


class NationKeys:
    """The keys as turns use them, with a short memory. `secrets` must be nation-scoped (`aws.isolation`)."""

    def __init__(self, secrets: "SecretsManagerClient", now: Callable[[], datetime]) -> None:
        self._secrets = secrets
        self._now = now
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[datetime, datetime, str]] = {}

    def key_of(self, nation: Nation) -> str | None:
        """The nation's own key; `None` if it has none.

        A key that is noted in the record and cannot be read is no reason to go on with another one: raises
        `ModelKeyRejected`, and `NationNotEntered` outside of the nation.
        """
        note = note_of(nation)
        if note is None:
            return None
        if entered_nation() != nation.nation_slug:
            raise NationNotEntered("This key belongs to another nation than the one that was entered.")
        now = self._now()
        with self._lock:
            self._kept = {slug: each for slug, each in self._kept.items() if each[0] > now}
            kept = self._kept.get(nation.nation_slug)
        if kept is not None and kept[1] == note.stored_at:
            return kept[2]
        key = self._read(nation.nation_slug)
        with self._lock:
            self._kept[nation.nation_slug] = (now + KEPT, note.stored_at, key)
        return key

    def _read(self, nation_slug: NationSlug) -> str:
        try:
            found = self._secrets.get_secret_value(SecretId=Secret.nation_model_key(nation_slug))
            value: dict[str, object] = json.loads(found["SecretString"])
            key, owner = value["api_key"], value["nation_slug"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            _log.error("model key not read", extra={"nation": nation_slug, "reason": code})
            raise ModelKeyRejected from None
        except (KeyError, TypeError, ValueError):
            # Without the exception's text: it may quote the secret.
            _log.error("model key unreadable", extra={"nation": nation_slug})
            raise ModelKeyRejected from None
        if not isinstance(key, str) or owner != nation_slug:
            _log.error("model key of another nation", extra={"nation": nation_slug})
            raise ModelKeyRejected
        return key


def note_of(nation: Nation) -> KeyNote | None:
    """What the record says of the nation's own key."""
    if nation.model_key_last_four is None or nation.model_key_stored_at is None:
        return None
    return KeyNote(nation.model_key_last_four, nation.model_key_stored_at)


def proof_over_http(base_url: str, model: str, *, seconds: float = PROOF_SECONDS) -> Prove:
    """Tries a key out by the cheapest real call: one word in, one token out.

    Without the SDK, whose import takes the API a second and more. Status and error types are those of
    Anthropic's errors page; a call that was refused for its rate or met an overload proves nothing.
    """
    pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=seconds))
    body = json.dumps({"model": model, "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]})

    def prove(api_key: str) -> None:
        headers = {
            "content-type": "application/json",
            "anthropic-version": API_VERSION,
            "x-api-key": api_key,
        }
        try:
            answer = pool.request("POST", f"{base_url}/v1/messages", body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            _log.warning("model key not tried", extra={"reason": type(error).__name__})
            raise ModelUnavailable(Worded("form.key_unproven")) from None
        if answer.status == 200:
            return
        kind, code, words = _error_of(answer.data)
        _log.info(
            "model key refused", extra={"status": answer.status, "error_type": kind, "error_code": code}
        )
        if code in SPENT or LIMIT_WORDS in words:
            raise ModelKeyInvalid(Worded("form.key_limit"))
        if answer.status == 402 or kind == "billing_error" or "credit balance" in words:
            raise ModelKeyInvalid(Worded("form.key_no_credit"))
        if answer.status in (401, 403) or kind in ("authentication_error", "permission_error"):
            raise ModelKeyInvalid(Worded("form.key_refused"))
        if answer.status == 404:
            raise ModelKeyInvalid(Worded("form.key_no_model", model=model))
        raise ModelUnavailable(Worded("form.key_unproven"))

    return prove


def _error_of(data: bytes) -> tuple[str, str, str]:
    """Type, code and words of an error body; the words tell cases apart and are shown to nobody."""
    try:
        error = json.loads(data)["error"]
        details = error.get("details") or {}
        return str(error["type"]), str(details.get("error_code", "")), str(error["message"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return "", "", ""
