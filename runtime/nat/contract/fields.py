"""What bodies, queries and answers are made of: the kinds of objects, and the values that occur in many."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Final, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from nat.names import SLUG_PATTERN, ULID_PATTERN


class ResponseBody(msgspec.Struct, frozen=True, kw_only=True):
    """An object of an answer. Clients ignore names they do not know, so that new ones break nobody."""


Larger = TypeVar("Larger", bound=ResponseBody)


def extended(body: ResponseBody, larger: type[Larger], **more: object) -> Larger:
    """A larger object of an answer: all that a smaller one says, and more. Raises `TypeError` for a name that
    is missing or that the larger one does not have."""
    return larger(**{name: getattr(body, name) for name in body.__struct_fields__}, **more)


class RequestBody(msgspec.Struct, frozen=True, kw_only=True):
    """An object that clients send. Names it does not have are ignored."""


class StrictBody(RequestBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An object that clients send. Names it does not have are refused."""


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """The names behind the question mark. What is not known is ignored."""


class RequestHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """Headers of a call, besides those that every call has. What is not known is ignored."""


class Paged(Query, frozen=True, kw_only=True):
    """A list that is answered in pages."""

    after: str | None = None
    """The `next` of an earlier page: goes on behind it."""


Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""A time in UTC and milliseconds, such as `2026-11-22T09:30:00.000Z`."""
Address = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
Slug = Annotated[str, Meta(pattern=SLUG_PATTERN, examples=["demo"])]
Ulid = Annotated[str, Meta(pattern=ULID_PATTERN, examples=["01KAZ3V9Q8R7T6S5P4N3M2K1J0"])]
Count = Annotated[int, Meta(ge=0)]
PLACE_PATTERN: Final = r"^[0-9]{1,3}\.[0-9]{1,6}$"


class Place(NamedTuple):
    """Where an event stands in its turn, in order: written `attempt.seq`."""

    attempt: int = 0
    seq: int = 0

    @classmethod
    def read(cls, text: str) -> "Place":
        """The place that a text of `PLACE_PATTERN` names."""
        attempt, _, seq = text.partition(".")
        return cls(int(attempt), int(seq))

    def __str__(self) -> str:
        return f"{self.attempt}.{self.seq}"


class Limit(StrEnum):
    """What one person may do so and so often a minute, whatever the nation and the door."""

    DECISIONS = "decisions"
    EXPORTS = "exports"
    STREAMS = "streams"

    @property
    def a_minute(self) -> int:
        """How often."""
        return _A_MINUTE[self]


_A_MINUTE: Final[Mapping[str, int]] = {"decisions": 60, "exports": 10, "streams": 30}


def one_of(values: Iterable[str]) -> Meta:
    """Of a text in an answer: which values it has. It is told, not checked."""
    return Meta(extra_json_schema={"enum": [str(each) for each in values]})


def named(values: Iterable[str]) -> Meta:
    """Of an object: which names it may have. It is told, not checked."""
    return Meta(extra_json_schema={"propertyNames": {"enum": [str(each) for each in values]}})
