"""The tools that a request offers, and arguments that fit their schemas."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.claude.brain.periods import Period


@dataclass(frozen=True)
class Call:
    """A wish to call a tool. Arguments that the offered schema does not know are left out by `Tools.fit`."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


def call(name: str, /, **arguments: Any) -> Call:
    """A call; arguments that are None are not sent."""
    return Call(name, {key: value for key, value in arguments.items() if value is not None})


class Tools:
    """The tools of one request, by name."""

    def __init__(self, definitions: Iterable[Mapping[str, Any]]) -> None:
        self._schemas = {
            definition["name"]: definition.get("input_schema") or {} for definition in definitions
        }

    def __contains__(self, name: str) -> bool:
        return name in self._schemas

    @property
    def names(self) -> Sequence[str]:
        """All names, in the order of the request."""
        return list(self._schemas)

    def has(self, name: str, parameter: str) -> bool:
        """Whether a tool is offered with this parameter."""
        return parameter in self._schemas.get(name, {}).get("properties", {})

    def parameters(self, name: str) -> Sequence[str]:
        """The names of a tool's parameters."""
        return list(self._schemas.get(name, {}).get("properties", {}))

    def choices(self, name: str, parameter: str) -> Sequence[str]:
        """The values that a parameter, or each entry of a list, is limited to; none if it is free."""
        schema = self._schemas.get(name, {})
        definitions = schema.get("$defs", {})
        for kind in _alternatives(schema.get("properties", {}).get(parameter, {}), definitions):
            inner = kind.get("items", {}) if kind.get("type") == "array" else kind
            for each in _alternatives(inner, definitions):
                values = _values(each)
                if values is not None:
                    return [str(value) for value in values]
        return ()

    def least(self, name: str) -> dict[str, Any]:
        """The fewest arguments that a tool's schema asks for, made up from it alone."""
        schema = self._schemas[name]
        found: dict[str, Any] = _least({"type": "object", **schema}, schema.get("$defs", {}))
        return found

    def fit(self, wanted: Call) -> dict[str, Any]:
        """The arguments as the tool's schema takes them: only known names, values of the right kind."""
        schema = self._schemas[wanted.name]
        properties = schema.get("properties", {})
        fitted: dict[str, Any] = {}
        for name, value in wanted.arguments.items():
            shaped = _shape(value, properties[name], schema.get("$defs", {})) if name in properties else None
            if shaped is not None:
                fitted[name] = shaped
        return fitted


def _least(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    """The smallest value that a schema allows."""
    kind = next(iter(_alternatives(schema, definitions)))
    values = _values(kind)
    if values:
        return values[0]
    match kind.get("type"):
        case "object":
            required = kind.get("required", ())
            return {name: _least(kind["properties"][name], definitions) for name in required}
        case "array":
            return [_least(kind.get("items", {}), definitions)] * int(kind.get("minItems", 0))
        case "integer" | "number":
            return kind.get("minimum", kind.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return False
    return "1" * int(kind.get("minLength", 1))


def _shape(value: Any, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    """The value in a form the schema allows, or None if there is none."""
    kinds = list(_alternatives(schema, definitions))
    if isinstance(value, Period):
        return _shape_period(value, kinds)
    for kind in kinds:
        enum = _values(kind)
        if isinstance(value, list):
            if kind.get("type") == "array":
                inner = kind.get("items", {})
                shaped = [_shape(each, inner, definitions) for each in value]
                return [each for each in shaped if each is not None]
        elif enum is not None:
            if value in enum:
                return value
        elif kind.get("type") == "array":
            shaped = _shape(value, kind.get("items", {}), definitions)
            return None if shaped is None else [shaped]
        elif isinstance(value, dict):
            if kind.get("type") in ("object", None):
                return _shape_object(value, kind, definitions)
        elif isinstance(value, bool):
            if kind.get("type") in ("boolean", None):
                return value
        elif isinstance(value, int):
            if kind.get("type") in ("integer", "number", None):
                return min(value, kind.get("maximum", value))
            if kind.get("type") == "string":
                return str(value)
        elif kind.get("type") in ("string", None):
            return value
    if isinstance(value, list) and value:
        return _shape(value[0], schema, definitions)
    return None


def _shape_object(value: Mapping[str, Any], kind: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    properties = kind.get("properties")
    if not properties:
        return value
    shaped = {
        name: _shape(each, properties[name], definitions)
        for name, each in value.items()
        if name in properties
    }
    kept = {name: each for name, each in shaped.items() if each is not None}
    return kept if kept or not value else None


def _shape_period(period: Period, kinds: Sequence[Mapping[str, Any]]) -> Any:
    for kind in kinds:
        names = _values(kind)
        if period.name and ((names is None and kind.get("type") == "string") or period.name in (names or ())):
            return period.name
    for kind in kinds:
        properties = kind.get("properties") or {}
        if kind.get("type") == "object":
            limits = period.limits()
            return {name: each for name, each in limits.items() if name in properties or not properties}
    return None


def _values(kind: Mapping[str, Any]) -> Sequence[Any] | None:
    if "const" in kind:
        return [kind["const"]]
    enum = kind.get("enum")
    return enum if isinstance(enum, list) else None


def _alternatives(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    if "$ref" in schema:
        yield from _alternatives(definitions.get(str(schema["$ref"]).rsplit("/", 1)[-1], {}), definitions)
        return
    branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    if not branches:
        yield schema
    for branch in branches:
        yield from _alternatives(branch, definitions)
