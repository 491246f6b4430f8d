"""Which look-ups of a turn found exactly one record, read from the calls and results as they are stored.

What a tool finds is declared with it (`finds`): a tool that does not say so names no record, so a new tool
cannot make a write run unasked by an oversight.
"""

from collections.abc import Iterator, Mapping, Sequence

from nat.agent.ports import Block
from nat.agent.results import payload_of
from nat.agent.tool import Tool
from nat.changes.said import LookUp, RecordRef


def look_ups_in(
    uses: Sequence[Block], results: Sequence[Block], tools: Mapping[str, Tool]
) -> Iterator[LookUp]:
    """The look-ups among these calls that found one record and no other."""
    by_call = {each["tool_use_id"]: each for each in results}
    for use in uses:
        tool, result, arguments = tools.get(use["name"]), by_call.get(use["id"]), use.get("input")
        if tool is None or tool.finds is None or result is None or not isinstance(arguments, dict):
            continue
        record_id = _only_record(result)
        if record_id is not None:
            yield LookUp(arguments, tool.schema, RecordRef(tool.finds, record_id))


def _only_record(result: Block) -> str | None:
    payload = payload_of(result)
    if payload is None or payload.get("total") != 1 or payload.get("complete") is not True:
        return None
    data = payload.get("data")
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], dict):
        return None
    found = items[0].get("id")
    return found if isinstance(found, str) else None
