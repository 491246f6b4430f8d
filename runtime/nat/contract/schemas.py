"""Structs of the contract become JSON Schema under our names, with what their docstrings say.

A struct whose name ends in `Body` is called without it: the class of that name is what it tells of.
Docstrings describe: a struct's itself, and one below a field the field.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable
from functools import cache
from typing import Any, Final, get_args

import msgspec

from nat.contract.endpoint import Endpoint, EventStream
from nat.contract.events import EVENT_TYPES, VERSION
from nat.contract.messages import MESSAGES, TOLD

Schema = dict[str, Any]
"""A JSON Schema, or another part of an OpenAPI document."""
SCHEMAS: Final = "#/components/schemas/"


def schema_name(struct: type) -> str:
    """What a struct is called in the document."""
    return struct.__name__.removesuffix("Body")


def schemas_of(endpoints: Iterable[Endpoint]) -> Schema:
    """Everything that is sent and answered, over HTTP and the socket, by its name."""
    structs: dict[type, None] = {}
    for each in endpoints:
        again = each.answer.again if isinstance(each.answer, EventStream) else None
        structs |= {struct: None for struct in (each.body, each.answer, again) if isinstance(struct, type)}
    _, schemas = components_of((*structs, *MESSAGES.values(), *TOLD))
    schemas["SocketMessage"] = _one_of("What a client sends over the socket.", "action", MESSAGES.items())
    return dict(sorted(schemas.items()))


def event_schemas() -> Schema:
    """The events, each with what all have, and `TurnEvent` for any of them."""
    _, schemas = components_of(tuple(EVENT_TYPES.values()))
    common = {
        "v": {"const": VERSION, "type": "integer"},
        "turn": {"type": "string"},
        "attempt": {"type": "integer", "minimum": 0},
        "seq": {"type": "integer", "minimum": 1},
    }
    for name, event in EVENT_TYPES.items():
        schema = schemas[schema_name(event)]
        schema["properties"] = {
            **common,
            "type": {"const": name, "type": "string"},
            **schema["properties"],
        }
        # Every name is on the wire, also one that has a default in Python; but for what is unset.
        unset = {each.name for each in msgspec.structs.fields(event) if each.default is msgspec.UNSET}
        schema["required"] = [each for each in schema["properties"] if each not in unset]
        for each in schema["properties"].values():
            each.pop("default", None)
    schemas["ApprovalRequested"]["properties"]["card"] = {"$ref": f"{SCHEMAS}Card"}
    about = "An event of a turn, as it is stored and sent. `type` says which."
    schemas["TurnEvent"] = _one_of(about, "type", EVENT_TYPES.items())
    return dict(sorted(schemas.items()))


def _one_of(description: str, named_by: str, structs: Iterable[tuple[str, type]]) -> Schema:
    """Any of these, told apart by the value of the property `named_by`."""
    places = {name: f"{SCHEMAS}{schema_name(each)}" for name, each in structs}
    return {
        "description": description,
        "oneOf": [{"$ref": place} for place in places.values()],
        "discriminator": {"propertyName": named_by, "mapping": places},
    }


def components_of(structs: tuple[type, ...]) -> tuple[Any, Schema]:
    """msgspec's schemas of structs and of what stands in them, under our names and with our descriptions."""
    places, made = msgspec.json.schema_components(structs, ref_template=f"{SCHEMAS}{{name}}")
    types = {each.__name__: each for each in _all_types(structs)}
    named: Schema = {}
    for name, schema in made.items():
        found = types.get(name)
        described = _plain(schema)
        if found is None or "enum" in described:
            described.pop("description", None)  # of an enumeration it is written for who reads the code
        else:
            descriptions = field_descriptions(found)
            for field, each in described.get("properties", {}).items():
                if field in descriptions:
                    each["description"] = descriptions[field]
            described |= getattr(found, "schema", {})
        named[name.removesuffix("Body")] = described
    return places, named


def _all_types(structs: Iterable[type]) -> set[type]:
    """Structs, and the structs within their fields."""
    found: set[type] = set()
    waiting: list[Any] = list(structs)
    while waiting:
        each = waiting.pop()
        if inner := get_args(each):
            waiting += inner
        elif isinstance(each, type) and each not in found and issubclass(each, msgspec.Struct):
            found.add(each)
            waiting += inspect.get_annotations(each).values()
            waiting += each.__bases__
    return found


def _plain(schema: Any) -> Any:
    """A schema without titles that only repeat names, with types beside enumerations, under our names."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _plain(each) for name, each in schema.items() if name != "title" or isinstance(each, dict)}
    if "$ref" in made:
        made["$ref"] = made["$ref"].removesuffix("Body")
    if isinstance(made.get("description"), str):
        made["description"] = one_line(made["description"])
    if made.get("type") == "object" and "properties" not in made:
        made.setdefault("additionalProperties", True)
    if made.get("required") == []:
        del made["required"]
    values = made.get("enum")
    if isinstance(values, list) and all(isinstance(each, str) for each in values):
        made["type"] = "string"
        if len(values) == 1:
            (made["const"],) = made.pop("enum")
    return made


@cache
def field_descriptions(struct: type) -> dict[str, str]:
    """The docstrings below fields, by field, those of bases included."""
    found: dict[str, str] = {}
    for each in reversed(struct.__mro__):
        if each.__module__.startswith("nat."):
            found |= _own_descriptions(each)
    return found


def _own_descriptions(struct: type) -> dict[str, str]:
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(struct))).body
    assert isinstance(made, ast.ClassDef)
    return {
        field.target.id: one_line(below.value.value)
        for field, below in zip(made.body, made.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


def one_line(text: str) -> str:
    """A docstring's text without line breaks."""
    return re.sub(r"\s+", " ", text.strip())


def first_line(text: str) -> str:
    """The first paragraph of a docstring."""
    return one_line(text.strip().split("\n\n")[0])
