"""Telling people of ended runs: from the event bus, by a queue, to emails and Slack."""

from collections.abc import Iterable, Mapping
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_events as events
from constructs import Construct

from nat.names import AUTOMATION_EVENTS, Table

from .data_store import DataStore
from .function import FunctionDefaults
from .occurrence_functions import OccurrenceFunctions
from .output import output
from .schedules import Schedules
from .telling import TellingFunction
from .watched import Watched, WatchedQueue

READ: Final = (Table.NATIONS, Table.MEMBERSHIPS, Table.USERS, Table.CONVERSATIONS)
"""Whom a run concerns, and its answer."""
WRITTEN: Final = (Table.ONCE, Table.AUTOMATIONS)
"""Who was told, where the answer went, and automations that go on."""


class AutomationResults(TellingFunction):
    """Tells of runs, each by some messages."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        bus: events.EventBus,
        schedules: Schedules,
        occurrences: OccurrenceFunctions,
        brands: str,
        senders: Iterable[str],
        slack_variables: Mapping[str, str],
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            defaults=defaults,
            store=store,
            handler="nat.handlers.automation_results.handler",
            description="Nat: tells people of runs of automations",
            read=READ,
            write=WRITTEN,
            variables=schedules.variables(occurrences.fire),
            brands=brands,
            senders=senders,
            slack_variables=slack_variables,
        )
        schedules.grant_make(self.teller.own_role)
        self.queue.feed(self.teller)
        self.queue.hear(
            self,
            "WhatAutomationsHearOf",
            bus=bus,
            of=[each.value for each in AUTOMATION_EVENTS],
            description="Nat: runs that ended, nations that may be asked again",
        )
        self.watched = Watched(
            dead_letters=[
                WatchedQueue(
                    "AutomationResults", "Undelivered results", self.queue.dead_letters, self.queue.queue
                )
            ]
        )
        stack = Stack.of(self)
        output(
            stack,
            "AutomationResultsFunctionName",
            self.teller.function_name,
            "Function of results",
        )
        output(
            stack,
            "AutomationResultsDeadLettersUrl",
            self.queue.dead_letters.queue_url,
            "Results that could not be delivered",
        )
