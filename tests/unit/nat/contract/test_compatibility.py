"""What counts as breaking clients, on small documents."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from nat.contract.compatibility import breaks

BEFORE: Mapping[str, Any] = {
    "security": [{"session": ["nat/use"]}],
    "paths": {
        "/things/{thing}": {
            "put": {
                "operationId": "putThing",
                "parameters": [
                    {"name": "thing", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"$ref": "#/components/parameters/limit"},
                ],
                "requestBody": {
                    "required": False,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Wanted"}}},
                },
                "responses": {
                    "200": {
                        "headers": {"x-next": {"schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    },
                    "404": {"content": {"application/json": {"schema": {"enum": ["not_found", "gone"]}}}},
                },
            }
        }
    },
    "components": {
        "parameters": {
            "limit": {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": 100},
            }
        },
        "schemas": {
            "Colour": {"type": "string", "enum": ["red", "green"]},
            "Wanted": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 80},
                    "colour": {"$ref": "#/components/schemas/Colour"},
                    "size": {"type": "number"},
                },
            },
            "Thing": {
                "type": "object",
                "required": ["name", "tags"],
                "properties": {
                    "name": {"type": "string"},
                    "at": {"type": "string", "format": "date-time"},
                    "colour": {"anyOf": [{"$ref": "#/components/schemas/Colour"}, {"type": "null"}]},
                    "count": {"type": "integer"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "inner": {"$ref": "#/components/schemas/Thing"},
                },
            },
        },
    },
}
"""One route that has everything."""


class Api:
    """The document, to be changed."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = deepcopy(dict(BEFORE))
        self.operation = self.document["paths"]["/things/{thing}"]["put"]
        self.schemas = self.document["components"]["schemas"]
        self.wanted = self.schemas["Wanted"]
        self.thing = self.schemas["Thing"]
        self.limit = self.document["components"]["parameters"]["limit"]

    @property
    def broken(self) -> list[str]:
        """What breaks who knew the document as it was."""
        return breaks(BEFORE, self.document)


@pytest.fixture
def api() -> Api:
    return Api()


BODY = "PUT /things/{thing}: the body"
ANSWER = "PUT /things/{thing}: the answer 200"


def test_the_same_document_breaks_nobody(api: Api) -> None:
    assert api.broken == []


def test_a_route_that_is_gone_is_told(api: Api) -> None:
    del api.document["paths"]["/things/{thing}"]

    assert api.broken == ["PUT /things/{thing} is gone"]


def test_what_is_only_added_breaks_nobody(api: Api) -> None:
    api.document["paths"]["/other"] = {"get": {"operationId": "other", "responses": {}}}
    api.operation["parameters"].append({"name": "q", "in": "query", "schema": {"type": "string"}})
    api.operation["responses"]["409"] = {}
    api.wanted["properties"]["shape"] = {"type": "string"}
    api.thing["properties"]["shape"] = {"type": "string"}
    api.thing["required"].append("at")
    api.schemas["Colour"]["enum"].append("blue")

    assert api.broken == []


def test_a_request_may_come_to_accept_more(api: Api) -> None:
    api.wanted["required"].remove("name")
    api.wanted["properties"]["name"]["maxLength"] = 200
    api.limit["schema"]["maximum"] = 500
    del api.limit["schema"]["minimum"]
    api.wanted["properties"]["colour"] = {"type": "string"}

    assert api.broken == []


def test_a_field_of_an_answer_that_is_gone_is_told_at_every_depth(api: Api) -> None:
    del api.thing["properties"]["count"]

    assert f"{ANSWER}.count is gone" in api.broken
    assert f"{ANSWER}.inner.count is gone" in api.broken


def test_a_field_of_an_answer_that_may_be_missing_is_told(api: Api) -> None:
    api.thing["required"].remove("name")

    assert f"{ANSWER}.name may be missing now" in api.broken


def test_an_answer_that_may_be_null_is_told(api: Api) -> None:
    api.thing["properties"]["name"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}

    assert f"{ANSWER}.name is null or string now, instead of string" in api.broken


def test_an_answer_that_is_null_no_more_breaks_nobody(api: Api) -> None:
    api.thing["properties"]["colour"] = {"$ref": "#/components/schemas/Colour"}

    assert api.broken == []


def test_what_is_lost_together_with_null_is_told(api: Api) -> None:
    api.thing["properties"]["colour"] = {"type": "string", "enum": ["red"]}

    assert f"{ANSWER}.colour has lost the value 'green'" in api.broken


def test_what_cannot_be_compared_is_told(api: Api) -> None:
    api.thing["properties"]["name"] = {"allOf": [{"type": "string"}, {"minLength": 1}]}

    assert f"{ANSWER}.name is put together in another way, which cannot be compared" in api.broken


