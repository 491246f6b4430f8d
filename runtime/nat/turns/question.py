"""A question as clients send it, by socket or HTTP: `{"turn", "conversation", "message", "page"}`."""

from collections.abc import Mapping
from typing import Any, Final

from nat.agent.ports import OpenPage
from nat.errors import BadRequest
from nat.turns.admit import AdmitRequest, Surface

PAGE_KINDS: Final = frozenset({"person", "list", "page", "other"})
LONGEST_RECORD_ID: Final = 32


def read_question(
    body: Mapping[str, Any], *, user_id: str, nation_slug: str, surface: Surface
) -> AdmitRequest:
    """The request for admission. Raises `BadRequest` for what is missing or of another type."""
    return AdmitRequest(
        user_id=user_id,
        nation_slug=nation_slug,
        conversation_id=text(body, "conversation"),
        turn_id=text(body, "turn"),
        question=text(body, "message"),
        surface=surface,
        page=_page(body.get("page")),
    )


def text(body: Mapping[str, Any], name: str) -> str:
    """A text of the body. Raises `BadRequest`."""
    value = body.get(name)
    if not isinstance(value, str):
        raise BadRequest(f"`{name}` is missing or not a text.")
    return value


def position(body: Mapping[str, Any]) -> tuple[int, int]:
    """`{"attempt", "seq"}` of the last event that the client has; (0, 0) for none. Raises `BadRequest`."""
    attempt, seq = body.get("attempt", 0), body.get("seq", 0)
    for number in (attempt, seq):
        if type(number) is not int or not 0 <= number < 1_000_000:
            raise BadRequest("`after` is an attempt and a seq.")
    return attempt, seq


def _page(value: Any) -> OpenPage | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise BadRequest("`page` is an object with `kind` and `record_id`.")
    kind, record_id = value.get("kind", "other"), value.get("record_id")
    if not isinstance(kind, str) or kind not in PAGE_KINDS:
        raise BadRequest(f"`page.kind` is one of {', '.join(sorted(PAGE_KINDS))}.")
    if record_id is not None and not _is_record_id(record_id):
        raise BadRequest("`page.record_id` is the number of a record, as text.")
    return OpenPage(kind, record_id)


def _is_record_id(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= LONGEST_RECORD_ID
