"""Colour contrast as WCAG 2.2 defines it, so that no brand is unreadable."""

from typing import Annotated, Final

from pydantic import Field

HexColour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]

READABLE: Final = 4.5
"""Least contrast of normal text, success criterion 1.4.3 (AA)."""


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, from 0 for black to 1 for white."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
