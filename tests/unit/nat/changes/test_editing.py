"""Which values of a frozen call a person may change, and to what."""

from typing import Any

import pytest

from nat.changes.editing import editable, edited
from nat.errors import BadRequest

SCHEMA: dict[str, Any] = {
    "properties": {
        "tag": {"type": "string"},
        "support_level": {"type": "integer"},
        "amount": {"type": "number"},
        "create_missing": {"type": "boolean"},
        "action": {"type": "string", "enum": ["add", "remove"]},
        "person_id": {"type": "string"},
        "person_ids": {"type": "array", "items": {"type": "string"}},
        "confirm_count": {"type": "integer"},
        "changes": {"type": "object"},
        "search": {"$ref": "#/$defs/PeopleSearch"},
    }
}
CALL: dict[str, Any] = {
    "tag": "major",
    "support_level": 2,
    "amount": 1.5,
    "create_missing": True,
    "action": "add",
    "person_id": "18",
    "person_ids": ["18"],
    "confirm_count": 3,
    "changes": {"employer": "Acme"},
    "search": {"tag": "host"},
}
FIELDS = editable(SCHEMA, CALL)


def test_simple_values_can_be_edited_and_who_it_is_about_cannot() -> None:
    assert [each["name"] for each in FIELDS] == ["tag", "support_level", "amount", "create_missing", "action"]


def test_a_field_says_its_type_its_value_and_its_choices() -> None:
    assert FIELDS[0] == {"name": "tag", "type": "string", "value": "major"}
    assert FIELDS[-1]["choices"] == ["add", "remove"]


def test_what_the_call_left_out_is_not_listed() -> None:
    assert editable(SCHEMA, {"tag": "major"}) == FIELDS[:1]


def test_a_text_that_is_too_long_for_the_card_is_not_listed() -> None:
    assert editable(SCHEMA, {"tag": "x" * 41}, longest=40) == []


def test_new_values_replace_the_old_and_the_rest_stays() -> None:
    assert edited(CALL, FIELDS, {"tag": "host", "amount": 2}) == {**CALL, "tag": "host", "amount": 2}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"unknown": "x"},
        {"person_id": "19"},
        {"person_ids": ["19"]},
        {"confirm_count": 4},
        {"tag": None},
        {"tag": 7},
        {"tag": ["a"]},
        {"tag": "x" * 2_001},
        {"support_level": "2"},
        {"support_level": 2.5},
        {"support_level": True},
        {"create_missing": 1},
        {"action": "delete"},
    ],
)
def test_other_names_types_and_choices_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        edited(CALL, FIELDS, values)
