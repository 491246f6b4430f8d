"""Any tool by its name, whatever it is: `use list_tags`, or `use get_list with {"list_id": "7"}`.

What is not given is made up from the tool's schema, and only where the schema asks for it: so a tool that
nobody wrote an intent for can be called, too.
"""

import json
import re
from contextlib import suppress
from typing import Any

from local.claude.brain.plan import Ask, Plan, Said, intent
from local.claude.brain.tools import Call


@intent(r"^(?:please )?(?:use|call|try) (?:the )?(?:tool )?(?P<tool>[a-z]+(?:_[a-z]+)+)\b")
def by_name(ask: Ask, match: re.Match[str]) -> Plan:
    """ "use list_tags" """
    name = match["tool"]
    if name not in ask.tools:
        raise Said(f"There is no tool {name} here.")
    (result,) = yield (Call(name, {**ask.tools.least(name), **_given(ask.conversation.question)}),)
    return result.note or f"{name} answered with {result.total} records."


def _given(question: str) -> dict[str, Any]:
    """The JSON object that stands in a question."""
    written = re.search(r"\{.*\}", question, re.DOTALL)
    with suppress(ValueError):
        found = json.loads(written[0]) if written else {}
        return found if isinstance(found, dict) else {}
    return {}
