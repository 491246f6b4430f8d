"""The brain calls Nat's own tools the way they want to be called."""

from typing import Any

import pytest

from nat.agent.tools import load
from tests.unit.local.claude.talking import talk
from tests.unit.local.claude.test_claude_brain_reads import ASKED, SCRIPT

TOOLS = load()
DEFINITIONS = [tool.as_definition() for tool in TOOLS.values()]


@pytest.mark.parametrize("text", sorted({each[0] for each in ASKED}))
def test_every_call_fits_the_tools_schema(text: str) -> None:
    heard = talk(text, SCRIPT, tools=DEFINITIONS)

    assert heard.calls
    for name, arguments in heard.calls:
        TOOLS[name].arguments.model_validate(arguments)


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("who donated this week?", "list_donations", {"succeeded": "this_week", "status": ["succeeded"]}),
        ("who donated this week?", "summarize_donations", {"period": "this_week"}),
        ("how much did we raise last quarter?", "summarize_donations", {"period": "last_quarter"}),
        ("which memberships expire in the next 30 days?", "list_memberships", {"expires": "next_30_days"}),
        ("which automations are active?", "list_automations", {"status": "running"}),
        ("who joined this week?", "search_people", {"created": "this_week", "sort": "newest"}),
        ("look-alike tags", "list_tags", {"look_alikes": True}),
    ],
)
def test_named_values_are_those_that_the_tool_knows(text: str, tool: str, arguments: dict[str, Any]) -> None:
    heard = talk(text, SCRIPT, tools=DEFINITIONS)

    assert heard.arguments(tool).items() >= arguments.items()
