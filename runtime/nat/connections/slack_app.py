"""Nat's app at Slack: what the secret `nat/platform/slack` holds, and the signature of what Slack sends."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from nat.errors import SlackSignatureInvalid
from nat.names import Secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

TOLERANCE: Final = timedelta(minutes=5)
"""How old a request may be (docs.slack.dev, Verifying requests from Slack)."""
URL: Final = "https://slack.com/api/"
AUTHORIZE_PATH: Final = "oauth/v2/authorize"
SCOPES: Final = (
    "app_mentions:read",
    "channels:history",
    "chat:write",
    "commands",
    "groups:history",
    "im:history",
    "im:write",
    "users:read",
)
"""What the app asks a workspace for."""


class SlackAppMissing(RuntimeError):
    """The secret does not hold the app (yet): `{"client_id", "client_secret", "signing_secret"}`."""


@dataclass(frozen=True)
class SlackApp:
    """The app's credentials."""

    client_id: str
    client_secret: str = field(repr=False)
    signing_secret: str = field(repr=False)

    @classmethod
    def read(cls, secrets: "SecretsManagerClient") -> "SlackApp":
        """The app from Secrets Manager. Raises `SlackAppMissing`."""
        try:
            given = json.loads(secrets.get_secret_value(SecretId=Secret.SLACK)["SecretString"])
            return cls(str(given["client_id"]), str(given["client_secret"]), str(given["signing_secret"]))
        except (ValueError, KeyError, TypeError):
            raise SlackAppMissing(f"The secret {Secret.SLACK} does not hold Slack's app.") from None

    def verify(self, body: bytes, timestamp: str | None, signature: str | None, now: datetime) -> None:
        """Whether Slack signed this request, at most five minutes ago. Raises `SlackSignatureInvalid`.

        Written out, for `slack_sdk` costs the function that answers within three seconds its start.
        """
        if not timestamp or not timestamp.isdecimal() or len(timestamp) > len("9999999999"):
            raise SlackSignatureInvalid
        if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
            raise SlackSignatureInvalid
        signed = b"v0:" + timestamp.encode() + b":" + body
        expected = "v0=" + hmac.new(self.signing_secret.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), (signature or "").encode(errors="replace")):
            raise SlackSignatureInvalid
