"""A high-throughput FIFO queue in the house flavour: one thing after the other within a group, groups beside
each other."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from .acknowledge import acknowledge


class FifoQueue(Construct):
    """The queue with its dead letters, which are kept for 14 days. $0.50 per million requests after the first
    million."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        visibility_seconds: int,
        dead_letter_visibility_seconds: int,
        max_receive_count: int,
        retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = self._queue(
            "DeadLetters", visibility=dead_letter_visibility_seconds, retention=Duration.days(14)
        )
        acknowledge(self.dead_letters, "This is the dead-letter queue.", "AwsSolutions-SQS3")
        self.queue = self._queue(
            "Queue",
            visibility=visibility_seconds,
            retention=Duration.days(retention_days),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=max_receive_count
            ),
        )

    def _queue(
        self,
        construct_id: str,
        *,
        visibility: int,
        retention: Duration,
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
