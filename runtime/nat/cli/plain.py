"""Text that cannot steer a terminal."""

import re
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line feed, and those that turn the direction of text around."""


def clean(text: str) -> str:
    """The text without control characters."""
    return _CONTROL.sub("", text)
