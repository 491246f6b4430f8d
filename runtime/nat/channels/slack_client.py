"""Slack's Web API, and the bot in the workspaces in which it is installed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.http_retry.handler import RetryHandler
from slack_sdk.web import WebClient

from nat import settings
from nat.aws import clients
from nat.aws.store import Store
from nat.connections.seal import Seal
from nat.connections.slack_app import URL, SlackApps, customer_of
from nat.connections.slack_workspaces import BotToken, Workspaces
from nat.names import Secret, Variable

MOST_CHANNELS: Final = 999
"""Of one answer (docs.slack.dev, users.conversations: fewer than 1,000)."""


def client(token: str, url: str) -> WebClient:
    """A client that waits where Slack says so, twice. Thread-safe.

    It sends nothing again by itself where the connection broke, as the SDK would: what Slack's answer was
    lost of may have been posted, and who comes again looks first.
    """
    waiting: list[RetryHandler] = [RateLimitErrorRetryHandler(max_retry_count=2)]
    return WebClient(token=token, base_url=url, timeout=10, retry_handlers=waiting)


@dataclass(frozen=True)
class Channel:
    """A channel that the bot is in."""

    id: str
    name: str
    private: bool


def channels_of(client: WebClient, slack_user: str | None) -> list[Channel]:
    """The public channels that the bot is in, and of the private ones those which somebody of the workspace
    is in too. At most a thousand each. Raises what the SDK raises."""
    found = client.users_conversations(types="public_channel", exclude_archived=True, limit=MOST_CHANNELS)
    listed: list[Any] = list(found["channels"])
    if slack_user is not None:
        theirs = client.users_conversations(
            types="private_channel", user=slack_user, exclude_archived=True, limit=MOST_CHANNELS
        )
        listed += theirs["channels"]
    return [Channel(each["id"], each["name"], bool(each.get("is_private"))) for each in listed]


def token_of(answer: Any, now: datetime) -> BotToken:
    """The pair in an answer of `oauth.v2.access`."""
    lasts = answer.get("expires_in")
    ends = None if lasts is None else now + timedelta(seconds=int(lasts))
    return BotToken(answer["access_token"], answer.get("refresh_token"), ends)


class Bots:
    """Clients with the bot's token of a workspace, which is renewed before it ends."""

    def __init__(self, store: Store, workspaces: Workspaces, url: str) -> None:
        """`workspaces` open tokens; `url` is that of Slack's Web API."""
        self._store = store
        self._url = url
        self.workspaces = workspaces

    @classmethod
    def of_process(cls, store: Store) -> "Bots":
        """Those that this process's environment names. Raises `SettingMissing`."""
        seal = Seal(clients.kms(), settings.read(Variable.DATA_KEY_ARN), Secret.slack_tokens)
        return cls(store, Workspaces(store, seal), settings.read_optional(Variable.SLACK_URL, URL))

    def __call__(self, home: str) -> WebClient:
        """The client of a workspace. Raises `SlackNotInstalled`, and what Slack says of a renewal."""
        return client(self.token(home), self._url)

    def token(self, home: str) -> str:
        """The bot's token in a workspace. Raises as a call does."""
        return self.workspaces.token(self._renew, home)

    def _renew(self, home: str, refresh: str) -> BotToken:
        app = SlackApps.read(clients.secrets()).of(customer_of(home))
        answer = client("", self._url).oauth_v2_access(
            client_id=app.client_id,
            client_secret=app.client_secret,
            grant_type="refresh_token",
            refresh_token=refresh,
        )
        return token_of(answer.data, self._store.clock())
