"""Types of parameters that several tools share. Their schemas are short: all tools are always sent."""

import unicodedata
from datetime import date, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from nat.contract.parsing import is_blank
from nat.errors import BadRequest
from nat.nationbuilder import NationBuilder
from nat.nationbuilder.periods import ALL_TIME, PeriodName, Span, named_span, read_moment


def _is_id(value: str) -> str:
    if not value.isascii() or not value.isdecimal() or len(value) > 18:
        raise ValueError("an id is a number; find it with a search first")
    return value


RecordId = Annotated[str, Field(coerce_numbers_to_str=True), AfterValidator(_is_id)]
"""An id: digits in a string."""


def _composed(value: str) -> str:
    if is_blank(value):
        raise ValueError("there is nothing in it to see")
    return unicodedata.normalize("NFC", value)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_composed)]
"""Words to look for, in Unicode's composed form (NFC): what a keyboard types."""

Limit = Annotated[int, Field(ge=1, le=100)]
"""How many records to give back."""

CountOnly = Annotated[bool, Field(description="Only the number")]

Moment = Annotated[str, Field(description="ISO date or time, or period name")]
"""A date, a date-time (the nation's clock unless it has an offset) or the name of a period."""

Cents = Annotated[int, Field(ge=0)]

SLUG: Final = r"^[a-z0-9_]{1,60}$"
Slug = Annotated[str, Field(pattern=SLUG)]
"""The address of a page or a list within its nation."""

AMOUNT: Final = r"^\d{1,9}(\.\d{1,2})?$"
Amount = Annotated[str, Field(pattern=AMOUNT, coerce_numbers_to_str=True, description="Such as 250.00")]
"""A sum in the nation's currency, where V2 keeps it as a decimal text."""

DAY: Final = "day"
"""pydantic's type of the error for what is no `Day`."""


def _is_day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise PydanticCustomError(DAY, "a date such as 2026-11-20") from None


Day = Annotated[str, Field(description="ISO date"), AfterValidator(_is_day)]
"""A calendar date."""


class Parameters(BaseModel):
    """A nested parameter. Unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Between(Parameters):
    after: Annotated[str | None, Field(description="ISO, inclusive")] = None
    before: Annotated[str | None, Field(description="ISO, exclusive")] = None


When = TypeAliasType("When", PeriodName | Between)
"""A named period, or a start and an end. A named alias, so that a schema holds it once."""


class CentsRange(Parameters):
    """Both ends included: over $100 is gte 10001."""

    gte: int | None = None
    lte: int | None = None


def span_of(v2: NationBuilder, when: When | None) -> Span:
    """A period in the nation's time zone; all time for None. Raises `BadRequest` for what is no time, and for
    an end before the beginning."""
    if when is None:
        return ALL_TIME
    now, zone = v2.now(), v2.zone
    if isinstance(when, str):
        return named_span(when, now, zone)
    return forwards(
        read_moment(when.after, now, zone) if when.after else None,
        read_moment(when.before, now, zone) if when.before else None,
    )


def since_until(v2: NationBuilder, since: str | None, until: str | None = None) -> Span:
    """From the start of `since` to the end of `until`, each a date, a date-time or a period's name. Raises
    `BadRequest` for what is no time, and for an end before the beginning."""
    now, zone = v2.now(), v2.zone
    return forwards(
        read_moment(since, now, zone) if since else None,
        read_moment(until, now, zone, end=True) if until else None,
    )


def forwards(start: datetime | None, end: datetime | None) -> Span:
    """A span that takes some time. In one that ends before it begins nothing can lie, and a certain zero
    would be an answer to a question that nobody asked. Raises `BadRequest`."""
    if start is not None and end is not None and end <= start:
        raise BadRequest(
            "The period ends before it begins. `before` is exclusive: for one whole period give its name, or "
            "the first day after it."
        )
    return Span(start, end)
