"""The V2 API as data: resources, attributes, sideloads and operations, read from `v2-resources.json`.

The file lists names, types, access, enums, defaults and sideload targets. What it leaves open (which column
a sideload follows, which `…_id` attributes hold record ids and which hold another system's text) is stated in
the tables below, each entry inferred from names and from the vendor's relationship article.
"""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

Row = dict[str, Any]
"""One record by attribute name. Ids are strings, date-times aware, dates ISO text, money integer cents."""

PREFIX: Final = "/api/v2"


class Kind(StrEnum):
    """Attribute types, by the names the API uses in `should be type …`."""

    STRING = "string"
    ENUM = "string_enum"
    INTEGER = "integer"
    INTEGER_ID = "integer_id"
    DECIMAL = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    HASH = "hash"


@dataclass(frozen=True)
class Attribute:
    """One attribute of a resource. `choices` are the values an enum allows."""

    name: str
    kind: Kind
    readable: bool
    writable: bool
    nullable: bool
    default: Any = None
    choices: tuple[Any, ...] = ()


class Join(StrEnum):
    """How a sideload finds its records."""

    PARENT = "parent"
    """This row's `column` holds the target's id."""
    CHILDREN = "children"
    """The target's `column` holds this row's id."""
    CHILD = "child"
    """As CHILDREN, with one record at most."""
    THROUGH = "through"
    """By way of taggings."""


@dataclass(frozen=True)
class Sideload:
    """A relationship that `include` knows."""

    name: str
    target: str
    join: Join
    column: str
    on_index: bool

    @property
    def many(self) -> bool:
        """Whether it yields a list."""
        return self.join in (Join.CHILDREN, Join.THROUGH)


@dataclass(frozen=True)
class Resource:
    """One resource type."""

    type: str
    attributes: dict[str, Attribute]
    extra_fields: tuple[str, ...]
    sideloads: dict[str, Sideload]
    readable: tuple[str, ...] = ()
    defaults: Row = field(default_factory=dict)

    @property
    def foreign_keys(self) -> dict[str, str]:
        """Columns that hold the id of another record, with the type they point at."""
        return {each.column: each.target for each in self.sideloads.values() if each.join is Join.PARENT}


@dataclass(frozen=True)
class Operation:
    """One of the 190 operations. `action`: index, show, create, update, delete, or the last path segment."""

    method: str
    path: str
    operation_id: str
    type: str
    action: str
    parameters: tuple[str, ...]
    has_body: bool
    statuses: tuple[int, ...]

    @property
    def returns(self) -> str:
        """The type of the records it answers with: for the members of a list, signups."""
        return "signups" if self.action == "signups" else self.type


TEXT_IDS: Final = frozenset(
    [
        "civicrm_id",
        "county_file_id",
        "datatrust_id",
        "dw_id",
        "external_id",
        "ngp_id",
        "pf_strat_id",
        "rnc_id",
        "salesforce_id",
        "state_file_id",
        "van_id",
        "payout_id",
    ]
)
"""Attributes that end in `_id` and hold another system's identifier as text."""

COLUMNS: Final[dict[tuple[str, str], tuple[Join, str]]] = {
    ("broadcasters", "signups"): (Join.CHILDREN, "broadcaster_id"),
    ("event_ticket_levels", "event_rsvps"): (Join.CHILDREN, "event_ticket_level_id"),
    ("events", "tracking_code"): (Join.PARENT, "donation_tracking_code_id"),
    ("imports", "signups"): (Join.CHILDREN, "import_id"),
    ("lists", "lists"): (Join.CHILDREN, "parent_id"),
    ("lists", "mailings"): (Join.CHILDREN, "custom_list_id"),
    ("signup_tags", "signups"): (Join.THROUGH, "signup_id"),
    ("signup_tags", "taggings"): (Join.CHILDREN, "tag_id"),
    ("signups", "signup_profile"): (Join.CHILD, "signup_id"),
    ("signups", "signup_tags"): (Join.THROUGH, "tag_id"),
    ("signups", "voter"): (Join.CHILD, "signup_id"),
    ("suggestions", "answer_author"): (Join.PARENT, "response_author_id"),
}
"""Sideloads that do not follow the rule `<name>_id` (to-one) or `<own singular>_id` (to-many)."""

PAYMENT_TYPES: Final = "payment_types"
"""Reached only as the sideload of a donation; it has no endpoint (API facts, §8)."""


