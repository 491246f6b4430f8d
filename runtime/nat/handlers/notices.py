"""Tells people what happened to their nation, from the queue of announcements."""

import logging
from datetime import UTC, datetime
from functools import cache
from typing import Any

from nat import settings
from nat.aws import clients, log
from nat.channels.brands import Brands
from nat.channels.push import Push
from nat.names import Variable
from nat.nations import plans
from nat.notices.nation_event import NationEvent
from nat.notices.notices import NotAllTold, Notices
from nat.settings import TableNames

_log = logging.getLogger(__name__)


@cache
def notices() -> Notices:
    """What tells them, from this process's environment."""
    return Notices(
        clients.dynamodb(),
        TableNames.read(),
        clients.mail(),
        Push.of_process(settings.read(Variable.SOCKET_ENDPOINT)),
        brands=Brands.read(),
        plans=plans.read(),
        operator=settings.read_optional(Variable.OPERATOR_EMAIL) or None,
        now=lambda: datetime.now(UTC),
    )


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point. Names the messages of which somebody was not told, so that only they come
    again."""
    log.structured()
    failed = []
    for record in event["Records"]:
        try:
            sent = notices().take(NationEvent.read(record["body"]))
        except NotAllTold as some:
            _log.warning("not all told", extra={"message_id": record["messageId"], "missing": some.missing})
            failed.append({"itemIdentifier": record["messageId"]})
        except Exception as error:
            log.defect(error, message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
        else:
            _log.info("told", extra={"message_id": record["messageId"], "sent": sent})
    return {"batchItemFailures": failed}
