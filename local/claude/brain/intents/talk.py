"""Small talk and questions about Nat itself."""

import re

from local.claude.brain.explain import CAN, EXAMPLES
from local.claude.brain.markdown import clean, field, linked, paragraphs
from local.claude.brain.plan import Ask, Plan, intent, say
from local.claude.brain.tools import call


@intent(
    r"^(?:hi+|hello+|hey+|yo|howdy|good (?:morning|afternoon|evening|day)|greetings)(?: there| nat|"
    r" again| everyone)*$"
)
def greeting(_ask: Ask, _match: re.Match[str]) -> Plan:
    """ "hi" """
    return say(f"Hello! What would you like to know about your nation? {EXAMPLES}")


@intent(
    r"^(?:ok |great |perfect |cool |nice |awesome )*(?:thanks|thank you|cheers|"
    r"much appreciated)\b(?!.*\b(?:who|how|show|list|find)\b)",
    r"^(?:ok|okay|great|perfect|cool|nice|awesome|got it|good|bye|goodbye|see you|that is all)(?: nat|"
    r" bye)*$",
)
def thanks(_ask: Ask, _match: re.Match[str]) -> Plan:
    """ "thanks" """
    return say("You are welcome.")


@intent(
    r"^(?:please )?help(?: me)?(?: please)?$",
    r"\bwhat (?:else )?(?:can|do) you (?:do|know|help)\b",
    r"\bhow (?:does this|do you|do i use (?:you|this|nat))\b",
    r"^(?:what|who) are you\b",
    r"\bwhat (?:tools|features|commands)\b",
)
def help_text(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "what can you do?" """
    writes = [
        name for name in ask.tools.names if not name.startswith(("list_", "get_", "search_", "summarize_"))
    ]
    changes = (
        "I can also change records; whatever touches many people or deletes something I ask about first."
        if writes
        else ""
    )
    return say(paragraphs(CAN, changes, EXAMPLES))


@intent(
    r"\b(?:who am i|my account|which (?:user|account)|connected as|logged in as|my (?:own )?(?:profile|"
    r"record))\b"
)
def current_user(_ask: Ask, _match: re.Match[str]) -> Plan:
    """ "who am I connected as?" """
    (me,) = yield (call("get_current_user"),)
    record = me.record
    email = field(record, "email")
    return f"You are connected to NationBuilder as **{linked(record)}**" + (
        f" ({clean(email)})." if email else "."
    )
