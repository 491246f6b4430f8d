"""Slack's parts in what this process's environment names."""

from functools import cache
from typing import TYPE_CHECKING

from nat import settings
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.slack import SlackThreads
from nat.channels.slack_client import Bots
from nat.channels.slack_push import SlackPush
from nat.channels.websocket import Followers
from nat.connections.slack_app import URL
from nat.ids import NationSlug
from nat.names import UNLIMITED, Variable
from nat.settings import TableNames
from nat.slack.app import Listeners, bolt_app
from nat.slack.desk import SlackDesk
from nat.turns.admission import Admission

if TYPE_CHECKING:
    from slack_bolt import App


class SlackServices:
    """Everything that the working function needs."""

    def __init__(self) -> None:
        """Raises `SettingMissing`, `SlackAppMissing`."""
        store = Store(clients.dynamodb(), TableNames.read())
        self._store = store
        app_url = settings.read_optional(Variable.APP_URL)
        bots = Bots.of_process(store)
        self.workspaces = bots.workspaces
        self.threads = SlackThreads(store, bots, app_url=app_url)
        admission = Admission.of_process(store)
        followers = Followers(store, SlackPush.of_process())
        desk = SlackDesk(store, admission, self.workspaces, self.threads, followers, app_url=app_url)
        self._pool = admission.pool
        self.listeners = Listeners(desk, self.workspaces, self._usage)
        self.bolt: App = bolt_app(
            self.listeners, self.workspaces, bots.token, settings.read_optional(Variable.SLACK_URL, URL)
        )

    def _usage(self, nation_slug: NationSlug) -> str:
        nation = self._pool.nation(nation_slug)
        limit = nation.queries_limit
        used = f"{nation.queries_used_this_period:,}"
        return (
            f"{used} queries used in this period; the plan has no limit."
            if limit >= UNLIMITED
            else f"{used} of {limit:,} queries used in this period."
        )


@cache
def services() -> SlackServices:
    """Those of this process."""
    return SlackServices()
