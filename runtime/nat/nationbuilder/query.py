"""The query grammar of V2 indexes: filters with operators, OR lists, ranges, hashes, sparse fields, stats.

Grammar from the vendor's article on query parameters and from Graphiti, the framework V2 is built on: a
comma separates alternatives, `{{ }}` protects a comma, square brackets in a text are read as JSON, and empty
values are dropped.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal, TypedDict

from nat.errors import QueryRejected

Scalar = str | int | float | bool | date | datetime | None
Operator = Literal[
    "eq", "not_eq", "eql", "not_eql", "prefix", "not_prefix", "suffix", "not_suffix", "match", "not_match",
    "gt", "gte", "lt", "lte",
]  # fmt: skip
Parameters = list[tuple[str, str]]

PAGE_SIZE: Final = 100
"""The most that V2 gives at once: above it answers `Requested page size … is greater than max supported`."""


@dataclass(frozen=True)
class Condition:
    """Operators with their values, all of which must hold; `((operator, values), …)`."""

    tests: tuple[tuple[Operator, tuple[Scalar, ...]], ...]


@dataclass(frozen=True)
class HasValues:
    """Equality on a hash attribute such as `custom_values`."""

    values: Mapping[str, Scalar]


Filter = Condition | HasValues | Scalar | Sequence[Scalar]
Filters = Mapping[str, Filter]
"""By attribute: a value (equality; texts without regard to case), several values (any of them), a
`Condition` or a `HasValues`."""


class FieldsQuery(TypedDict, total=False):
    """Which attributes of records are asked for, by record type."""

    fields: Mapping[str, Iterable[str]] | None
    extra_fields: Mapping[str, Iterable[str]] | None


class IndexQuery(FieldsQuery, total=False):
    """What an index is asked for, besides the page."""

    filters: Filters | None
    include: Iterable[str]
    sort: Iterable[str]


def where(operator: Operator, *values: Scalar) -> Condition:
    """One operator; several values mean any of them. `match` means: contains."""
    return Condition(((operator, values),))


def between(start: Scalar = None, end: Scalar = None, *, includes_end: bool = False) -> Condition | None:
    """From `start` (inclusive) to `end` (exclusive unless said otherwise). None when both ends are open."""
    tests: list[tuple[Operator, tuple[Scalar, ...]]] = []
    if start is not None:
        tests.append(("gte", (start,)))
    if end is not None:
        tests.append(("lte" if includes_end else "lt", (end,)))
    return Condition(tuple(tests)) if tests else None


def index_parameters(
    *,
    filters: Filters | None = None,
    include: Iterable[str] = (),
    fields: Mapping[str, Iterable[str]] | None = None,
    extra_fields: Mapping[str, Iterable[str]] | None = None,
    sort: Iterable[str] = (),
    page_size: int | None = None,
    page: int | None = None,
    count: bool = False,
) -> Parameters:
    """The query of an index or show request. Raises `QueryRejected` for a text V2 cannot be asked for."""
    parameters: Parameters = []
    for name, value in (filters or {}).items():
        parameters.extend(_filter_parameters(name, value))
    parameters.extend((f"fields[{kind}]", ",".join(names)) for kind, names in (fields or {}).items())
    parameters.extend(
        (f"extra_fields[{kind}]", ",".join(names)) for kind, names in (extra_fields or {}).items()
    )
    for name, values in (("include", include), ("sort", sort)):
        joined = ",".join(values)
        if joined:
            parameters.append((name, joined))
    if page_size is not None:
        parameters.append(("page[size]", str(min(page_size, PAGE_SIZE))))
    if page is not None:
        parameters.append(("page[number]", str(page)))
    if count:
        parameters.append(("stats[total]", "count"))
    return parameters


def _filter_parameters(name: str, value: Filter) -> Parameters:
    if isinstance(value, Condition):
        return [(f"filter[{name}][{operator}]", _joined(values)) for operator, values in value.tests]
    if isinstance(value, HasValues):
        plain = {slug: _hash_value(each) for slug, each in value.values.items()}
        return [(f"filter[{name}][eq]", json.dumps(plain, separators=(",", ":"), ensure_ascii=False))]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [(f"filter[{name}]", _joined(value))]
    return [(f"filter[{name}]", write(value))]


def _joined(values: Sequence[Scalar]) -> str:
    if not values:
        raise QueryRejected("A filter needs at least one value.")
    return ",".join(write(value) for value in values)


def _hash_value(value: Scalar) -> str | int | float | bool | None:
    return write(value) if isinstance(value, date | datetime) else value


def speakable(text: str) -> bool:
    """Whether the grammar has a way to write a text: it has none for `[ ]`, `{{ }}` and the word `null`, nor
    for a brace at the end of what `{{ }}` must protect."""
    plain = text.strip()
    return not (
        plain == "null"
        or "{{" in plain
        or "}}" in plain
        or ("[" in plain and "]" in plain)
        or (_needs_protection(plain) and plain.endswith("}"))
    )


def _needs_protection(text: str) -> bool:
    return "," in text or text.startswith("{")


def write(value: Scalar) -> str:
    """A value in a filter. Date-times are written in UTC, commas protected.

    Raises `QueryRejected` for texts that the grammar cannot express.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("A date-time in a filter needs a time zone.")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    text = value.strip()
    if not text:
        raise QueryRejected("A filter cannot look for an empty text.")
    if not speakable(text):
        raise QueryRejected(
            "NationBuilder cannot search for null or texts with [ ], {{ }} or a closing brace at the end. "
            "Search for a part of it."
        )
    return f"{{{{{text}}}}}" if _needs_protection(text) else text
