"""Casting: what a query says, what a body says, what a record holds, what an answer shows."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from local.nationbuilder.schema import Kind

Cast = Callable[[str, tzinfo], Any]

_DAY: Final = re.compile(r"^\d{4}-\d{2}-\d{2}$")


class NotOfType(ValueError):
    """A value that cannot be read as the attribute's type."""


@lru_cache(maxsize=256)
def _offset(seconds: float) -> timezone:
    return timezone(timedelta(seconds=seconds))


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """The moment with the fixed offset that the zone has then: cheap to compare and to print."""
    local = moment.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    return local.replace(tzinfo=_offset(offset.total_seconds()), microsecond=0)


def read_moment(text: str, zone: tzinfo) -> datetime:
    """An ISO 8601 date or date-time. Without an offset it is UTC, as Rails reads it [inferred].

    Raises `NotOfType`.
    """
    # The plus sign of an offset arrives as a space when a client did not escape it.
    text = text.strip()
    text = text[:11] + text[11:].replace(" ", "+")
    try:
        moment = datetime.fromisoformat(text)
        return in_zone(moment if moment.tzinfo else moment.replace(tzinfo=UTC), zone)
    except (ValueError, OverflowError):  # at either end of the calendar a zone may have no such moment
        raise NotOfType(text) from None


def read_day(text: str) -> str:
    """A date, also from a date-time, as `YYYY-MM-DD`. Raises `NotOfType`."""
    text = text.strip()
    try:
        day = date.fromisoformat(text) if _DAY.match(text) else datetime.fromisoformat(text).date()
    except ValueError:
        raise NotOfType(text) from None
    return day.isoformat()


def read_integer(text: str) -> int:
    """An integer. Raises `NotOfType`."""
    if not re.fullmatch(r"\s*[+-]?\d+\s*", text):
        raise NotOfType(text)
    return int(text)


def read_decimal(text: str) -> Decimal:
    """A decimal number. Raises `NotOfType`."""
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise NotOfType(text) from None


def read_boolean(text: str) -> bool:
    """true or false, also as 1, 0, t, f, yes, no. Raises `NotOfType`."""
    folded = text.strip().lower()
    if folded in ("true", "t", "1", "yes", "on"):
        return True
    if folded in ("false", "f", "0", "no", "off"):
        return False
    raise NotOfType(text)


CASTS: Final[Mapping[Kind, Cast]] = {
    Kind.STRING: lambda text, _zone: text,
    Kind.ENUM: lambda text, _zone: text,
    Kind.INTEGER: lambda text, _zone: read_integer(text),
    Kind.INTEGER_ID: lambda text, _zone: read_integer(text),
    Kind.DECIMAL: lambda text, _zone: read_decimal(text),
    Kind.BOOLEAN: lambda text, _zone: read_boolean(text),
    Kind.DATE: lambda text, _zone: read_day(text),
    Kind.DATETIME: read_moment,
}
"""How a filter's text becomes a value that compares with what `comparable` gives."""

COMPARABLE: Final[Mapping[Kind, Callable[[Any], Any]]] = {Kind.INTEGER_ID: int, Kind.DECIMAL: Decimal}
"""Kinds whose stored form must be converted before comparing."""


def from_json(kind: Kind, value: Any, zone: tzinfo) -> Any:
    """A body's value as it is stored. Null stays null. Raises `NotOfType`."""
    if value is None:
        return None
    if kind is Kind.HASH:
        if not isinstance(value, dict):
            raise NotOfType(value)
        return value
    if isinstance(value, dict | list):
        raise NotOfType(value)
    if kind is Kind.BOOLEAN:
        return value if isinstance(value, bool) else read_boolean(str(value))
    if isinstance(value, bool) and kind is not Kind.STRING:
        raise NotOfType(value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if kind is Kind.DECIMAL:
        return f"{read_decimal(text):.2f}"
    if kind in (Kind.DATE, Kind.DATETIME) and not text.strip():
        return None
    if kind is Kind.INTEGER_ID:
        return str(read_integer(text))
    return CASTS[kind](text, zone)


def money(cents: int | None) -> str | None:
    """Cents as the formatted amount: 500 is `5.00`."""
    return None if cents is None else f"{cents / 100:.2f}"