def test_a_schema_that_contains_itself_is_compared(api: Api) -> None:
    api.thing["properties"]["inner"] = {"anyOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]}

    assert f"{ANSWER}.inner is null or object now, instead of object" in api.broken


def test_another_type_is_told_in_answers_and_in_their_lists(api: Api) -> None:
    api.thing["properties"]["count"] = {"type": "string"}
    api.thing["properties"]["tags"]["items"] = {"type": "object"}

    assert f"{ANSWER}.count is string now, instead of integer" in api.broken
    assert f"{ANSWER}.tags[] is object now, instead of string" in api.broken


def test_a_number_where_a_whole_one_was_is_told_of_answers_only(api: Api) -> None:
    api.thing["properties"]["count"] = {"type": "number"}
    api.limit["schema"]["type"] = "number"

    assert [each for each in api.broken if ".inner" not in each] == [
        f"{ANSWER}.count is number now, instead of integer"
    ]


def test_a_whole_number_where_any_was_is_told_of_requests(api: Api) -> None:
    api.wanted["properties"]["size"] = {"type": "integer"}

    assert api.broken == [f"{BODY}.size is integer now, instead of number"]


def test_another_format_is_told(api: Api) -> None:
    api.thing["properties"]["at"]["format"] = "date"

    assert f"{ANSWER}.at: format is 'date' now, instead of 'date-time'" in api.broken


def test_a_value_that_an_enumeration_has_lost_is_told_on_both_sides(api: Api) -> None:
    api.schemas["Colour"]["enum"].remove("green")

    assert f"{BODY}.colour has lost the value 'green'" in api.broken
    assert f"{ANSWER}.colour has lost the value 'green'" in api.broken


def test_a_code_that_an_error_has_lost_is_told(api: Api) -> None:
    api.operation["responses"]["404"]["content"]["application/json"]["schema"]["enum"] = ["not_found"]

    assert api.broken == ["PUT /things/{thing}: the answer 404 has lost the value 'gone'"]


def test_a_parameter_that_is_gone_is_told(api: Api) -> None:
    api.operation["parameters"].pop()

    assert api.broken == ["PUT /things/{thing}: the query parameter limit is gone"]


def test_a_new_parameter_that_is_necessary_is_told(api: Api) -> None:
    api.operation["parameters"].append(
        {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}
    )

    assert api.broken == ["PUT /things/{thing}: the query parameter q is new and necessary"]


def test_a_parameter_that_has_become_necessary_is_told(api: Api) -> None:
    api.limit["required"] = True

    assert api.broken == ["PUT /things/{thing}: the query parameter limit has become necessary"]


def test_a_narrower_bound_of_a_request_is_told(api: Api) -> None:
    api.limit["schema"] |= {"minimum": 5, "maximum": 50}
    api.wanted["properties"]["name"]["minLength"] = 1

    assert api.broken == [
        "PUT /things/{thing}: the query parameter limit: minimum is 5 now, instead of 1",
        "PUT /things/{thing}: the query parameter limit: maximum is 50 now, instead of 100",
        f"{BODY}.name: minLength is 1 now, instead of none",
    ]


def test_a_name_of_a_request_that_has_become_necessary_is_told(api: Api) -> None:
    api.wanted["required"].append("colour")

    assert api.broken == [f"{BODY}.colour is necessary now"]


def test_a_request_that_refuses_what_it_used_to_ignore_is_told(api: Api) -> None:
    api.wanted["additionalProperties"] = False

    assert api.broken == [f"{BODY} refuses names that it used to ignore"]


def test_a_body_that_has_become_necessary_is_told(api: Api) -> None:
    api.operation["requestBody"]["required"] = True

    assert api.broken == ["PUT /things/{thing}: the body has become necessary"]


def test_another_success_status_and_another_media_type_are_told(api: Api) -> None:
    responses = api.operation["responses"]
    responses["202"] = responses.pop("200")
    responses["404"]["content"] = {"text/html": {}}

    assert api.broken == [
        "PUT /things/{thing}: the answer 200 is gone",
        "PUT /things/{thing}: the answer 404 is not application/json any more",
    ]


def test_an_error_that_cannot_happen_any_more_breaks_nobody(api: Api) -> None:
    del api.operation["responses"]["404"]

    assert api.broken == []


def test_a_header_of_an_answer_that_is_gone_is_told(api: Api) -> None:
    del api.operation["responses"]["200"]["headers"]

    assert api.broken == [f"{ANSWER} has no header x-next any more"]


def test_another_scope_is_told(api: Api) -> None:
    api.document["security"] = [{"session": ["nat/admin"]}]

    assert api.broken == ["PUT /things/{thing} needs another session: {'session': ['nat/admin']}"]


def test_another_name_of_the_operation_is_told(api: Api) -> None:
    api.operation["operationId"] = "storeThing"

    assert api.broken == ["PUT /things/{thing}: the operation is called storeThing now"]
