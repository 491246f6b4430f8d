"""Reads a request: the open question, what surrounds it, what was looked up for it, what came before."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from local.claude.brain.result import MARKS, Result, read_result

QUESTION: Final = re.compile(r"<question>(.*?)</question>", re.DOTALL)
CONTEXT: Final = re.compile(r"<context>(.*?)</context>", re.DOTALL)


@dataclass(frozen=True)
class Past:
    """A tool call that was made, and its result."""

    name: str
    arguments: Mapping[str, Any]
    result: Result


@dataclass(frozen=True)
class Conversation:
    """`past` belongs to the open question, `earlier` to the questions before it, `questions` are those."""

    question: str
    context: Mapping[str, Any]
    past: Sequence[Past]
    earlier: Sequence[Past]
    questions: Sequence[str]
    carried: Sequence[Result] = ()
    """Records of older turns."""


def read_conversation(messages: Sequence[Mapping[str, Any]]) -> Conversation:
    """The state of a conversation. A message with words that is no tool result asks a question."""
    question = ""
    context: Mapping[str, Any] = {}
    questions: list[str] = []
    past: list[Past] = []
    earlier: list[Past] = []
    calls: dict[str, tuple[str, Mapping[str, Any]]] = {}
    carried: list[Result] = []
    for message in messages:
        blocks = _blocks(message["content"])
        if message["role"] == "assistant":
            calls |= {
                block["id"]: (block["name"], block.get("input") or {})
                for block in blocks
                if block.get("type") == "tool_use"
            }
            continue
        results = [block for block in blocks if block.get("type") == "tool_result"]
        past.extend(
            Past(*calls[block["tool_use_id"]], read_result(block))
            for block in results
            if block["tool_use_id"] in calls
        )
        carried.extend(
            read_result({"content": block["text"]})
            for block in blocks
            if block.get("type") == "text" and MARKS.match(str(block["text"]))
        )
        text = "\n".join(str(block["text"]) for block in blocks if block.get("type") == "text")
        asked = QUESTION.search(text)
        if asked is None and (results or not text.strip()):
            continue
        if question:
            questions.append(question)
        earlier.extend(past)
        past = []
        question = (asked.group(1) if asked else text).replace("&lt;", "<").strip()
        context = _context(text) or context
    return Conversation(question, context, past, earlier, questions, carried)


def _context(text: str) -> Mapping[str, Any]:
    found = CONTEXT.search(text)
    if found is None:
        return {}
    try:
        value = json.loads(found.group(1))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _blocks(content: Any) -> Sequence[Mapping[str, Any]]:
    return ({"type": "text", "text": content},) if isinstance(content, str) else content
