"""Operations become one OpenAPI 3.1 document."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from local.openapi.vocabulary import ABSENT, ANY, PATHS, Download, Operation, Parameter
from nat.errors import NatError
from nat.names import NEXT_HEADER, SCOPE, SLUG_PATTERN, Header

VERSION: Final = "1.0.0"
"""Of the document. The first number rises with `/v1`, the second with what is added, the third with words."""
SESSION: Final = "session"
SCHEMAS: Final = "#/components/schemas/"
JSON: Final = "application/json"
ABOUT: Final = """\
The HTTP API of Nat. The web app, the Chrome extension and the command line use it.

**Session.** Each call carries a Cognito access token with the scope `nat/use` as `Authorization: Bearer …`. \
The header `X-Nat-Nation-Slug` selects one of the person's nations; it proves nothing.

**Errors** have one shape, `{"error": {"code", "message", "retryable"}}`. Go by `code`; `message` is for the \
person, and `url`, where there is one, leads to the page where they can do what it says. Codes may be added: \
treat an unknown one by its status. API Gateway refuses some calls before Nat sees them (no valid session, \
too many calls): then the answer is `{"message"}`.

**Growth.** Names may be added to answers, values to their enumerations and optional names to requests, so \
ignore what you do not know. Anything else is a new version. Names that a request does not have are ignored \
too, unless the description of its body says that it has no others.

**Pages.** Lists answer `next`; a call with `after` set to it goes on, until it is null.

Times are UTC. Amounts of money are integer cents, costs of the model integer micro-dollars.
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


class _Plain(GenerateJsonSchema):
    """Schemas without the titles that only repeat names, and without defaults where there are none."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 # pydantic's signature
        return False

    def default_schema(self, schema: Any) -> Any:
        if schema.get("default") is ABSENT:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """The OpenAPI document of these operations, in their order."""
    described = list(operations)
    paths: dict[str, dict[str, Any]] = {}
    for each in described:
        paths.setdefault(each.path, {})[each.method] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Nat", "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/", "description": "Where the web app's configuration says the API is."}],
        "tags": [{"name": name} for name in dict.fromkeys(each.tag for each in described)],
        "paths": paths,
        "components": {
            "schemas": {**_schemas(described), **_ERROR_SCHEMAS},
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
    }


def _operation(operation: Operation) -> dict[str, Any]:
    parameters = [_place(name) for name in operation.places]
    parameters += [{"$ref": f"#/components/parameters/{name}"} for name in _selecting(operation)]
    parameters += [_query(each) for each in operation.query]
    made: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
    }
    if operation.description:
        made["description"] = operation.description
    made["parameters"] = parameters
    if operation.body is not None:
        content: dict[str, Any] = {"schema": {"$ref": f"{SCHEMAS}{operation.body.__name__}"}}
        if operation.example is not None:
            content["example"] = dict(operation.example)
        made["requestBody"] = {"required": operation.body_needed, "content": {JSON: content}}
    made["responses"] = {
        str(operation.status): _answer(operation),
        **{
            str(status): {"$ref": f"#/components/responses/{_name(status, errors)}"}
            for status, errors in _by_status(operation).items()
        },
    }
    return made


def _place(name: str) -> dict[str, Any]:
    description, schema = PATHS[name]
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _selecting(operation: Operation) -> tuple[str, ...]:
    return ("nation" if operation.nation else "anyNation", "person")


def _query(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description,
        "schema": dict(parameter.schema),
    }


def _answer(operation: Operation) -> dict[str, Any]:
    answer = operation.answer
    if answer is None:
        return {"description": "Done; nothing to say."}
    if isinstance(answer, Download):
        headers: dict[str, Any] = {
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
        content = {each: {"schema": _file_schema(each)} for each in answer.types}
        return {"description": "The file.", "headers": headers, "content": content}
    schema = {"$ref": f"{SCHEMAS}{answer.__name__}"}
    return {
        "description": _first_line(answer.__doc__ or operation.summary),
        "content": {JSON: {"schema": schema}},
    }


def _file_schema(media_type: str) -> dict[str, Any]:
    return {} if media_type == JSON else {"type": "string"}


def _by_status(operation: Operation) -> dict[int, list[type[NatError]]]:
    """What can go wrong, by status; of errors with the same code the first."""
    found: dict[int, dict[str, type[NatError]]] = {}
    for error in (*ANY, *operation.errors):
        found.setdefault(error.status, {}).setdefault(error.code, error)
    return {status: [errors[code] for code in sorted(errors)] for status, errors in sorted(found.items())}


def _refusals(operations: Iterable[Operation]) -> dict[str, Any]:
    """Answers of errors, each once, by a name that tells them apart."""
    return {
        name: _refusal(status, errors)
        for name, (status, errors) in sorted(
            (_name(status, errors), (status, errors))
            for each in operations
            for status, errors in _by_status(each).items()
        )
    }


def _name(status: int, errors: Iterable[type[NatError]]) -> str:
    return ".".join([str(status), *(each.code for each in errors)])


def _refusal(status: int, errors: Iterable[type[NatError]]) -> dict[str, Any]:
    said = "\n".join(f"- `{each.code}`: {_first_line(each.__doc__ or '')}" for each in errors)
    codes = {"error": {"properties": {"code": {"enum": [each.code for each in errors]}}}}
    schema: dict[str, Any] = {"allOf": [{"$ref": f"{SCHEMAS}Error"}, {"properties": codes}]}
    if status in _GATEWAY:
        schema = {"anyOf": [schema, {"$ref": f"{SCHEMAS}GatewayRefusal"}]}
    made = {"description": f"{_REASONS[status]}.\n\n{said}", "content": {JSON: {"schema": schema}}}
    return {**made, "headers": _RETRY_AFTER} if status in (409, 429) else made


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    models: dict[type[BaseModel], None] = {}
    for each in operations:
        for model in (each.body, each.answer):
            if isinstance(model, type):
                models[model] = None
    _, made = models_json_schema(
        [(model, "validation") for model in models],
        ref_template=f"{SCHEMAS}{{model}}",
        schema_generator=_Plain,
    )
    schemas: dict[str, Any] = made.get("$defs", {})
    for schema in schemas.values():
        schema.pop("title", None)
        if "enum" in schema:
            schema.pop("description", None)  # written for who reads the code
    return dict(sorted(schemas.items()))


def _first_line(text: str) -> str:
    return " ".join(text.strip().split("\n\n")[0].split())


_HEADERS: Final[dict[str, Any]] = {
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
}
_ERROR_SCHEMAS: Final[dict[str, Any]] = {
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
