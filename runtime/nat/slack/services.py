"""Slack's parts in what this process's environment names."""

from functools import cache
from typing import TYPE_CHECKING

from slack_sdk.web import WebClient

from nat import settings
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.slack import SlackThreads
from nat.channels.slack_push import SlackPush
from nat.channels.websocket import Followers
from nat.connections.seal import Seal
from nat.connections.slack_app import URL, SlackApps, customer_of
from nat.connections.slack_workspaces import BotToken, Workspaces
from nat.ids import NationSlug
from nat.names import UNLIMITED, Secret, Variable
from nat.nations import plans as plans_module
from nat.settings import TableNames
from nat.slack.app import Listeners, bolt_app
from nat.slack.client import client
from nat.slack.desk import SlackDesk
from nat.slack.installing import token_of
from nat.turns.admission import Admission
from nat.turns.queue import TurnQueue

if TYPE_CHECKING:
    from slack_bolt import App


class SlackServices:
    """Everything that the working function needs."""

    def __init__(self) -> None:
        """Raises `SettingMissing`, `SlackAppMissing`."""
        store = Store(clients.dynamodb(), TableNames.read())
        self._store = store
        self._url = settings.read_optional(Variable.SLACK_URL, URL)
        app_url = settings.read_optional(Variable.APP_URL)
        self.workspaces = workspaces(store)
        self.threads = SlackThreads(store, self._client, app_url=app_url)
        admission = Admission(
            store,
            TurnQueue(clients.sqs(), settings.read(Variable.TURN_QUEUE_URL)),
            plans_module.read(),
            app_url=app_url,
        )
        followers = Followers(store, SlackPush.of_process())
        desk = SlackDesk(store, admission, self.workspaces, self.threads, followers, app_url=app_url)
        self._pool = admission.pool
        self.listeners = Listeners(desk, self.workspaces, self._usage)
        self.bolt: App = bolt_app(self.listeners, self.workspaces, self._token, self._url)

    def _token(self, home: str) -> str:
        return self.workspaces.token(self._renew, home)

    def _client(self, team: str) -> WebClient:
        return client(self._token(team), self._url)

    def _renew(self, home: str, refresh: str) -> BotToken:
        app = SlackApps.read(clients.secrets()).of(customer_of(home))
        answer = client("", self._url).oauth_v2_access(
            client_id=app.client_id,
            client_secret=app.client_secret,
            grant_type="refresh_token",
            refresh_token=refresh,
        )
        return token_of(answer.data, self._store.clock())

    def _usage(self, nation_slug: NationSlug) -> str:
        nation = self._pool.nation(nation_slug)
        limit = nation.queries_limit
        used = f"{nation.queries_used_this_period:,}"
        return (
            f"{used} queries used in this period; the plan has no limit."
            if limit >= UNLIMITED
            else f"{used} of {limit:,} queries used in this period."
        )


def workspaces(store: Store) -> Workspaces:
    """Workspaces with their tokens. Raises `SettingMissing`."""
    seal = Seal(clients.kms(), settings.read(Variable.DATA_KEY_ARN), Secret.slack_tokens)
    return Workspaces(store, seal)


@cache
def services() -> SlackServices:
    """Those of this process."""
    return SlackServices()
