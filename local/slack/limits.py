"""What Block Kit refuses (docs.slack.dev, Block Kit, and the validators of `slack_sdk`)."""

from typing import Any, Final

MOST_BLOCKS: Final = 50
LONGEST_TEXT: Final = 40_000
LONGEST_MESSAGE: Final = 13_200
_SECTION: Final = 3_000
_ROWS: Final = 100
_COLUMNS: Final = 20
_TABLE: Final = 10_000
_BUTTON_TEXT: Final = 75
_BUTTON_VALUE: Final = 2_000
_ELEMENTS: Final = 25


def refused(text: str, blocks: list[dict[str, Any]]) -> str | None:
    """The error of a message, if there is one."""
    if not text and not blocks:
        return "no_text"
    if len(text) > LONGEST_TEXT:
        return "msg_too_long"
    if len(blocks) > MOST_BLOCKS or not all(_sound(each) for each in blocks):
        return "invalid_blocks"
    if sum(each["type"] == "table" for each in blocks) > 1:
        return "invalid_blocks"
    if sum(len(str(each.get("text", {}).get("text", ""))) for each in blocks) > LONGEST_MESSAGE:
        return "msg_blocks_too_long"
    return None


def _sound(block: dict[str, Any]) -> bool:
    match block["type"]:
        case "section":
            return 0 < len(block["text"]["text"]) <= _SECTION
        case "table":
            rows = block["rows"]
            cells = [cell["text"] for row in rows for cell in row]
            return (
                0 < len(rows) <= _ROWS
                and len({len(row) for row in rows}) == 1
                and len(rows[0]) <= _COLUMNS
                and all(cells)
                and sum(map(len, cells)) <= _TABLE
            )
        case "actions":
            return 0 < len(block["elements"]) <= _ELEMENTS and all(
                len(each["text"]["text"]) <= _BUTTON_TEXT and len(each.get("value", "")) <= _BUTTON_VALUE
                for each in block["elements"]
            )
    return False
