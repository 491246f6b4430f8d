"""What keeps nations connected to NationBuilder."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from nat.names import BUS_SOURCE, Bus, Table, Variable

from .data_store import DataStore
from .function import FunctionDefaults, PythonFunction
from .output import output
from .watched import Watched, WatchedFunction

EVERY: Final = Duration.hours(12)
CHANGED: Final = (Table.NATIONS, Table.CONNECTIONS)
"""Tables that change when a nation's tokens are refreshed: its record, and the row of the refresh."""
MEMORY_MIB: Final = 1769
"""One vCPU (Lambda developer guide): refreshing 10,000 nations takes some minutes of it."""


class TokenRefresh(Construct):
    """Refreshes every 12 hours the tokens that end before the next run, and takes up every minute what a
    process left behind when it died. `due` does the first, `sweep` the second.

    A run that ends before its work is done says so on the bus, which starts the next one. The sweep's 43,200
    calls a month and the runs for some thousand nations stay below $1 a month.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        bus: events.EventBus,
        nationbuilder_variables: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._store = store
        self._variables = {
            **store.variables(*CHANGED),
            **nationbuilder_variables,
            Variable.DATA_KEY_ARN: store.key.key_arn,
            Variable.EVENT_BUS: bus.event_bus_name,
        }
        self.due = self._function(defaults, "Due", handler="due", timeout_seconds=900, memory_mib=MEMORY_MIB)
        self.sweep = self._function(defaults, "Sweep", handler="sweep", timeout_seconds=90)
        for function in (self.due, self.sweep):
            bus.grant_put_events_to(function)
        events.Rule(
            self,
            "TwiceADay",
            description="Nat: refresh NationBuilder tokens that end within 13 hours",
            schedule=events.Schedule.rate(EVERY),
            targets=[targets.LambdaFunction(self.due, retry_attempts=2)],
        )
        events.Rule(
            self,
            "Unfinished",
            description="Nat: go on refreshing",
            event_bus=bus,
            event_pattern=events.EventPattern(
                source=[BUS_SOURCE], detail_type=[Bus.REFRESH_UNFINISHED.value]
            ),
            targets=[targets.LambdaFunction(self.due, retry_attempts=2)],
        )
        events.Rule(
            self,
            "EveryMinute",
            description="Nat: take up refreshes that were left unfinished, announce what happened",
            schedule=events.Schedule.rate(Duration.minutes(1)),
            # The next minute's sweep does the same work: a late one has none.
            targets=[targets.LambdaFunction(self.sweep, retry_attempts=0, max_event_age=Duration.minutes(1))],
        )
        self.watched = Watched(
            [
                WatchedFunction("RefreshDue", self.due, trouble="Nations lose their connection within a day"),
                WatchedFunction("RefreshSweep", self.sweep, 2, "Unfinished refreshes stay unfinished"),
            ]
        )
        stack = Stack.of(self)
        output(stack, "RefreshDueFunctionName", self.due.function_name, "Function of the refresh")
        output(stack, "RefreshSweepFunctionName", self.sweep.function_name, "Its minute sweep")

    def _function(
        self,
        defaults: FunctionDefaults,
        name: str,
        *,
        handler: str,
        timeout_seconds: int,
        memory_mib: int = 256,
    ) -> PythonFunction:
        function = PythonFunction(
            self,
            name,
            defaults=defaults,
            handler=f"nat.handlers.refresh.{handler}",
            description="Nat: keeps nations connected to NationBuilder",
            variables=self._variables,
            timeout_seconds=timeout_seconds,
            memory_mib=memory_mib,
        )
        self._store.grant_rows(function, write=CHANGED)
        self._store.nation_secrets.grant_refresh(function.own_role)
        self._store.nation_secrets.grant_apps(function.own_role)
        return function
