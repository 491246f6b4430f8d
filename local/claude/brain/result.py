"""Tool results as the brain reads them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MARKS: Final = re.compile(r"</?untrusted_data>")


@dataclass(frozen=True)
class Result:
    """One tool result. `text` is what was sent, or the words of an error; the rest is read from its JSON."""

    text: str
    failed: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)
    returned: int | None = None
    total: int | None = None
    complete: bool = True
    note: str = ""

    @property
    def items(self) -> Sequence[Mapping[str, Any]]:
        """The records of a list."""
        items = self.data.get("items", ())
        return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else ()

    @property
    def record(self) -> Mapping[str, Any]:
        """The one record of a result that is about one."""
        return self.items[0] if self.items else self.data

    def number(self, *names: str) -> int | None:
        """The first of these fields that is a whole number."""
        for name in names:
            value = self.data.get(name)
            if isinstance(value, int) and not isinstance(value, bool):
                return value
        return None

    @property
    def count(self) -> int | None:
        """How many there are in all, as far as the result says it."""
        for value in (self.total, self.number("total", "count"), self.returned if self.complete else None):
            if value is not None:
                return value
        return None


def read_result(block: Mapping[str, Any]) -> Result:
    """A `tool_result` block: text or text blocks, JSON inside, perhaps between `<untrusted_data>` marks.

    The counts stand beside `data` or, in a plain object, beside the records.
    """
    text = result_text(block)
    try:
        payload = json.loads(MARKS.sub("", text))
    except ValueError:
        payload = None
    failed = bool(block.get("is_error"))
    if not isinstance(payload, dict):
        return Result(text, failed, {"items": payload} if isinstance(payload, list) else {})
    if isinstance(payload.get("error"), str):
        text = payload["error"]
    data = payload["data"] if isinstance(payload.get("data"), dict) else payload

    def count(name: str) -> int | None:
        value = payload.get(name, data.get(name))
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    return Result(
        text,
        failed or ("error" in payload and "data" not in payload),
        data,
        count("returned"),
        count("total"),
        payload.get("complete", data.get("complete", True)) is not False,
        str(payload.get("note") or ""),
    )


def result_text(block: Mapping[str, Any]) -> str:
    """The text of a `tool_result` block."""
    content = block.get("content", "")
    if isinstance(content, str):
        return content
    return "\n".join(str(each.get("text", "")) for each in content if each.get("type") == "text")
