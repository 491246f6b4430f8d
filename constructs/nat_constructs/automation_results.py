"""Telling people of ended runs: from the event bus, by a queue, to emails and Slack."""

from collections.abc import Iterable, Mapping
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_events as events
from constructs import Construct

from nat.names import AUTOMATION_EVENTS, Table, Variable

from .data_store import DataStore
from .event_queue import EventQueue
from .function import FunctionDefaults, PythonFunction
from .occurrence_functions import OccurrenceFunctions
from .output import output
from .schedules import Schedules
from .sender import grant_mail
from .slack_posting import let_post
from .watched import Watched, WatchedQueue

READ: Final = (Table.NATIONS, Table.MEMBERSHIPS, Table.USERS, Table.CONVERSATIONS)
"""Whom a run concerns, and its answer."""
WRITTEN: Final = (Table.ONCE, Table.AUTOMATIONS)
"""Who was told, where the answer went, and automations that go on."""


class AutomationResults(Construct):
    """A message that could not be delivered is tried for more than an hour, and then kept among the dead
    letters. Some messages for each run: nothing, and $0.10 per thousand emails."""

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
        super().__init__(scope, construct_id)
        self.queue = EventQueue(self, "Events")
        self.teller = PythonFunction(
            self,
            "Function",
            defaults=defaults,
            handler="nat.handlers.automation_results.handler",
            description="Nat: tells people of runs of automations",
            variables={
                **store.variables(*READ, *WRITTEN),
                **schedules.variables(occurrences.fire),
                Variable.BRANDS: brands,
            },
            timeout_seconds=120,
            group="notices",
        )
        store.grant_rows(self.teller, read=READ, write=WRITTEN)
        grant_mail(self.teller.own_role, senders)
        let_post(self.teller, store=store, slack_variables=slack_variables)
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
