"""What Lambda invokes besides HTTP: the time that is left, and batches from SQS, of which only the messages
that failed come again."""

from collections.abc import Callable
from typing import Protocol

from nat.aws import log
from nat.handlers.request import LambdaEvent

Failed = dict[str, list[dict[str, str]]]
"""What Lambda reads of a partial answer (`ReportBatchItemFailures`)."""


class LambdaContext(Protocol):
    """The second argument of every handler, as far as one of ours uses it."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""
        ...


class ComeAgain(Exception):
    """A message of which something is left to do: it comes again, and that is no defect."""


def each_message(event: LambdaEvent, take: Callable[[str], object]) -> Failed:
    """Let `take` have the body of every message; names those that failed. A defect is logged with the
    message's id. On a FIFO queue too one failure does not hold the rest up: no batch of ours depends on its
    order."""
    log.structured()
    failed = []
    for record in event["Records"]:
        try:
            take(record["body"])
        except ComeAgain as left:
            log.structured().warning(str(left), extra={"message_id": record["messageId"]})
            failed.append({"itemIdentifier": record["messageId"]})
        except Exception as error:
            log.defect(error, message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
