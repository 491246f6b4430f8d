"""What a person reads whose edited value a tool's schema refuses: named, with what it should have been."""

from typing import Any, Final, cast

import pytest

from nat.agent.misfits import misfit
from nat.agent.tool import ArgumentsRejected, Effect
from nat.agent.tools import load
from nat.changes.editing import editable
from nat.nationbuilder import NationBuilder
from nat.wording import MESSAGES, Worded

CHANGING: Final = {name: each for name, each in load().items() if each.effect is not Effect.READ}
UNREACHED: Final = cast(NationBuilder, None)
"""Arguments are looked at before the nation is."""
OF_A_TYPE: Final[dict[str, object]] = {"string": "x", "integer": 1, "number": 1.5, "boolean": True}
BEYOND: Final[dict[str, object]] = {"string": "!" * 20_001, "integer": 10**18, "number": 1e18}


def listed(tool: str) -> list[dict[str, Any]]:
    """Every value that a card of a tool can list."""
    schema = CHANGING[tool].schema
    call = {name: OF_A_TYPE.get(each.get("type")) for name, each in schema["properties"].items()}
    return editable(schema, call)


def refused(tool: str, **values: object) -> list[Worded]:
    """Why values do not fit, without what is missing beside them."""
    with pytest.raises(ArgumentsRejected) as found:
        CHANGING[tool].plan(UNREACHED, values)
    return [misfit(each) for each in found.value.problems if each["loc"][0] in values]


@pytest.mark.parametrize("tool", CHANGING)
def test_whatever_a_card_lists_has_a_name_in_every_language(tool: str) -> None:
    assert [each["name"] for each in listed(tool) if f"field.{each['name']}" not in MESSAGES] == []


@pytest.mark.parametrize("tool", CHANGING)
def test_a_value_beyond_any_bound_is_told_what_it_should_be(tool: str) -> None:
    described = CHANGING[tool].schema["properties"]
    bounded = {
        each["name"]: BEYOND[each["type"]]
        for each in listed(tool)
        if {"maxLength", "maximum", "pattern"} & described[each["name"]].keys()
    }

    told = refused(tool, **bounded) if bounded else []

    assert [each.key for each in told] == ["refused.field_wants"] * len(bounded)


@pytest.mark.parametrize(
    ("tool", "values", "told"),
    [
        ("rename_tag", {"new_name": " "}, "new name: something must stand here"),
        ("create_list", {"name": "x" * 256}, "name: a text of at most 255 characters"),
        ("create_list", {"slug": "Our List"}, "slug: 1 to 60 small letters, digits and underscores"),
        ("create_event", {"duration_minutes": 0}, "length in minutes: at least 1"),
        ("add_event_rsvp", {"guests": 1_001}, "guests besides: at most 1,000"),
        ("start_path_journey", {"value": "much"}, "worth: an amount such as 250.00"),
        ("create_membership", {"expires_on": "soon"}, "expires: a date such as 2026-11-20"),
    ],
)
def test_it_is_said_what_stands_there_and_what_should(
    tool: str, values: dict[str, object], told: str
) -> None:
    assert refused(tool, **values) == [told]


def test_what_no_card_lists_is_named_and_no_more() -> None:
    assert refused("add_people_to_list", person_ids=[]) == ["person ids does not fit"]
