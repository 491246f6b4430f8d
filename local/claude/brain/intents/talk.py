"""Small talk, questions about Nat itself, what NationBuilder cannot do, and any tool by its name."""

import json
import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from local.claude.brain.explain import CAN, EXAMPLES
from local.claude.brain.markdown import paragraphs
from local.claude.brain.plan import Ask, Intents, Plan, Said, say
from local.claude.brain.tools import Call

ABOUT_NAT: Final = Intents()
GAPS: Final = Intents()


@ABOUT_NAT.on(r"^(?:please )?(?:use|call|try) (?:the )?(?:tool )?(?P<tool>[a-z]+(?:_[a-z]+)+)\b")
def by_name(ask: Ask, match: re.Match[str]) -> Plan:
    """ "use list_tags", or "use get_list with {"list_id": "7"}".

    What is not given is made up from the tool's schema, and only where the schema asks for it: so a tool that
    nobody wrote an intent for can be called, too.
    """
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


@ABOUT_NAT.on(
    r"^(?:hi+|hello+|hey+|good (?:morning|afternoon|evening|day))(?: there| nat| again| everyone)*$"
)
def greeting(_ask: Ask, _match: re.Match[str]) -> Plan:
    """ "hi" """
    return say(f"Hello! What would you like to know about your nation? {EXAMPLES}")


@ABOUT_NAT.on(
    r"^(?:ok |great |perfect )*(?:thanks|thank you)\b(?!.*\b(?:who|how|show|list|find)\b)",
    r"^(?:ok|okay|great|perfect|got it|good|bye|goodbye)(?: nat)*$",
)
def thanks(_ask: Ask, _match: re.Match[str]) -> Plan:
    """ "thanks" """
    return say("You are welcome.")


@ABOUT_NAT.on(
    r"^(?:please )?help(?: me)?(?: please)?$",
    r"\bwhat (?:else )?(?:can|do) you (?:do|know|help)\b",
    r"^(?:what|who) are you\b",
)
def help_text(_ask: Ask, _match: re.Match[str]) -> Plan:
    """ "what can you do?" """
    changes = (
        "I can also change records; whatever touches many people or deletes something I ask about first."
    )
    return say(paragraphs(CAN, changes, EXAMPLES))


ORDER: Final = (
    r"^(?:(?:please|can you|could you|i want to|i need to|we need to|help me|let us|let's|how do i|"
    r"how can i|then|and|now|also) )*"
)


def _gap(patterns: list[str], text: str) -> None:
    """Declare what cannot be done."""

    def make(_ask: Ask, _match: re.Match[str]) -> Plan:
        return say(text)

    GAPS.on(*(pattern.replace("ORDER", ORDER) for pattern in patterns))(make)


for _each in tomllib.loads((Path(__file__).parent.parent / "gaps.toml").read_text(encoding="utf-8"))["gap"]:
    _gap(_each["patterns"], _each["text"])
