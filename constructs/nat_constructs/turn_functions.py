"""Turns that no worker ends: swept when they stay behind, failed when nobody could take them."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from nat.names import Table, Variable

from .admission import SETTLING
from .data_store import DataStore
from .function import FunctionDefaults, PythonFunction
from .output import output
from .store_function import StoreFunction
from .turn_queue import DEAD_LETTER_TIME_OUT
from .watched import Watched, WatchedFunction
from .web_socket_api import WebSocketApi


class TurnFunctions(Construct):
    """Every minute a sweep resends or refunds turns that were admitted and never queued; a consumer fails and
    refunds those that ended among the dead letters. Below $0.10 a month."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        sockets: WebSocketApi,
    ) -> None:
        super().__init__(scope, construct_id)
        self._defaults = defaults
        self._store = store
        self._sockets = sockets
        self.sweep = self._sweep_every_minute()
        self.dead_letters = self._consume_dead_letters()
        self.watched = Watched(
            [WatchedFunction("Sweep", self.sweep, 2), WatchedFunction("DeadLetters", self.dead_letters)]
        )
        stack = Stack.of(self)
        output(stack, "SweepFunctionName", self.sweep.function_name, "Function of the sweep")
        output(stack, "DeadLettersFunctionName", self.dead_letters.function_name, "Function of dead letters")

    def _sweep_every_minute(self) -> PythonFunction:
        function = self._turn_ender(
            "Sweep", handler="nat.handlers.sweep.handler", description="Nat: resends or refunds stuck turns"
        )
        self._store.turns.queue.grant_send_messages(function)
        # Which nations have made their retention shorter.
        function.add_environment(Table.ONCE.variable, self._store.tables[Table.ONCE].table_name)
        self._store.grant_rows(function, write=(Table.ONCE,))
        events.Rule(
            self,
            "EveryMinute",
            description="Nat: sweep turns that were admitted and never queued",
            schedule=events.Schedule.rate(Duration.minutes(1)),
            # The next minute's sweep does the same work: a late one has none.
            targets=[targets.LambdaFunction(function, retry_attempts=0, max_event_age=Duration.minutes(1))],
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
                self._store.turns.dead_letters,
                batch_size=10,
                max_concurrency=2,
                report_batch_item_failures=True,
            )
        )
        return function

    def _turn_ender(
        self, name: str, *, handler: str, description: str, timeout_seconds: int = 50
    ) -> PythonFunction:
        turns = self._store.turns
        function = StoreFunction(
            self,
            name,
            defaults=self._defaults,
            store=self._store,
            handler=handler,
            description=description,
            write=SETTLING,
            variables={
                Variable.TURN_QUEUE_URL: turns.queue.queue_url,
                Variable.TURN_DEAD_LETTERS_URL: turns.dead_letters.queue_url,
                Variable.SOCKET_ENDPOINT: self._sockets.endpoint,
            },
            timeout_seconds=timeout_seconds,
        )
        self._sockets.grant_push(function.own_role)
        self._store.slack.let_tell(function)
        return function
