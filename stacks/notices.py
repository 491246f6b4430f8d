"""Telling people what happened to their nation: from the event bus, by a queue, to emails and sockets."""

from typing import Final

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from nat.names import BUS_SOURCE, NOTICES, Table, Variable
from nat_constructs.event_queue import EventQueue
from nat_constructs.sender import grant_mail
from stacks.api import ApiStack
from stacks.data import DataStack
from stacks.stack import NatStack

READ: Final = (Table.NATIONS, Table.MEMBERSHIPS, Table.USERS)
"""Whom a happening concerns, and whether it still holds."""
WRITTEN: Final = (Table.ONCE, Table.SOCKETS)
"""Who was told, and connections that are gone."""


class NoticeFunctions:
    """Made in the stack of the bus. The queue keeps a notice that cannot be sent for more than an hour, and
    then among its dead letters, from where it is sent again: whoever was told already is not told twice.

    Some hundred messages a month for a nation with trouble: nothing, and $0.10 per thousand emails.
    """

    def __init__(self, stack: NatStack, *, bus: events.EventBus, data: DataStack, api: ApiStack) -> None:
        deployment = stack.deployment
        self.queue = EventQueue(stack, "NoticeEvents")
        operator = deployment.environment.operator
        self.teller = stack.function(
            "Notices",
            handler="nat.handlers.notices.handler",
            description="Nat: tells people what happened to their nation",
            variables={
                **data.table_variables(*READ, *WRITTEN),
                Variable.SOCKET_ENDPOINT: api.sockets.endpoint,
                Variable.BRANDS: deployment.brands_json,
                **({Variable.OPERATOR_EMAIL: operator} if operator else {}),
            },
            timeout_seconds=120,
        )
        data.grant_rows(self.teller, read=READ, write=WRITTEN)
        grant_mail(self.teller.own_role, deployment.senders)
        api.sockets.grant_push(self.teller.own_role)
        self.queue.feed(self.teller)
        _forward(stack, bus, self.queue)
        stack.publish("NoticesFunctionName", self.teller.function_name, "Function of notices")
        stack.publish(
            "NoticeDeadLettersUrl", self.queue.dead_letters.queue_url, "Notices that could not be sent"
        )


def _forward(scope: Construct, bus: events.EventBus, queue: EventQueue) -> None:
    events.Rule(
        scope,
        "WhatPeopleAreToldOf",
        description="Nat: what people are told of",
        event_bus=bus,
        event_pattern=events.EventPattern(source=[BUS_SOURCE], detail_type=[each.value for each in NOTICES]),
        targets=[targets.SqsQueue(queue.queue, dead_letter_queue=queue.dead_letters)],
    )
