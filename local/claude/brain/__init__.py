"""The rule-based brain: patterns over the question, plans of tool calls, answers from their results.

It is deterministic and knows no more than its patterns. It shows every feature of Nat without a model, and
says nothing about how good a model is.
"""

from collections.abc import Mapping
from typing import Any

from local.claude.brain.conversation import read_conversation
from local.claude.brain.explain import explain_problem, unknown
from local.claude.brain.followups import resolve
from local.claude.brain.intents import IN_ORDER
from local.claude.brain.obedience import next_obedient_call
from local.claude.brain.periods import Calendar
from local.claude.brain.plan import Ask, run
from local.claude.brain.tools import Tools
from local.claude.brain.words import Words
from local.claude.reply import Reply


def answer(body: Mapping[str, Any], *, obedient: bool = False) -> Reply:
    """The reply to a validated request: tool calls among those offered, or words."""
    choice = body.get("tool_choice") or {"type": "auto"}
    offered = () if choice["type"] == "none" else body.get("tools") or ()
    if choice["type"] == "tool":
        offered = [tool for tool in offered if tool["name"] == choice["name"]]
    tools = Tools(offered)
    conversation = read_conversation(body["messages"])
    if obedient:
        injected = next_obedient_call(conversation, tools)
        if injected is not None:
            return injected
    context = conversation.context
    calendar = Calendar.read(str(context.get("now", "")), str(context.get("time_zone", "UTC")))
    question, more = resolve(conversation.question, conversation.questions)
    ask = Ask(Words(question), conversation, tools, calendar, more)
    for each in IN_ORDER:
        match = each.match(ask.text)
        if match is not None:
            parallel = not choice.get("disable_parallel_tool_use", False)
            return run(each.make(ask, match), ask, explain_problem, parallel)
    return Reply.text(unknown(tools))
