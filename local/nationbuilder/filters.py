"""Filters compiled into predicates over rows, with foreign keys answered by index (API facts, §7)."""

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, tzinfo
from operator import ge, gt, le, lt
from typing import Any, Final

from local.nationbuilder.errors import bad_request
from local.nationbuilder.query import Filter
from local.nationbuilder.schema import Attribute, Kind, Resource, Row
from local.nationbuilder.store import Nation
from local.nationbuilder.values import CASTS, COMPARABLE, NotOfType, read_boolean

Predicate = Callable[[Row], bool]

_TEXT: Final = frozenset(
    ["eq", "not_eq", "eql", "not_eql", "prefix", "not_prefix", "suffix", "not_suffix", "match", "not_match"]
)
_ORDERED: Final = frozenset(["eq", "not_eq", "gt", "gte", "lt", "lte"])
OPERATORS: Final[dict[Kind, frozenset[str]]] = {
    Kind.STRING: _TEXT,
    Kind.ENUM: frozenset({"eq", "not_eq", "eql", "not_eql"}),
    Kind.INTEGER: _ORDERED,
    Kind.INTEGER_ID: _ORDERED,
    Kind.DECIMAL: _ORDERED,
    Kind.DATE: _ORDERED,
    Kind.DATETIME: _ORDERED,
    Kind.BOOLEAN: frozenset({"eq"}),
    Kind.HASH: frozenset({"eq"}),
}
"""Which operators an attribute takes, by its type."""

_EMAIL_OPERATORS: Final = frozenset(
    ["eq", "match", "not_match", "prefix", "not_prefix", "suffix", "not_suffix"]
)
_EMAILS: Final = ("email1", "email2", "email3", "email4")
_QUOTED: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_EARTH_MILES: Final = 3958.8

_ID: Final = Attribute("id", Kind.INTEGER_ID, readable=True, writable=False, nullable=False)


def split_values(text: str) -> list[str]:
    """Comma-separated alternatives; `{{a, b}}` is one of them, commas and all."""
    quoted = _QUOTED.findall(text)
    rest = [each for each in _QUOTED.sub("", text).split(",") if each]
    return [*rest, *quoted] or [""]


def select(nation: Nation, resource: Resource, filters: Sequence[Filter]) -> list[Row]:
    """Rows that pass every filter, in order of id. Raises `Flat` 400."""
    table = nation[resource.type]
    predicates: list[Predicate] = []
    candidates: set[str] | None = None
    for each in filters:
        ids = _by_index(nation, resource, each)
        if ids is None:
            predicates.append(_predicate(nation, resource, each))
        else:
            candidates = set(ids) if candidates is None else candidates & set(ids)
    rows: Iterable[Row] = table.rows.values()
    if candidates is not None:
        rows = [table.rows[each] for each in sorted(candidates, key=int) if each in table.rows]
    for predicate in predicates:
        rows = [row for row in rows if predicate(row)]
    return list(rows)


def narrow(nation: Nation, resource: Resource, rows: list[Row], filters: Sequence[Filter]) -> list[Row]:
    """Those of some rows that pass every filter."""
    for each in filters:
        predicate = _predicate(nation, resource, each)
        rows = [row for row in rows if predicate(row)]
    return rows


def in_order(
    resource: Resource, rows: list[Row], keys: Sequence[tuple[str, bool]], *, page: int = 1
) -> list[Row]:
    """Rows sorted by several keys, the first weighing most. Nulls come last upwards, first downwards.

    Rows that are equal by all keys come in another order on every page, as a database may give them: who
    reads pages has to end the order with the id.
    """
    if keys and page % 2 == 0:
        rows = rows[::-1]
    for name, descending in reversed(keys):
        kind = _ID.kind if name == "id" else resource.attributes[name].kind
        convert = _SORTED.get(kind, _same)
        filled = [row for row in rows if row[name] is not None]
        empty = [row for row in rows if row[name] is None]
        filled.sort(key=_by(name, convert), reverse=descending)
        rows = empty + filled if descending else filled + empty
    return rows


def _by_index(nation: Nation, resource: Resource, condition: Filter) -> Iterable[str] | None:
    if condition.operator != "eq" or "null" in condition.text:
        return None
    table = nation[resource.type]
    if condition.name == "id":
        return [each for each in _ids(condition) if each in table.rows]
    if condition.name in table.indexes and condition.name in resource.attributes:
        return [found for each in _ids(condition) for found in table.ids(condition.name, each)]
    match resource.type, condition.name:
        case "signups", "tag_id":
            column, wanted = "tag_id", "signup_id"
        case "signup_tags", "signup_id":
            column, wanted = "signup_id", "tag_id"
        case _:
            return None
    taggings = nation["signup_taggings"]
    return [row[wanted] for each in _ids(condition) for row in taggings.where(column, each)]


