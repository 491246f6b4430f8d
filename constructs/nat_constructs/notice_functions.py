"""Telling people what happened to their nation: from the event bus, by a queue, to emails, sockets
and Slack."""

from collections.abc import Iterable, Mapping
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_events as events
from constructs import Construct

from nat.names import NOTICES, SES_BOUNCED, SES_COMPLAINED, SES_SOURCE, Table, Variable

from .data_store import DataStore
from .event_queue import account_bus
from .function import FunctionDefaults
from .output import output
from .telling import TellingFunction
from .watched import Watched, WatchedFunction, WatchedQueue
from .web_socket_api import WebSocketApi

READ: Final = (Table.MEMBERSHIPS, Table.USERS)
"""Whom a happening concerns."""
WRITTEN: Final = (Table.NATIONS, Table.ONCE, Table.SOCKETS)
"""Whether it still holds, and since when an owner knows of a claim; who was told; connections that are
gone."""


class NoticeFunctions(TellingFunction):
    """Tells of what happened, also the sockets that are open. Some hundred messages a month for a nation with
    trouble."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        sockets: WebSocketApi,
        bus: events.EventBus,
        brands: str,
        senders: Iterable[str],
        slack_variables: Mapping[str, str],
        operator: str | None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            defaults=defaults,
            store=store,
            handler="nat.handlers.notices.handler",
            description="Nat: tells people what happened to their nation",
            read=READ,
            write=WRITTEN,
            variables={
                Variable.SOCKET_ENDPOINT: sockets.endpoint,
                **({Variable.OPERATOR_EMAIL: operator} if operator else {}),
            },
            brands=brands,
            senders=senders,
            slack_variables=slack_variables,
        )
        sockets.grant_push(self.teller.own_role)
        self.queue.feed(self.teller)
        self.queue.hear(
            self,
            "WhatPeopleAreToldOf",
            bus=bus,
            of=[each.value for each in NOTICES],
            description="Nat: what people are told of",
        )
        self.queue.hear(
            self,
            "WhatSesTells",
            bus=account_bus(self),
            source=SES_SOURCE,
            of=[SES_BOUNCED, SES_COMPLAINED],
            description="Nat: emails that came back",
        )
        self.watched = Watched(
            [WatchedFunction("Notices", self.teller, 2, "Nobody is told what happened to their nation")],
            [WatchedQueue("Notices", "Unsent notices", self.queue.dead_letters, self.queue.queue)],
        )
        stack = Stack.of(self)
        output(stack, "NoticesFunctionName", self.teller.function_name, "Function of notices")
        output(
            stack, "NoticeDeadLettersUrl", self.queue.dead_letters.queue_url, "Notices that could not be sent"
        )
