"""Server-sent events are read as the HTML standard says."""

import json

from local.streaming import _events
from nat.contract.events import Envelope, TextDelta


def wire(seq: int, text: str) -> str:
    return json.dumps(Envelope("T", 1, seq, TextDelta(text)).as_wire())


def test_events_are_read_with_their_ids_and_comments_are_left_out() -> None:
    lines = [": hello", "", "id: 1.1", f"data: {wire(1, 'a')}", "", "id:1.2", f"data:{wire(2, 'b')}", ""]

    found = list(_events(iter(lines)))

    assert [(name, each.event) for name, each in found] == [("1.1", TextDelta("a")), ("1.2", TextDelta("b"))]


def test_an_event_that_was_cut_off_is_dropped() -> None:
    assert list(_events(iter(["id: 1.1", f"data: {wire(1, 'a')}"]))) == []
