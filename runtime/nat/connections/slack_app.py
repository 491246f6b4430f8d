"""The apps at Slack: what the secret `nat/platform/slack` holds, and the signature of what Slack sends.

A brand that has an app of its own speaks in Slack under its own name; its people never see another's. Which
app a request is for is told by whose secret signed it.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from nat.errors import SlackAppMissing, SlackSignatureInvalid
from nat.names import Secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

TOLERANCE: Final = timedelta(minutes=5)
"""How old a request may be (docs.slack.dev, Verifying requests from Slack)."""
URL: Final = "https://slack.com/api/"
SCOPES: Final = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "users:read",
)
"""What the app asks a workspace for."""


@dataclass(frozen=True)
class SlackApp:
    """One app's credentials, and the customer whose brand it has: the platform's own has none."""

    client_id: str
    client_secret: str = field(repr=False)
    signing_secret: str = field(repr=False)
    customer: str | None = None

    def signed(self, body: bytes, timestamp: str, signature: str) -> bool:
        """Whether a request carries this app's signature.

        Written out, for `slack_sdk` costs the function that answers within three seconds its start.
        """
        text = b"v0:" + timestamp.encode() + b":" + body
        expected = "v0=" + hmac.new(self.signing_secret.encode(), text, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))


@dataclass(frozen=True)
class SlackApps:
    """The apps of the platform's brands: the platform's own first."""

    known: tuple[SlackApp, ...]

    @classmethod
    def read(cls, secrets: "SecretsManagerClient") -> "SlackApps":
        """The apps from Secrets Manager: `{"client_id", "client_secret", "signing_secret", "brands":
        {"<customer>": {the same three}}}`; `brands` may be left out. Raises `SlackAppMissing`."""
        try:
            given = json.loads(secrets.get_secret_value(SecretId=Secret.SLACK)["SecretString"])
            brands = given.get("brands", {}).items()
            return cls((_app(given, None), *(_app(each, customer) for customer, each in brands)))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise SlackAppMissing from None

    def of(self, customer: str | None) -> SlackApp:
        """A brand's app. Raises `SlackAppMissing`."""
        for each in self.known:
            if each.customer == customer:
                return each
        raise SlackAppMissing

    def signer(self, body: bytes, timestamp: str | None, signature: str | None, now: datetime) -> SlackApp:
        """The app for which Slack signed a request, at most five minutes ago. Raises
        `SlackSignatureInvalid`."""
        if not timestamp or not timestamp.isdecimal() or len(timestamp) > len("9999999999"):
            raise SlackSignatureInvalid
        if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
            raise SlackSignatureInvalid
        for each in self.known:
            if each.signed(body, timestamp, signature or ""):
                return each
        raise SlackSignatureInvalid


def home_of(customer: str | None, workspace: str) -> str:
    """A workspace (or organisation) as the app of a brand knows it: two brands' apps in one workspace have
    nothing in common."""
    return workspace if customer is None else f"{customer}.{workspace}"


def customer_of(home: str) -> str | None:
    """The customer whose brand's app it is."""
    customer, dot, _ = home.rpartition(".")
    return customer if dot else None


def _app(given: Any, customer: str | None) -> SlackApp:
    return SlackApp(
        str(given["client_id"]), str(given["client_secret"]), str(given["signing_secret"]), customer
    )
