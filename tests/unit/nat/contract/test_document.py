"""The published description: up to date, whole, valid, and kept to."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from nat.contract import declared
from nat.contract.compatibility import breaks
from nat.contract.endpoint import Endpoint
from nat.contract.reference import reference
from nat.handlers.description import CURRENT, DOCS, PUBLISHED, REFERENCE, all_endpoints, as_text
from nat.handlers.description import described as describe
from nat.handlers.sse import STREAM
from nat.names import SCOPE

OPERATIONS = all_endpoints()
DOCUMENT = json.loads(as_text(describe()))
ERROR = {"$ref": "#/components/schemas/Error"}
GATEWAY = {"$ref": "#/components/schemas/GatewayRefusal"}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation of the document, by its route key."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for."""
    found: Any = schema
    if "$ref" in schema:
        found = DOCUMENT
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
    return dict(found)


def test_the_kept_description_is_that_of_the_code() -> None:
    assert (DOCS / CURRENT).read_text() == as_text(DOCUMENT), "make openapi"
    assert (DOCS / REFERENCE).read_text() == reference(DOCUMENT), "make openapi"


def test_nothing_breaks_what_clients_were_promised() -> None:
    broken = breaks(json.loads((DOCS / PUBLISHED).read_text()), DOCUMENT)

    assert not broken, "Clients break: " + "; ".join(broken) + ". On purpose: make publish-api"


def test_what_the_source_declares_is_what_the_modules_answer() -> None:
    """API Gateway's routes are made without importing what answers them."""
    declarations = declared.routes("nat.handlers")

    assert sorted(declarations) == sorted(each.key for each in OPERATIONS)
    assert sorted(name for name, _ in operations()) == sorted([*declarations, STREAM.key])


def test_the_description_is_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    names = [operation["operationId"] for _, operation in operations()]

    assert len(names) == len({*names})
    assert all(operation["summary"] and operation["tags"] for _, operation in operations())


def test_every_call_needs_a_session_with_the_scope() -> None:
    (requirement,) = DOCUMENT["security"]
    ((scheme, scopes),) = requirement.items()

    assert scopes == [SCOPE]
    assert DOCUMENT["components"]["securitySchemes"][scheme]["bearerFormat"] == "JWT"
    assert [name for name, operation in operations() if "security" in operation] == []


@pytest.mark.parametrize("name", [name for name, _ in operations()])
def test_every_error_has_the_one_shape(name: str) -> None:
    operation = dict(operations())[name]
    errors = {status: each for status, each in operation["responses"].items() if status >= "400"}

    assert {"400", "401", "403", "429", "500"} <= errors.keys()
    for status, answer in errors.items():
        schema = resolved(answer)["content"]["application/json"]["schema"]
        if status in ("401", "403", "429"):
            schema, gateway = schema["anyOf"]
            assert gateway == GATEWAY
        assert schema["allOf"][0] == ERROR


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.example is not None], ids=lambda each: each.id
)
def test_examples_are_as_the_schema_of_their_body_wants(operation: Endpoint) -> None:
    described = DOCUMENT["paths"][operation.path][operation.method]
    content = described["requestBody"]["content"]["application/json"]
    schema = {**content["schema"], "components": DOCUMENT["components"]}

    OAS31Validator(schema).validate(content["example"])


def test_what_is_described_of_settings_may_be_left_out_and_has_no_default() -> None:
    schema = DOCUMENT["components"]["schemas"]["SettingsWanted"]

    assert "required" not in schema
    assert not any("default" in each for each in schema["properties"].values())
