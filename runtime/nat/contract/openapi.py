"""Endpoints, events and socket messages become one OpenAPI 3.1 document."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from nat.contract.endpoint import Endpoint, EventStream, FileTypes
from nat.contract.fields import Limit
from nat.contract.schemas import (
    SCHEMAS,
    Schema,
    components_of,
    event_schemas,
    field_descriptions,
    first_line,
    schema_name,
    schemas_of,
)
from nat.errors import NatError
from nat.names import (
    CONTENT_HASH_HEADER,
    NEXT_HEADER,
    SCOPE,
    SLUG_PATTERN,
    ULID_PATTERN,
    Header,
)
from nat.wording import MESSAGES as SENTENCES

DOCUMENT_VERSION: Final = "1.1.0"
"""Of the document. The first number rises with `/v1`, the second with what is added, the third with words."""
SESSION: Final = "session"
JSON: Final = "application/json"
ABOUT: Final = f"""\
The HTTP API of Nat. The web app, the Chrome extension and the command line use it.

**Session.** Each call carries a Cognito access token with the scope `nat/use` as `Authorization: Bearer …`. \
The header `X-Nat-Nation-Slug` selects one of the person's nations; it proves nothing.

**Errors** have one shape, `{{"error": {{"code", "message", "retryable"}}}}`. Go by `code`; `message` is for \
the person, and `url`, where there is one, leads to the page where they can do what it says. Codes may \
be added: treat an unknown one by its status. API Gateway refuses some calls before Nat sees them (no valid \
session, too many calls): then the answer is `{{"message"}}`.

**Languages.** What the platform itself says comes in English, and with a `Wording`: key and parameters, by \
which clients say it in another language. `x-messages` holds each key's English; a place is `{{name}}`, or \
`{{name|one|several}}` with two forms for a number, `#` being the number. A tool's label has the key \
`tool.<name>`; an error whose sentence says more than its code has a `Wording`, and others go by `code`. \
What tells a program which parameter is wrong, and what records say, is never translated.

**Growth.** Names may be added to answers, values to their enumerations and optional names to requests, so \
ignore what you do not know. Anything else is a new version. Names that a request does not have are ignored \
too, unless the description of its body says that it has no others.

**Pages.** Lists answer `next`; a call with `after` set to it goes on, until it is null.

**Limits.** One person may decide {Limit.DECISIONS.a_minute} times a minute, ask for \
{Limit.EXPORTS.a_minute} files and reopen {Limit.STREAMS.a_minute} streams; what is beyond is \
answered by 429 with `retry-after`.

**Text** is composed (NFC) on the way in. Half a surrogate pair is refused.

Times are UTC. Amounts of money are integer cents, costs of the model integer micro-dollars.

