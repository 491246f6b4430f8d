"""Cursors go to clients and come back, as they were or not at all."""

import base64

import pytest

from nat.aws.cursors import cursor, parts_of
from nat.errors import BadRequest


def test_a_cursor_comes_back_as_it_was_given() -> None:
    assert parts_of(cursor("2026-11-22T09:30:00.000Z", "01J"), 2) == ["2026-11-22T09:30:00.000Z", "01J"]


@pytest.mark.parametrize(
    "text", ["", "x", "é", "\ud800", cursor("one"), base64.b64encode(b'["a", 1]').decode(), "A" * 100_000]
)
def test_what_no_page_gave_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="`before` is the `next` of an earlier page"):
        parts_of(text, 2, name="before")
