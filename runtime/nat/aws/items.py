"""DynamoDB items as plain Python values, both ways.

Numbers are whole (`int`): Nat stores cents, milliseconds and counts, never floats. `None` is left out of an
item, so an absent attribute and `None` read the same. Times are aware UTC `datetime` outside and text inside
(`2026-11-22T09:30:00.000Z`: always milliseconds, so text order is time order).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Row = Mapping[str, Any]
"""A row, its key, or part of one, in plain values."""

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def encode(values: Row) -> dict[str, "AttributeValueTypeDef"]:
    """An item from plain values. Raises `TypeError` for floats and unknown types."""
    return {name: _serializer.serialize(_storable(each)) for name, each in values.items() if each is not None}


def encode_value(value: Any) -> "AttributeValueTypeDef":
    """One attribute value, for keys and expressions."""
    encoded: AttributeValueTypeDef = _serializer.serialize(_storable(value))
    return encoded


def decode(item: Row) -> dict[str, Any]:
    """Plain values from an item; whole decimals become `int`."""
    return {name: _plain(_deserializer.deserialize(each)) for name, each in item.items()}


def timestamp(moment: datetime) -> str:
    """A moment as it is stored, in UTC and milliseconds. Raises `ValueError` for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("A stored time needs a time zone.")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def optional_timestamp(moment: datetime | None) -> str | None:
    """The same of a moment that there need not be."""
    return None if moment is None else timestamp(moment)


def moment(text: str) -> datetime:
    """The aware datetime behind a stored or vendor's ISO timestamp. Raises `ValueError`."""
    return datetime.fromisoformat(text).astimezone(UTC)


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970, for conditions that compare times as numbers."""
    return round(moment.timestamp() * 1000)


def _storable(value: Any) -> Any:
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, tuple):
        return [_storable(each) for each in value]
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _storable(each) for name, each in value.items() if each is not None}
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value
