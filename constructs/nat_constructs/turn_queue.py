"""The queue between admission and the workers."""

from typing import Final

from constructs import Construct

from nat.names import TURN_QUEUE

from .fifo_queue import FifoQueue

DEAD_LETTER_TIME_OUT: Final = 30
"""Seconds that the consumer of dead letters may take. A queue hides a message six times as long
(docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html)."""


class TurnQueue(FifoQueue):
    """One group per conversation and the turn id as deduplication id. Messages hold ids only."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(
            scope,
            construct_id,
            visibility_seconds=TURN_QUEUE.visibility_seconds,
            dead_letter_visibility_seconds=DEAD_LETTER_TIME_OUT * 6,
            max_receive_count=TURN_QUEUE.max_receive_count,
            retention_days=TURN_QUEUE.retention_days,
        )
