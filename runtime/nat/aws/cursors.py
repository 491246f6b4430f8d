"""Cursors: where the next page of a list begins, as a text that clients hand back.

A cursor holds the sort values of the last row that was given, never its partition: whose rows are listed
comes from the session, so a cursor that was made up reaches nothing else.
"""

import base64
import binascii
import json
from typing import Final

from nat.errors import BadRequest

LONGEST: Final = 2_000
"""Characters that are looked at."""


def cursor(*parts: str) -> str:
    """The text of a place."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


def parts_of(text: str, number: int, *, name: str = "after", of: str = "next") -> list[str]:
    """The so many parts of a cursor. `name` is the parameter's, `of` the field's that gave it. Raises
    `BadRequest` for what is none."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text[:LONGEST].encode()))
    except (binascii.Error, ValueError):
        raise not_a_cursor(name, of) from None
    if isinstance(parts, list) and len(parts) == number and all(isinstance(each, str) for each in parts):
        return parts
    raise not_a_cursor(name, of)


def not_a_cursor(name: str = "after", of: str = "next") -> BadRequest:
    """What is said of a text that no page gave."""
    return BadRequest(f"`{name}` is the `{of}` of an earlier page.")
