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
_CONTEXT_ACTIONS: Final = 5
_VIEW_BLOCKS: Final = 100
_VIEW_METADATA: Final = 3_000
_VIEW_TITLE: Final = 24
_LABEL: Final = 2_000
_OPTIONS: Final = 100
_OPTION_VALUE: Final = 150


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


def refused_view(view: dict[str, Any]) -> bool:
    """Whether Slack refuses a dialog."""
    titles = [view[name]["text"] for name in ("title", "submit", "close") if name in view]
    asks = any(each["type"] == "input" for each in view["blocks"])
    return (
        (asks and "submit" not in view)
        or len(view["blocks"]) > _VIEW_BLOCKS
        or len(view.get("private_metadata", "")) > _VIEW_METADATA
        or any(not 0 < len(each) <= _VIEW_TITLE for each in titles)
        or not all(_sound(each) for each in view["blocks"])
    )


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
        case "input":
            element = block["element"]
            options = element.get("options", ())
            return (
                0 < len(block["label"]["text"]) <= _LABEL
                and len(options) <= _OPTIONS
                and all(0 < len(each["text"]["text"]) <= _BUTTON_TEXT for each in options)
                and all(0 < len(each["value"]) <= _OPTION_VALUE for each in options)
                and len(element.get("initial_value", "")) <= _SECTION
            )
        case "context_actions":
            return 0 < len(block["elements"]) <= _CONTEXT_ACTIONS and all(
                len(each[name]["value"]) <= _BUTTON_VALUE
                for each in block["elements"]
                for name in ("positive_button", "negative_button")
            )
    return False
