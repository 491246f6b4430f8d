"""Slack: the public door, the function behind it that talks to Slack, and the way to install Nat there."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from nat.contract.declared import routes
from nat.names import (
    SLACK_CALLBACK,
    SLACK_COMMANDS,
    SLACK_EVENTS,
    SLACK_INTERACTIONS,
    SLACK_QUEUE,
    Secret,
    Table,
    Variable,
)

from .admission import ADMISSION, DECISION
from .data_store import DataStore
from .function import FunctionDefaults, PythonFunction
from .http_api import NatHttpApi
from .store_function import StoreFunction
from .watched import Watched, WatchedFunction, WatchedQueue
from .web_socket_api import WebSocketApi

GROUP: Final = "slack"
BATCH: Final = 5
AT_ONCE: Final = 10
"""Threads that are told something at the same time; Slack takes some twenty calls a second."""


class SlackFunctions(Construct):
    """Slack waits three seconds, so the door verifies, claims and queues, and starts as fast as the API. What
    follows is done by a function with Slack's own libraries, and so is installing. Some cents a month."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        http: NatHttpApi,
        sockets: WebSocketApi,
        brands: str,
        slack_variables: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._store = store
        # Knows the apps.
        self._function = partial(StoreFunction, self, defaults=defaults, store=store, secret=Secret.SLACK)
        self._variables = {
            **slack_variables,
            Variable.DATA_KEY_ARN: store.key.key_arn,
            Variable.BRANDS: brands,
        }
        self.door = self._take_requests(http)
        self.worker = self._work_on_them(sockets)
        self.routes = self._function(
            "Routes",
            handler="nat.handlers.slack_connecting.handler",
            description="Nat: leads to Slack's consent, and links workspaces to nations",
            read=(Table.NATIONS, Table.MEMBERSHIPS),
            write=(Table.ONCE, Table.INSTALLATIONS, Table.AUDIT),
            variables=self._variables,
            group=GROUP,
        )
        store.secrets.grant_read(Secret.OAUTH_STATE, self.routes)
        store.key.grant_seal(self.routes, Secret.SLACK_CONTEXT_PATTERN)  # to list channels
        http.serve(self.routes, routes("nat.handlers.slack_connecting"))
        self.callback = self._function(
            "Callback",
            handler="nat.handlers.slack_callback.handler",
            description="Nat: takes people back from Slack's consent",
            read=(Table.MEMBERSHIPS,),
            write=(Table.ONCE, Table.INSTALLATIONS, Table.AUDIT),
            variables=self._variables,
            group=GROUP,
        )
        store.secrets.grant_read(Secret.OAUTH_STATE, self.callback)
        store.key.grant_seal(self.callback, Secret.SLACK_CONTEXT_PATTERN)
        http.serve_public(self.callback, SLACK_CALLBACK)
        self.watched = Watched(
            [
                WatchedFunction("SlackDoor", self.door, 2, "Nobody is answered in Slack"),
                WatchedFunction("SlackCallback", self.callback, trouble="No workspace can be connected"),
            ],
            [WatchedQueue("Slack", "What was not done or told in Slack", store.slack.dead_letters)],
        )

    def _take_requests(self, http: NatHttpApi) -> PythonFunction:
        store = self._store
        function = self._function(
            "Door",
            handler="nat.handlers.slack.handler",
            description="Nat: takes what Slack sends",
            write=(Table.ONCE,),
        )
        store.slack.let_tell(function)
        for route in (SLACK_EVENTS, SLACK_COMMANDS, SLACK_INTERACTIONS):
            http.serve_public(function, route)
        return function

    def _work_on_them(self, sockets: WebSocketApi) -> PythonFunction:
        store = self._store
        function = self._function(
            "Worker",
            handler="nat.handlers.slack_work.handler",
            description="Nat: does what was asked in Slack, and tells threads",
            read=(Table.MEMBERSHIPS, Table.AUTOMATIONS),
            write=(*ADMISSION, *DECISION, Table.INSTALLATIONS),
            variables={
                **self._variables,
                Variable.TURN_QUEUE_URL: store.turns.queue.queue_url,
                Variable.SOCKET_ENDPOINT: sockets.endpoint,
            },
            group=GROUP,
            timeout_seconds=SLACK_QUEUE.function_seconds,
        )
        store.turns.queue.grant_send_messages(function)
        store.slack.let_tell(function)
        store.key.grant_seal(function, Secret.SLACK_CONTEXT_PATTERN)
        sockets.grant_push(function.own_role)
        function.add_event_source(
            sources.SqsEventSource(
                store.slack.queue,
                batch_size=BATCH,
                max_concurrency=AT_ONCE,
                report_batch_item_failures=True,
            )
        )
        return function
