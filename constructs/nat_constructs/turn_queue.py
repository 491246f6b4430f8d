"""The queue between admission and the workers."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from nat.names import TURN_QUEUE

from .acknowledge import acknowledge

DEAD_LETTER_TIME_OUT: Final = 30
"""Seconds that the consumer of dead letters may take. A queue hides a message six times as long
(docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html)."""


class TurnQueue(Construct):
    """A high-throughput FIFO queue, one group per conversation and the turn id as deduplication id, with its
    dead letters. Messages hold ids only. $0.50 per million requests after the first million."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = self._fifo(
            "DeadLetters", retention=Duration.days(14), visibility=DEAD_LETTER_TIME_OUT * 6
        )
        acknowledge(self.dead_letters, "This is the dead-letter queue.", "AwsSolutions-SQS3")
        self.queue = self._fifo(
            "Queue",
            visibility=TURN_QUEUE.visibility_seconds,
            retention=Duration.days(TURN_QUEUE.retention_days),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=TURN_QUEUE.max_receive_count
            ),
        )

    def _fifo(
        self,
        construct_id: str,
        *,
        retention: Duration,
        visibility: int,
        dead_letter_queue: sqs.DeadLetterQueue | None = None,
    ) -> sqs.Queue:
        return sqs.Queue(
            self,
            construct_id,
            fifo=True,
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP,
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
            visibility_timeout=Duration.seconds(visibility),
            retention_period=retention,
            receive_message_wait_time=Duration.seconds(20),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=dead_letter_queue,
        )