def _attribute(name: str, raw: dict[str, Any]) -> Attribute:
    choices = tuple(raw.get("enum") or ())
    match raw["type"], raw.get("format"):
        case "boolean", _:
            kind = Kind.BOOLEAN
        case "integer", _:
            kind = Kind.INTEGER
        case "object", _:
            kind = Kind.HASH
        case _, "date":
            kind = Kind.DATE
        case _, "date-time":
            kind = Kind.DATETIME
        case _, "float":
            kind = Kind.DECIMAL
        case _ if name.endswith("_id") and name not in TEXT_IDS:
            kind = Kind.INTEGER_ID
        case _:
            kind = Kind.ENUM if choices else Kind.STRING
    return Attribute(
        name,
        kind,
        readable="r" in raw["access"],
        writable="w" in raw["access"],
        nullable=bool(raw["nullable"]),
        default=raw.get("default"),
        choices=choices,
    )


def _resource(singular: str, raw: dict[str, Any]) -> Resource:
    kind = raw["type"]
    attributes = {name: _attribute(name, each) for name, each in raw["attributes"].items()}
    sideloads = {}
    for name, each in raw["sideloads"].items():
        many = each["cardinality"] == "to-many"
        usual = (Join.CHILDREN, f"{singular}_id") if many else (Join.PARENT, f"{name}_id")
        join, column = COLUMNS.get((kind, name), usual)
        sideloads[name] = Sideload(name, each["target_type"], join, column, name in raw["index_sideloads"])
    hidden = {each.column: None for each in sideloads.values() if each.join is Join.PARENT}
    return Resource(
        kind,
        attributes,
        tuple(raw["extra_fields"]),
        sideloads,
        readable=tuple(name for name, each in attributes.items() if each.readable),
        defaults=hidden | {name: each.default for name, each in attributes.items() if each.readable},
    )


def _operation(raw: dict[str, Any]) -> Operation:
    parts = raw["path"].removeprefix(PREFIX).strip("/").split("/")
    match parts[1:], raw["method"]:
        case [], method:
            action = {"GET": "index", "POST": "create"}[method]
        case ["{id}"], method:
            action = {"GET": "show", "PATCH": "update", "DELETE": "delete"}[method]
        case rest, _:
            action = rest[-1]
    return Operation(
        raw["method"],
        raw["path"],
        raw["operation_id"],
        parts[0],
        action,
        tuple(raw["parameters"]),
        raw["has_body"],
        tuple(int(status) for status in raw["statuses"]),
    )


@dataclass(frozen=True)
class Schema:
    """The whole API. `references` lists, for a type, every `(type, column)` that points at it."""

    resources: dict[str, Resource]
    operations: tuple[Operation, ...]
    references: dict[str, tuple[tuple[str, str], ...]]

    def route(self, method: str, path: str) -> tuple[Operation, str | None] | None:
        """The operation of a request below `/api/v2` and the record id in its path, if there is a route."""
        parts = path.removeprefix(PREFIX).strip("/").split("/")
        fixed = self._routes.get((method, tuple(parts)))
        if fixed is not None:
            return fixed, None
        if len(parts) < 2:
            return None
        found = self._routes.get((method, (parts[0], "{id}", *parts[2:])))
        return None if found is None else (found, parts[1])

    @property
    def _routes(self) -> dict[tuple[str, tuple[str, ...]], Operation]:
        return _routes()


@cache
def _routes() -> dict[tuple[str, tuple[str, ...]], Operation]:
    return {
        (each.method, tuple(each.path.removeprefix(PREFIX).strip("/").split("/"))): each
        for each in schema().operations
    }


@cache
def schema() -> Schema:
    """The schema, read once per process."""
    raw = json.loads(Path(__file__).with_name("v2-resources.json").read_text("utf-8"))
    resources = {each["type"]: _resource(singular, each) for singular, each in raw["resources"].items()}
    name = Attribute("name", Kind.STRING, readable=True, writable=False, nullable=True)
    resources[PAYMENT_TYPES] = Resource(
        PAYMENT_TYPES, {"name": name}, (), {}, readable=("name",), defaults={"name": None}
    )
    references: dict[str, set[tuple[str, str]]] = {each: set() for each in resources}
    for resource in resources.values():
        for column, target in resource.foreign_keys.items():
            references[target].add((resource.type, column))
        for sideload in resource.sideloads.values():
            if sideload.join in (Join.CHILDREN, Join.CHILD):
                references[resource.type].add((sideload.target, sideload.column))
    return Schema(
        resources,
        tuple(_operation(each) for each in raw["operations"]),
        {each: tuple(sorted(found)) for each, found in references.items()},
    )
