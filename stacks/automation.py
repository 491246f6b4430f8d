"""What happens by itself: sweeping, dead letters, schedules, announcements."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from nat.names import Table, Variable
from nat_constructs.function import PythonFunction
from nat_constructs.schedules import Schedules
from nat_constructs.token_refresh import TokenRefresh
from nat_constructs.turn_queue import DEAD_LETTER_TIME_OUT
from stacks.api import ApiStack
from stacks.data import DataStack
from stacks.deployment import Deployment
from stacks.notices import NoticeFunctions
from stacks.stack import NatStack

ENDING: Final = (Table.CONVERSATIONS, Table.NATIONS, Table.USERS, Table.USAGE, Table.SOCKETS, Table.ACTIONS)
"""Tables that change when a turn ends without a worker: the turn, the refund, the cooldown, the usage,
subscribers that are gone, and the approval that it was to carry out."""


REFRESHING: Final = (Table.NATIONS, Table.CONNECTIONS)
"""Tables that change when a nation's tokens are refreshed: its record, and the row of the refresh."""
REFRESH_MEMORY_MIB: Final = 1769
"""One vCPU (Lambda developer guide): refreshing 10,000 nations takes some minutes of it."""


class AutomationStack(NatStack):
    """Every minute a sweep resends or refunds what stayed behind; turns that no worker could take are failed
    and refunded; NationBuilder tokens are refreshed before they end; a schedule group holds people's
    automations; a bus carries what happened, and people whom it concerns are told."""

    def __init__(self, scope: Construct, *, deployment: Deployment, data: DataStack, api: ApiStack) -> None:
        super().__init__(
            scope, "Automation", deployment=deployment, description="Nat: sweep, dead letters and schedules"
        )
        self._data = data
        self._api = api
        self.sweep = self._sweep_every_minute()
        self.dead_letters = self._consume_dead_letters()
        self.schedules = Schedules(self, "Schedules")
        self.bus = events.EventBus(self, "Bus", description="Nat: what happened to nations")
        self.refresh_due = self._refresher(
            "RefreshDue", "due", timeout_seconds=900, memory_mib=REFRESH_MEMORY_MIB
        )
        self.refresh_sweep = self._refresher("RefreshSweep", "sweep", timeout_seconds=90)
        self.refresh = TokenRefresh(
            self, "Refresh", due=self.refresh_due, sweep=self.refresh_sweep, bus=self.bus, key=data.key
        )
        self.notices = NoticeFunctions(self, bus=self.bus, data=data, api=api)
        self._publish()

    def _sweep_every_minute(self) -> PythonFunction:
        function = self._turn_ender(
            "Sweep", handler="nat.handlers.sweep.handler", description="Nat: resends or refunds stuck turns"
        )
        self._data.queue.grant_send_messages(function)
        # Which nations have made their retention shorter.
        function.add_environment(Table.ONCE.variable, self._data.tables[Table.ONCE].table_name)
        self._data.grant_rows(function, write=(Table.ONCE,))
        events.Rule(
            self,
            "EveryMinute",
            description="Nat: sweep turns that were admitted and never queued",
            schedule=events.Schedule.rate(cdk.Duration.minutes(1)),
            # The next minute's sweep does the same work: a late one has none.
            targets=[
                targets.LambdaFunction(function, retry_attempts=0, max_event_age=cdk.Duration.minutes(1))
            ],
        )
        return function

    def _consume_dead_letters(self) -> PythonFunction:
        function = self._turn_ender(
            "DeadLetters",
            handler="nat.handlers.dead_letters.handler",
            description="Nat: fails and refunds turns that no worker could take",
            timeout_seconds=DEAD_LETTER_TIME_OUT,
        )
        function.add_event_source(
            sources.SqsEventSource(
                self._data.dead_letters, batch_size=10, max_concurrency=2, report_batch_item_failures=True
            )
        )
        return function

    def _refresher(
        self, name: str, entry: str, *, timeout_seconds: int, memory_mib: int = 256
    ) -> PythonFunction:
        function = self.function(
            name,
            handler=f"nat.handlers.refresh.{entry}",
            description="Nat: keeps nations connected to NationBuilder",
            variables={
                **self._data.table_variables(*REFRESHING),
                **self.deployment.nationbuilder_variables,
                Variable.DATA_KEY_ARN: self._data.key.key_arn,
                Variable.EVENT_BUS: self.bus.event_bus_name,
            },
            timeout_seconds=timeout_seconds,
            memory_mib=memory_mib,
        )
        self._data.grant_rows(function, write=REFRESHING)
        return function

    def _turn_ender(
        self, name: str, *, handler: str, description: str, timeout_seconds: int = 50
    ) -> PythonFunction:
        function = self.function(
            name,
            handler=handler,
            description=description,
            variables={
                **self._data.table_variables(*ENDING),
                Variable.TURN_QUEUE_URL: self._data.queue.queue_url,
                Variable.TURN_DEAD_LETTERS_URL: self._data.dead_letters.queue_url,
                Variable.SOCKET_ENDPOINT: self._api.sockets.endpoint,
            },
            timeout_seconds=timeout_seconds,
        )
        self._data.grant_rows(function, write=ENDING)
        self._api.sockets.grant_push(function.own_role)
        return function

    def _publish(self) -> None:
        self.publish("SweepFunctionName", self.sweep.function_name, "Function of the sweep")
        self.publish("DeadLettersFunctionName", self.dead_letters.function_name, "Function of dead letters")
        self.publish("ScheduleGroupName", self.schedules.group.schedule_group_name, "Group of automations")
        self.publish("ScheduleRoleArn", self.schedules.role.role_arn, "What schedules act as")
        self.publish(
            "ScheduleDeadLettersUrl", self.schedules.dead_letters.queue_url, "Undelivered occurrences"
        )
        self.publish("RefreshDueFunctionName", self.refresh_due.function_name, "Function of the refresh")
        self.publish("RefreshSweepFunctionName", self.refresh_sweep.function_name, "Its minute sweep")
        self.publish("BusName", self.bus.event_bus_name, "Event bus")
