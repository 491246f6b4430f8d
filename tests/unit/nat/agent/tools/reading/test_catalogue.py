"""The catalogue: exactly the 32 read tools, short schemas, endpoints that V2 has."""

import json

import pytest

from local.nationbuilder.schema import PREFIX, schema
from nat.agent.tool import Effect
from nat.agent.tools import load
from tests.unit.nat.agent.tools.reading.calls import READ_TOOLS

GROUPS = {
    "people", "tags", "lists", "contacts", "money", "events", "paths", "memberships", "automations",
    "surveys", "petitions", "relationships", "lookups",
}  # fmt: skip


def test_read_tools_cost_about_two_hundred_tokens_each() -> None:
    definitions = [load()[name].as_definition() for name in READ_TOOLS]

    # A token of JSON holds somewhat more than three characters.
    assert len(json.dumps(definitions, separators=(",", ":"))) / len(READ_TOOLS) < 720


@pytest.mark.parametrize("name", READ_TOOLS)
def test_a_read_tool_reads_and_says_what_it_is_for(name: str) -> None:
    tool = load()[name]

    assert (tool.effect, tool.sends, tool.undo) == (Effect.READ, False, None)
    assert tool.group in GROUPS
    assert tool.description
    assert tool.label


@pytest.mark.parametrize("name", READ_TOOLS)
def test_every_endpoint_of_a_read_tool_is_a_get_that_v2_has(name: str) -> None:
    known = {f"{each.method} {each.path}" for each in schema().operations}

    for endpoint in load()[name].endpoints:
        method, path = endpoint.split(" ", 1)
        assert method == "GET"
        assert f"GET {PREFIX}{path}" in known


@pytest.mark.parametrize("name", READ_TOOLS)
def test_a_schema_spends_no_words_on_null(name: str) -> None:
    text = json.dumps(load()[name].schema)

    assert '"null"' not in text
    assert '"title"' not in text
