"""Plain words for what went wrong and for what cannot be done."""

import re

from local.claude.brain.markdown import clean
from local.claude.brain.plan import NotOffered, ToolFailed
from local.claude.brain.tools import Tools

CAN = (
    "I can look up people, tags, lists, logged contacts, donations and pledges, events and RSVPs, paths, "
    "memberships, automations, surveys, petitions, relationships, mailings, pages and custom fields."
)
EXAMPLES = (
    "Try “who donated this week?”, “how many people are tagged volunteer?”, “which events are coming up?” "
    "or “which memberships expire next month?”."
)

MODEL_ONLY = re.compile(r"\s*(?:Ask which one is meant\.|See \w+_\w+\.)")
"""Advice in a tool's message that is meant for the model."""

TOPICS = {
    "tag": "tags",
    "list": "lists",
    "contact": "logged contacts",
    "donation": "donations",
    "event": "events",
    "path": "paths",
    "membership": "memberships",
    "automation": "automations",
    "survey": "surveys",
    "petition": "petitions",
    "relationship": "relationships",
    "person": "people",
    "people": "people",
    "mailing": "mailings",
    "page": "pages",
}


def explain_problem(problem: Exception) -> str:
    """What to say when a tool failed or is missing."""
    if isinstance(problem, ToolFailed):
        return explain_failure(problem.result.text)
    name = problem.name if isinstance(problem, NotOffered) else ""
    verb = name.split("_", 1)[0]
    if verb in ("list", "get", "search", "summarize"):
        return f"I have no way to look that up here. {CAN if not name else EXAMPLES}"
    topic = next((words for part, words in TOPICS.items() if part in name), "records")
    return f"I cannot change {topic} here: I only have tools that look things up. {EXAMPLES}"


def explain_failure(text: str) -> str:
    """A tool's error message for the person who asked."""
    text = MODEL_ONLY.sub("", text)
    said = clean(re.sub(r"^(?:error|failed)\s*[:—-]\s*", "", text.strip(), flags=re.IGNORECASE), 400)
    if not said:
        return "That did not work: NationBuilder gave no reason. Please try again in a minute."
    return f"That did not work. {said if said.endswith(('.', '!', '?')) else said + '.'}"


def unknown(tools: Tools) -> str:
    """The honest answer to what no pattern fits."""
    if not tools.names:
        return "I cannot look anything up in this conversation, because no tools are available to me."
    return f"I am not sure what you mean. {CAN} {EXAMPLES}"
