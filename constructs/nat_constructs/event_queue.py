"""A queue of events that one function acts on, and the place for those that it cannot act on."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from nat.names import BUS_SOURCE

from .acknowledge import acknowledge
from .function import PythonFunction

RECEIVES: Final = 6
"""Deliveries before a message counts as dead; with the pauses below that is an hour and more."""
PAUSE_SECONDS: Final = 900
"""How long a message that failed waits. A vendor that is down is not down for a second."""
BATCH: Final = 5


class EventQueue(Construct):
    """A standard queue with its dead letters, which are kept for 14 days. Messages hold ids only. $0.40 per
    million requests after the first million."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = self._queue("DeadLetters", visibility=60)
        acknowledge(self.dead_letters, "This is the dead-letter queue.", "AwsSolutions-SQS3")
        self.queue = self._queue(
            "Queue",
            visibility=PAUSE_SECONDS,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=RECEIVES),
        )

    def feed(self, function: PythonFunction, *, batch: int = BATCH) -> None:
        """Let a function act on the events, a few at a time; its time-out is at most a sixth of the pause, or
        with `batch` 1 shorter than the pause."""
        function.add_event_source(
            sources.SqsEventSource(
                self.queue, batch_size=batch, max_concurrency=5, report_batch_item_failures=True
            )
        )

    def hear(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bus: events.IEventBus,
        of: Iterable[str],
        description: str,
        source: str = BUS_SOURCE,
    ) -> None:
        """Take up events of these types from a bus, by a rule below `scope`: our own, or a source's."""
        events.Rule(
            scope,
            construct_id,
            description=description,
            event_bus=bus,
            event_pattern=events.EventPattern(source=[source], detail_type=list(of)),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )

    def _queue(
        self, construct_id: str, *, visibility: int, dead_letter_queue: sqs.DeadLetterQueue | None = None
    ) -> sqs.Queue:
        return sqs.Queue(
            self,
            construct_id,
            visibility_timeout=Duration.seconds(visibility),
            retention_period=Duration.days(14),
            receive_message_wait_time=Duration.seconds(20),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=dead_letter_queue,
        )


def account_bus(scope: Construct) -> events.IEventBus:
    """The default bus, on which AWS itself tells what happened in the account."""
    return events.EventBus.from_event_bus_name(scope, "Default", "default")