The schemas `TurnEvent` and `SocketMessage` are what a WebSocket carries, `Pong` and `SocketError` what it \
answers besides events.
"""

_REASONS: Final[Mapping[int, str]] = {
    400: "The request is wrong",
    401: "No valid session",
    402: "The subscription or the plan does not allow it",
    403: "Not allowed",
    404: "Not found",
    409: "Not in this state",
    413: "Too large",
    422: "Not accepted",
    429: "Too fast",
    500: "A defect or an outage of ours",
    502: "A service behind Nat failed",
    503: "A service behind Nat does not answer",
}
_GATEWAY: Final = frozenset({401, 403, 429})
"""Statuses that API Gateway answers itself, in its own shape."""
_RETRY_AFTER: Final = {
    "retry-after": {
        "description": "Seconds after which the same call may succeed, where they are known.",
        "schema": {"type": "integer", "minimum": 0},
    }
}
_ULID: Final = {"type": "string", "pattern": ULID_PATTERN}
_NAME: Final = {"type": "string", "minLength": 1}
_PLACES: Final[Mapping[str, tuple[str, Schema]]] = {
    "conversation": ("The conversation's id.", _ULID),
    "turn": ("The turn's id: of a question or a decision.", _ULID),
    "approval": ("The proposal's id.", _NAME),
    "change": ("The change's id, `<turn>#<step>#<call>`, URL-encoded.", _NAME),
    "file": ("The file's id, as the answer's link names it.", _NAME),
    "user": ("The member's user id.", _NAME),
    "queue": ("The queue's name.", _NAME),
}
"""Places of paths of which more can be said than that they are an id."""


def document(endpoints: Iterable[Endpoint], tools: Mapping[str, str]) -> Schema:
    """The OpenAPI document of these endpoints, in their order. `tools` are the labels of the agent's tools,
    by name."""
    described = list(endpoints)
    messages = {**SENTENCES, **{f"tool.{name}": label for name, label in sorted(tools.items())}}
    paths: dict[str, Schema] = {}
    for each in described:
        paths.setdefault(each.path, {})[each.method] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Nat", "version": DOCUMENT_VERSION, "description": ABOUT},
        "servers": [{"url": "/", "description": "Where the web app's configuration says the API is."}],
        "tags": [{"name": name} for name in dict.fromkeys(each.tag for each in described)],
        "paths": paths,
        "components": {
            "schemas": {
                **schemas_of(described),
                **event_schemas(),
                **_ERROR_SCHEMAS,
                "MessageKey": {
                    "type": "string",
                    "description": "Keys of `Wording`; `x-messages` has each in English.",
                    "enum": list(messages),
                },
            },
            "responses": _refusals(described),
            "parameters": _HEADERS,
            "securitySchemes": {
                SESSION: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": f"An access token of the user pool with the scope `{SCOPE}`.",
                }
            },
        },
        "security": [{SESSION: [SCOPE]}],
        "x-messages": messages,
    }


def _operation(endpoint: Endpoint) -> Schema:
    nation = "nation" if endpoint.access.nation else "anyNation"
    parameters = [_place(name) for name in endpoint.places]
    parameters += [{"$ref": f"#/components/parameters/{name}"} for name in (nation, "person")]
    if isinstance(endpoint.answer, EventStream):
        parameters += [{"$ref": f"#/components/parameters/{name}"} for name in ("token", "digest")]
    parameters += [] if endpoint.headers is None else _parameters("header", endpoint.headers)
    parameters += [] if endpoint.query is None else _parameters("query", endpoint.query)
    made: Schema = {
        "operationId": endpoint.id,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
    }
    if endpoint.description:
        made["description"] = endpoint.description
    made["parameters"] = parameters
    if endpoint.body is not None:
        content: Schema = {"schema": {"$ref": f"{SCHEMAS}{schema_name(endpoint.body)}"}}
        if isinstance(endpoint.answer, EventStream):
            again = {"$ref": f"{SCHEMAS}{schema_name(endpoint.answer.again)}"}
            content["schema"] = {"anyOf": [content["schema"], again]}
        if endpoint.example is not None:
            content["example"] = example_of(endpoint.example)
        made["requestBody"] = {"required": endpoint.body_needed, "content": {JSON: content}}
    made["responses"] = {
        str(endpoint.status): _answer(endpoint),
        **{
            str(status): {"$ref": f"#/components/responses/{_name(status, errors)}"}
            for status, errors in _by_status(endpoint).items()
        },
    }
    return made


def example_of(body: msgspec.Struct) -> Schema:
    """A body as JSON has it, without names that may be left out and are not set."""
    made: Schema = msgspec.to_builtins(body)
    defaults = {each.name: each.default for each in msgspec.structs.fields(body)}
    return {name: value for name, value in made.items() if value is not None or defaults[name] is not None}


def _place(name: str) -> Schema:
    description, schema = _PLACES.get(name, (f"The {name}'s id.", _NAME))
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _parameters(where: str, struct: type[msgspec.Struct]) -> list[Schema]:
    (_, components), descriptions = components_of((struct,)), field_descriptions(struct)
    described = components.pop(schema_name(struct))
    return [
        {
            "name": each.encode_name,
            "in": where,
            "required": each.encode_name in described.get("required", ()),
            "description": descriptions[each.name],
            "schema": _parameter(described["properties"][each.encode_name], components),
        }
        for each in msgspec.structs.fields(struct)
    ]


def _parameter(schema: Schema, components: Schema) -> Schema:
    """A schema that stands alone. What is left out is not sent as null."""
    (told,) = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    found = {**schema, **told}
    if "$ref" in found:
        found |= components[found.pop("$ref").removeprefix(SCHEMAS)]
    left = {name: value for name, value in found.items() if name not in ("anyOf", "description")}
    return {name: value for name, value in left.items() if name != "default" or value is not None}


def _answer(endpoint: Endpoint) -> Schema:
    answer = endpoint.answer
    if answer is None:
        return {"description": "Done; nothing to say."}
    if isinstance(answer, EventStream):
        return {
            "description": "The events, each as `data`, with `attempt.seq` as its `id`.",
            "content": {EventStream.type: {"schema": {"type": "string"}}},
        }
    if isinstance(answer, FileTypes):
        headers: Schema = {
            "content-disposition": {
                "description": "`attachment`, with the file's name.",
                "required": True,
                "schema": {"type": "string"},
            }
        }
        if answer.more:
            headers[NEXT_HEADER] = {
                "description": "The file is not complete: `after` goes on with this.",
                "schema": {"type": "string"},
            }
        content = {each: {"schema": {} if each == JSON else {"type": "string"}} for each in answer.types}
        return {"description": "The file.", "headers": headers, "content": content}
    return {
        "description": first_line(answer.__doc__ or endpoint.summary),
        "content": {JSON: {"schema": {"$ref": f"{SCHEMAS}{schema_name(answer)}"}}},
    }


def _by_status(endpoint: Endpoint) -> dict[int, list[type[NatError]]]:
    """What can go wrong, by status; of errors with the same code the first."""
    found: dict[int, dict[str, type[NatError]]] = {}
    for error in endpoint.errors:
        found.setdefault(error.status, {}).setdefault(error.code, error)
    return {status: [errors[code] for code in sorted(errors)] for status, errors in sorted(found.items())}


def _refusals(endpoints: Iterable[Endpoint]) -> Schema:
    """Answers of errors, each once, by a name that tells them apart."""
    return {
        name: _refusal(status, errors)
        for name, (status, errors) in sorted(
            (_name(status, errors), (status, errors))
            for each in endpoints
            for status, errors in _by_status(each).items()
        )
    }


def _name(status: int, errors: Iterable[type[NatError]]) -> str:
    return ".".join([str(status), *(each.code for each in errors)])


def _refusal(status: int, errors: Iterable[type[NatError]]) -> Schema:
    said = "\n".join(f"- `{each.code}`: {first_line(each.__doc__ or '')}" for each in errors)
    codes = {"error": {"properties": {"code": {"enum": [each.code for each in errors]}}}}
    schema: Schema = {"allOf": [{"$ref": f"{SCHEMAS}Error"}, {"properties": codes}]}
    if status in _GATEWAY:
        schema = {"anyOf": [schema, {"$ref": f"{SCHEMAS}GatewayRefusal"}]}
    made = {"description": f"{_REASONS[status]}.\n\n{said}", "content": {JSON: {"schema": schema}}}
    return {**made, "headers": _RETRY_AFTER} if status in (409, 429) else made


_HEADERS: Final[Schema] = {
    "nation": {
        "name": Header.NATION_SLUG.value,
        "in": "header",
        "required": True,
        "description": "The nation to work in.",
        "schema": {"type": "string", "pattern": SLUG_PATTERN},
        "example": "demo",
    },
    "anyNation": {
        "name": Header.NATION_SLUG.value,
        "in": "header",
        "required": False,
        "description": "Not needed here; refused if it cannot be a nation's.",
        "schema": {"type": "string", "pattern": SLUG_PATTERN},
    },
    "person": {
        "name": Header.USER_ID.value,
        "in": "header",
        "required": False,
        "description": "If it is sent, it has to be the session's person.",
        "schema": {"type": "string"},
    },
    "token": {
        "name": Header.AUTHORIZATION.value,
        "in": "header",
        "required": True,
        "description": "`Bearer …`, as in `Authorization`, which CloudFront replaces by its own signature.",
        "schema": {"type": "string"},
    },
    "digest": {
        "name": CONTENT_HASH_HEADER,
        "in": "header",
        "required": True,
        "description": "SHA-256 of the body's bytes in hexadecimal: CloudFront signs it.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
}
_ERROR_SCHEMAS: Final[Schema] = {
    "Error": {
        "type": "object",
        "description": "The one shape of errors.",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "retryable"],
                "properties": {
                    "code": {"type": "string", "description": "What went wrong, for programs."},
                    "message": {"type": "string", "description": "What went wrong, for the person."},
                    "retryable": {
                        "type": "boolean",
                        "description": "Whether the same call may succeed later.",
                    },
                    "wording": {"$ref": f"{SCHEMAS}Wording"},
                    "url": {
                        "type": "string",
                        "description": "Where in the web app to do what the message says.",
                    },
                },
            }
        },
    },
    "GatewayRefusal": {
        "type": "object",
        "description": "API Gateway refused the call before Nat saw it.",
        "required": ["message"],
        "properties": {"message": {"type": "string"}},
    },
}
