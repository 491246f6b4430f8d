"""Tool results as the model gets them: compact, honest when cut, and marked as untrusted data.

The text of a result is `<untrusted_data>{JSON}</untrusted_data>`; the JSON has `data`, and of `returned`,
`total`, `complete`, `links` and `note` what there is; of an error it has `error`. Keys are sorted, so that
equal results are equal bytes in the prompt cache. `<` stands in the JSON as an escape: no record can close
the tag.

Whatever a tool returns or raises is marked, figures and errors too: names of records stand in both. Only
`Sentence` and `Refusal`, enumerations of constants, go without, and their types keep it so.
"""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from nat.agent.ports import Block
from nat.agent.tool import ToolOutcome
from nat.changes.policy import Refusal
from nat.contract.events import Link

OPEN: Final = "<untrusted_data>"
CLOSE: Final = "</untrusted_data>"


class Sentence(StrEnum):
    """What the model is told of a call that did not run, or failed on our side: constants of ours."""

    STOPPED = "Not done: the person stopped the answer."
    DEFECT = "This tool failed on our side. Do not call it again now; tell the person that it failed."
    CUT_OFF = "Not run: the arguments were cut off. Call the tool again with complete, shorter arguments."
    NOT_VALID = (
        "Not run: the arguments are not valid JSON in valid Unicode. Call the tool again with plain values."
    )
    USED_UP = (
        "Not run: the tool calls of this question are used up. Answer with what you have, and say what is "
        "missing."
    )
    UNKNOWN_TOOL = "There is no tool of this name. Use one of the tools you were given."


_LONG_TEXT: Final = 1_000
_SHORT_TEXT: Final = 160


def result_block(call: str, outcome: ToolOutcome, limit: int) -> Block:
    """The result of a call that ran. `limit` is in characters."""
    payload = _payload(outcome)
    text = _dumps(payload)
    if len(text) > limit:
        text = _dumps(_cut(payload, limit))
    return {"type": "tool_result", "tool_use_id": call, "content": f"{OPEN}{text}{CLOSE}"}


def error_block(call: str, message: str) -> Block:
    """The result of a call that failed. What a tool raises may quote records, so it is marked as they are."""
    text = _dumps({"error": message})
    return {"type": "tool_result", "tool_use_id": call, "content": f"{OPEN}{text}{CLOSE}", "is_error": True}


def own_block(call: str, words: Sentence | Refusal) -> Block:
    """The result of a call that did not run, in constant words of ours that the model can pass on."""
    return {"type": "tool_result", "tool_use_id": call, "content": words.value, "is_error": True}


def links_in(blocks: Iterable[Block]) -> list[Link]:
    """Links of stored results, so that an answer that goes on after a restart still has them."""
    return [
        Link(each["label"], each["url"])
        for block in blocks
        if (payload := payload_of(block)) is not None
        for each in payload.get("links", ())
    ]


def payload_of(block: Block) -> Mapping[str, Any] | None:
    """The JSON of a result; `None` for an error, or for what is no result of ours."""
    content = block.get("content")
    if block.get("type") != "tool_result" or block.get("is_error") or not isinstance(content, str):
        return None
    return json_of(content)


def json_of(content: str) -> Mapping[str, Any] | None:
    """The JSON between a result's marks, of an error as well; `None` where there is no object."""
    try:
        found = json.loads(content.removeprefix(OPEN).removesuffix(CLOSE))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _payload(outcome: ToolOutcome) -> dict[str, object]:
    payload: dict[str, object] = {"data": outcome.data}
    for name in ("returned", "total", "complete"):
        value = getattr(outcome, name)
        if value is not None:
            payload[name] = value
    if outcome.links:
        payload["links"] = [{"label": link.label, "url": link.url} for link in outcome.links]
    return payload


def _cut(payload: Mapping[str, object], limit: int) -> dict[str, object]:
    """The payload within `limit` characters: shorter lists first, then shorter texts, and it says so."""
    cut: dict[str, object] = json.loads(_dumps(payload))
    cut["complete"] = False
    cut["note"] = "Too large to show whole: long texts are shortened."
    shorten_texts(cut["data"], _LONG_TEXT)
    dropped = 0
    while len(_dumps(cut)) > limit - 200:
        longest = _longest_list(cut["data"])
        if longest is None or len(longest) <= 1:
            break
        keep = max(1, len(longest) * 3 // 4)
        if cut.get("returned") == len(longest):
            cut["returned"] = keep
        dropped += len(longest) - keep
        del longest[keep:]
    if dropped:
        cut["note"] = (
            f"Too large to show whole: {dropped} entries were left out here and long texts are shortened. "
            "Narrow the question or ask for fewer records to see the rest."
        )
    if len(_dumps(cut)) > limit:
        shorten_texts(cut["data"], _SHORT_TEXT)
    if len(_dumps(cut)) > limit:
        cut["data"] = {}
        cut["note"] = "Too large to show at all. Ask for fewer records or fewer details."
        cut.pop("returned", None)
    if len(_dumps(cut)) > limit:
        cut.pop("links", None)
    return cut


def shorten_texts(value: object, longest: int) -> None:
    """Cut every text in a JSON value to `longest` characters, in place, with a mark."""
    if isinstance(value, dict):
        for name, each in value.items():
            value[name] = _shortened(each, longest)
    elif isinstance(value, list):
        value[:] = [_shortened(each, longest) for each in value]


def _shortened(value: object, longest: int) -> object:
    if isinstance(value, str):
        return value if len(value) <= longest else value[:longest] + "… [cut]"
    shorten_texts(value, longest)
    return value


def _longest_list(value: object) -> list[object] | None:
    """The list that takes most room among the outermost ones: cutting it loses whole records, not their
    parts."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    found = [each for each in map(_longest_list, value.values()) if each is not None and len(each) > 1]
    return max(found, key=lambda each: len(_dumps(each)), default=None)


def _dumps(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return text.replace("<", "\\u003c")


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)
