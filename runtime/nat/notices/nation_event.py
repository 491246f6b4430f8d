"""One announcement of the event bus, as `connections` and `billing` made it (`nat.connections.outbox`)."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nat.aws.items import moment
from nat.ids import NationSlug
from nat.names import BUS_SOURCE, NOTICES, Bus


class NationEventUnreadable(ValueError):
    """A message that is no announcement of ours which people are told of."""


@dataclass(frozen=True)
class NationEvent:
    """What happened. `incident` is the same for every repetition; `about` are plain values, no personal
    data."""

    incident: str
    event: Bus
    nation_slug: NationSlug
    at: datetime
    about: Mapping[str, Any]

    @classmethod
    def read(cls, body: str, of: Collection[Bus] = NOTICES) -> "NationEvent":
        """The announcement in an EventBridge event, if it is one `of` these. Raises
        `NationEventUnreadable`."""
        try:
            message = json.loads(body)
            detail = message["detail"]
            event = Bus(message["detail-type"])
            if message["source"] != BUS_SOURCE or event not in of:
                raise NationEventUnreadable(f"Nobody is told of {event.value}.")
            return cls(
                str(detail["id"]),
                event,
                NationSlug(str(detail["nation_slug"])),
                moment(detail["at"]),
                dict(detail),
            )
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, NationEventUnreadable):
                raise
            raise NationEventUnreadable("The message is no announcement.") from error