def _ids(condition: Filter) -> list[str]:
    return [str(each) for each in _cast_all(condition, Kind.INTEGER_ID, UTC) if each is not None]


def _cast_all(condition: Filter, kind: Kind, zone: tzinfo) -> list[Any]:
    values: list[Any] = []
    for text in split_values(condition.text):
        if text == "null":
            values.append(None)
            continue
        try:
            values.append(CASTS[kind](text, zone))
        except NotOfType:
            raise _untypable(condition.name, text, kind) from None
    return values


def _untypable(name: str, text: str, kind: Kind) -> Exception:
    return bad_request(f"Failed typecasting :{name}! Given {json.dumps(text)}, which is not a {kind.value}.")


def _unsupported(condition: Filter, supported: frozenset[str]) -> Exception:
    names = ", ".join(f":{each}" for each in sorted(supported))
    return bad_request(
        f"Tried to filter :{condition.name} on operator :{condition.operator}, but not supported! "
        f"Supported operators are [{names}]."
    )


def _predicate(nation: Nation, resource: Resource, condition: Filter) -> Predicate:
    attribute = _ID if condition.name == "id" else resource.attributes.get(condition.name)
    if attribute is None:
        return _SPECIAL[condition.name](nation, resource, condition)
    if attribute.kind is Kind.HASH:
        return _hash(condition)
    if condition.operator not in OPERATORS[attribute.kind]:
        raise _unsupported(condition, OPERATORS[attribute.kind])
    values = _cast_all(condition, attribute.kind, nation.zone)
    if attribute.kind in (Kind.STRING, Kind.ENUM):
        return _text(condition.name, condition.operator, values)
    return _ordered(attribute, condition.operator, values)


def _text(name: str, operator: str, values: list[str | None]) -> Predicate:
    negated = operator.startswith("not_")
    base = operator.removeprefix("not_")
    empty = None in values
    texts = [each for each in values if each is not None]
    test = _TESTS[base](tuple(texts if base == "eql" else (each.lower() for each in texts)))
    if negated:
        # SQL's three-valued logic: a null is neither equal nor unequal. `not_…=null` asks for what is there.
        return lambda row: row[name] is not None and not test(row[name])
    return lambda row: empty if row[name] is None else test(row[name])


def _contains(parts: tuple[str, ...]) -> Callable[[str], bool]:
    if len(parts) == 1:
        part = parts[0]
        return lambda value: part in value.lower()

    def test(value: str) -> bool:
        folded = value.lower()
        return any(part in folded for part in parts)

    return test


_TESTS: Final[dict[str, Callable[[tuple[str, ...]], Callable[[str], bool]]]] = {
    "eql": lambda texts: lambda value: value in texts,
    "eq": lambda texts: lambda value: value.lower() in texts,
    "prefix": lambda texts: lambda value: value.lower().startswith(texts),
    "suffix": lambda texts: lambda value: value.lower().endswith(texts),
    "match": _contains,
}


def _ordered(attribute: Attribute, operator: str, values: list[Any]) -> Predicate:
    name = attribute.name
    convert = COMPARABLE.get(attribute.kind, _same)
    if operator in ("eq", "not_eq"):
        empty = None in values
        if operator == "eq":
            return lambda row: empty if row[name] is None else convert(row[name]) in values
        return lambda row: row[name] is not None and convert(row[name]) not in values
    bounds = [each for each in values if each is not None]
    if not bounds:
        return lambda _row: False
    bound = min(bounds) if operator in ("gt", "gte") else max(bounds)
    compare = _COMPARISONS[operator]
    return lambda row: row[name] is not None and bool(compare(convert(row[name]), bound))


_COMPARISONS: Final = {"gt": gt, "gte": ge, "lt": lt, "lte": le}


def _by(name: str, convert: Callable[[Any], Any]) -> Callable[[Row], Any]:
    return lambda row: convert(row[name])


def _same(value: Any) -> Any:
    return value


_SORTED: Final[dict[Kind, Callable[[Any], Any]]] = {
    **COMPARABLE,
    Kind.HASH: str,
    Kind.STRING: str.casefold,
    Kind.ENUM: str.casefold,
}
"""What is compared when rows are sorted, where it is not the value itself."""


