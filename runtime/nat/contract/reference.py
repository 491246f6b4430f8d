"""The OpenAPI document as a page for people: `docs/reference/http.md`."""

from collections.abc import Iterator, Mapping
from typing import Final

from nat.contract.endpoint import ANY
from nat.contract.schemas import Schema

Document = Schema
_COMMON: Final = frozenset(each.code for each in ANY)
_HEAD: Final = """\
# The HTTP API

Made from the declarations beside the code (`make openapi`); [openapi.json](../api/openapi.json) has all of \
it, [published.json](../api/published.json) what clients were promised last. An edit here is lost.

"""
_SOCKET: Final = """
## The socket

A WebSocket opens with a ticket (`?ticket=`) and carries these messages:

"""
_OTHERS: Final = """
Two doors that others call are not part of it: Stripe's webhook, and the way back from NationBuilder.
"""


def reference(document: Document) -> str:
    """The page."""
    about: str = document["info"]["description"]
    return _HEAD + about + "".join(_sections(document)) + _OTHERS


def _sections(document: Document) -> Iterator[str]:
    for tag in document["tags"]:
        yield f"\n## {tag['name']}\n\n| Call | What it does | Sends | Gives | Refuses with |\n"
        yield "| --- | --- | --- | --- | --- |\n"
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield _line(document, f"{method.upper()} {path}", operation)
    yield _SOCKET
    yield from _union(document, "SocketMessage", "action", "Message")
    yield "\nand gives events back, besides `Pong` and `SocketError`:\n\n"
    yield from _union(document, "TurnEvent", "type", "Event")


def _line(document: Document, key: str, operation: Schema) -> str:
    told = ". ".join(filter(None, (operation["summary"], operation.get("description"))))
    cells = (f"`{key}`", _cell(told), _sent(document, operation), _given(operation), _codes(operation))
    return f"| {' | '.join(cells)} |\n"


def _sent(document: Document, operation: Schema) -> str:
    named = [each["name"] for each in operation["parameters"] if each.get("in") == "query"]
    said = [f"`?{'&'.join(f'{name}=' for name in named)}`"] if named else []
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        said.append(" or ".join(_names(_resolved(document, each)) for each in schema.get("anyOf", [schema])))
    return " ".join(said)


def _given(operation: Schema) -> str:
    ((status, answer),) = [each for each in operation["responses"].items() if each[0].startswith("2")]
    content = answer.get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    given = f"`{name}`" if name else ", ".join(content)
    return " ".join(filter(None, (status, given)))


def _codes(operation: Schema) -> str:
    """Codes besides those that every call may meet."""
    found: list[str] = []
    for answer in operation["responses"].values():
        found += answer.get("$ref", "").rpartition("/")[2].split(".")[1:]
    return ", ".join(f"`{code}`" for code in found if code not in _COMMON)


def _union(document: Document, schema: str, tag: str, what: str) -> Iterator[str]:
    yield f"| {what} | What it says | Names |\n| --- | --- | --- |\n"
    mapping: Mapping[str, str] = document["components"]["schemas"][schema]["discriminator"]["mapping"]
    for name, reference in mapping.items():
        told = _resolved(document, {"$ref": reference})
        yield f"| `{name}` | {_cell(told.get('description', ''))} | {_names(told, leave=tag)} |\n"


def _names(schema: Schema, leave: str = "") -> str:
    """The names of an object; those that may be missing with a question mark."""
    common = {leave, "v", "turn", "attempt", "seq"} if leave == "type" else {leave}
    needed = schema.get("required", ())
    names = [each for each in schema["properties"] if each not in common]
    return " ".join(f"`{each}{'' if each in needed else '?'}`" for each in names)


def _resolved(document: Document, schema: Schema) -> Schema:
    found: Schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
