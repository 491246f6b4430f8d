"""Automations by the clock: the function that schedules reach, and those that look after what it left."""

from collections.abc import Iterable, Mapping
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_destinations as destinations
from constructs import Construct

from nat.names import Table, Variable

from .admission import ADMISSION
from .data_store import DataStore
from .function import FunctionDefaults, PythonFunction
from .output import output
from .schedules import Schedules
from .store_function import StoreFunction
from .watched import Watched, WatchedFunction

FIRED: Final = (*ADMISSION, Table.AUTOMATIONS, Table.CONNECTIONS)
"""What an occurrence changes: a question's admission, its run, and the announcement of a run that ends at
once."""


class OccurrenceFunctions(Construct):
    """An occurrence is taken by a function that notes it and asks its question. What it could not end is
    taken up every minute; every hour the schedules are compared with the rows.

    Some cents a month beside the occurrences, of which a million calls cost $0.20.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        schedules: Schedules,
    ) -> None:
        super().__init__(scope, construct_id)
        self._defaults = defaults
        self._store = store
        self.fire = self._asking("Fire", handler="fire", description="Nat: asks what is due")
        # Lambda took the occurrence, so Scheduler does not try it again: Lambda does, for as long.
        self.fire.configure_async_invoke(
            max_event_age=Duration.hours(1),
            retry_attempts=2,
            on_failure=destinations.SqsDestination(schedules.dead_letters),
        )
        schedules.grant_reach(self.fire)
        self.sweep = self._asking(
            "Sweep",
            handler="sweep",
            description="Nat: takes up runs that were left behind",
            read=(Table.ACTIONS,),
            timeout_seconds=55,
        )
        self.compare = self._function(
            "Compare",
            handler="compare",
            description="Nat: compares schedules with automations",
            read=(Table.AUTOMATIONS,),
            variables=schedules.variables(self.fire),
            timeout_seconds=900,
        )
        schedules.grant_make(self.compare.own_role, listing=True)
        for name, function, every in (
            ("EveryMinute", self.sweep, Duration.minutes(1)),
            ("EveryHour", self.compare, Duration.hours(1)),
        ):
            events.Rule(
                self,
                name,
                description=f"Nat: look after automations ({function.node.id.lower()})",
                schedule=events.Schedule.rate(every),
                # The next one does the same work: a late one has none.
                targets=[targets.LambdaFunction(function, retry_attempts=0, max_event_age=every)],
            )
        self.watched = Watched(
            [
                WatchedFunction("Occurrences", self.fire, 2),
                WatchedFunction("AutomationSweep", self.sweep, 2),
                WatchedFunction("ScheduleComparison", self.compare),
            ]
        )
        stack = Stack.of(self)
        output(stack, "OccurrenceFunctionName", self.fire.function_name, "Function of occurrences")
        output(stack, "AutomationSweepFunctionName", self.sweep.function_name, "Sweep of automations")
        output(stack, "ScheduleComparisonFunctionName", self.compare.function_name, "Compares schedules")

    def _asking(
        self,
        name: str,
        *,
        handler: str,
        description: str,
        read: Iterable[Table] = (),
        timeout_seconds: int = 29,
    ) -> PythonFunction:
        """A function that admits questions."""
        function = self._function(
            name,
            handler=handler,
            description=description,
            read=(*read, Table.MEMBERSHIPS),
            write=FIRED,
            variables={Variable.TURN_QUEUE_URL: self._store.turns.queue.queue_url},
            timeout_seconds=timeout_seconds,
        )
        self._store.turns.queue.grant_send_messages(function)
        return function

    def _function(
        self,
        name: str,
        *,
        handler: str,
        description: str,
        read: Iterable[Table],
        write: Iterable[Table] = (),
        variables: Mapping[str, str],
        timeout_seconds: int,
    ) -> PythonFunction:
        return StoreFunction(
            self,
            name,
            defaults=self._defaults,
            store=self._store,
            handler=f"nat.handlers.occurrence.{handler}",
            description=description,
            read=read,
            write=write,
            variables=variables,
            timeout_seconds=timeout_seconds,
        )