def _hash(condition: Filter) -> Predicate:
    """`[eq]={…}` with `},{` for OR, or `[slug]=value`, which Graphiti turns into that hash."""
    name = condition.name
    if condition.operator == "eq":
        text = condition.text.replace("{{{", "{").replace("}}}", "}")
        try:
            wanted = json.loads(f"[{text}]")
        except ValueError:
            raise _untypable(name, text, Kind.HASH) from None
        if not all(isinstance(each, dict) for each in wanted):
            raise _untypable(name, text, Kind.HASH)
    else:
        wanted = [{condition.operator: value} for value in split_values(condition.text)]

    def holds(values: Row, part: dict[str, Any]) -> bool:
        return all(_alike(values.get(slug), value) for slug, value in part.items())

    return lambda row: any(holds(row[name] or {}, part) for part in wanted)


def _alike(stored: Any, wanted: Any) -> bool:
    if stored is None or wanted is None:
        return stored is None and wanted in (None, "null")
    if isinstance(stored, bool) or isinstance(wanted, bool):
        return str(stored).lower() == str(wanted).lower()
    try:
        return float(stored) == float(wanted)
    except (TypeError, ValueError):
        return str(stored).casefold() == str(wanted).casefold()


def _with_email(_nation: Nation, _resource: Resource, condition: Filter) -> Predicate:
    if condition.operator not in _EMAIL_OPERATORS:
        raise _unsupported(condition, _EMAIL_OPERATORS)
    positive = condition.operator.removeprefix("not_")
    tests = [_text(slot, positive, [*split_values(condition.text)]) for slot in _EMAILS]
    if positive != condition.operator:
        return lambda row: any(row[slot] for slot in _EMAILS) and not any(test(row) for test in tests)
    return lambda row: any(test(row) for test in tests)


def _with_bouncing_email(_nation: Nation, _resource: Resource, condition: Filter) -> Predicate:
    try:
        wanted = read_boolean(condition.text)
    except NotOfType:
        raise bad_request("Failed typecasting :with_bouncing_email! It is not of type boolean.") from None
    return lambda row: any(row[f"{slot}_is_bouncing"] for slot in _EMAILS) == wanted


def _nearby(_nation: Nation, _resource: Resource, condition: Filter) -> Predicate:
    """Within `distance` miles (1 if left out) of `lat,lng`, by the primary address."""
    try:
        asked = json.loads(condition.text)
        latitude, longitude = (math.radians(float(each)) for each in asked["location"].split(","))
        distance = float(asked.get("distance", 1))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise bad_request(
            "Failed typecasting :nearby! Given a value that has no location of lat,lng."
        ) from None

    def near(row: Row) -> bool:
        address = row.get("primary_address") or {}
        if not address.get("lat") or not address.get("lng"):
            return False
        there, across = math.radians(float(address["lat"])), math.radians(float(address["lng"]))
        half = (
            math.sin((there - latitude) / 2) ** 2
            + math.cos(latitude) * math.cos(there) * math.sin((across - longitude) / 2) ** 2
        )
        return 2 * _EARTH_MILES * math.asin(math.sqrt(half)) <= distance

    return near


def _page(_nation: Nation, _resource: Resource, condition: Filter) -> Predicate:
    wanted = frozenset(split_values(condition.text))
    return lambda row: row.get("page_id") in wanted


def _through(nation: Nation, resource: Resource, condition: Filter) -> Predicate:
    """`tag_id` of signups and `signup_id` of tags, where the index did not answer: other operators, null."""
    if condition.operator not in ("eq", "not_eq"):
        raise _unsupported(condition, frozenset({"eq", "not_eq"}))
    own = "signup_id" if resource.type == "signups" else "tag_id"
    taggings = nation["signup_taggings"]
    named = {
        row[own]
        for value in split_values(condition.text)
        for row in (taggings.rows.values() if value == "null" else taggings.where(condition.name, value))
    }
    inside = condition.operator == "eq" and "null" not in condition.text
    inside = inside or (condition.operator == "not_eq" and "null" in condition.text)
    return lambda row: (row["id"] in named) == inside


_SPECIAL: Final[dict[str, Callable[[Nation, Resource, Filter], Predicate]]] = {
    "with_email_address": _with_email,
    "with_bouncing_email": _with_bouncing_email,
    "nearby": _nearby,
    "page_id": _page,
    "tag_id": _through,
    "signup_id": _through,
}
