"""Telephone numbers, which are stored as people write them: national or international, in any grouping, with
or without an extension. Which country a national number is of is not known, so numbers are compared, never
completed.
"""

import re
from collections.abc import Iterable
from enum import Enum
from typing import Final

from phonenumbers import MatchType, is_number_match, normalize_digits_only

from nat.errors import BadRequest
from nat.nationbuilder import Condition, Record, where

PHONES: Final = ("phone_number", "mobile_number", "work_phone_number")
_EXTENSION: Final = re.compile(r"(?:;ext=|ext(?:n|ension)?\.?|x|#)[\s:.]*\d{1,7}$", re.IGNORECASE)
_LABEL: Final = re.compile(r"(?:\s\(?|\()[^\W\d_]+\.?\)?$")
"""A word behind a number, such as (home)."""
_SEVERAL: Final = re.compile(r"\s*[/|;&,]\s*|\s+(?:or|and)\s+", re.IGNORECASE)
"""What stands between numbers in one field, and at times within one number."""
_GROUPING: Final = (" ", "-", ".", "/")
_SHORTEST: Final = 4
_LOCAL: Final = 7
"""Digits of a number without its area code: fewer in common prove nothing."""
_NATIONAL: Final = 10
"""Digits in common that make two numbers the same line: one is only written with more in front."""


class Agreement(Enum):
    """How far two numbers are the same."""

    SAME = "same"
    LAST_DIGITS = "last digits"
    """They end alike, and one of them is too short to say more."""


def candidates(phone: str) -> tuple[Condition, ...]:
    """What V2 can be asked for: numbers that end in the last two digits, as every grouping leaves them
    together, or that hold the last three, also grouped in pairs, for those with something behind. Raises
    `BadRequest` for too few digits."""
    digits = _digits(phone)
    if len(digits) < _SHORTEST:
        raise BadRequest("Give at least four digits of the phone number.")
    third, pair = digits[-3], digits[-2:]
    return where("suffix", pair), where("match", *(f"{third}{each}{pair}" for each in ("", *_GROUPING)))


def agreement(found: Record, phone: str) -> Agreement | None:
    """How far one of a person's numbers is the one looked for, at best; `None` if none is."""
    met = {_compared(each, phone) for attribute in PHONES for each in _numbers(found.text(attribute))}
    return next((each for each in Agreement if each in met), None)


def uncertain(met: Iterable[Agreement | None]) -> str | None:
    """What to say of numbers that agree in their last digits only."""
    if Agreement.LAST_DIGITS not in set(met):
        return None
    return "Some numbers agree in their last digits only: it is not certain that they are the one asked for."


def _numbers(stored: str) -> tuple[str, ...]:
    """The numbers that a field may hold: all of it as one, and where several stand in it each of them."""
    bare = _LABEL.sub("", stored)
    parts = [_LABEL.sub("", each) for each in _SEVERAL.split(bare)]
    return (bare, *(each for each in parts if len(_digits(each)) >= _LOCAL)) if len(parts) > 1 else (bare,)


def _compared(stored: str, asked: str) -> Agreement | None:
    if not stored:
        return None
    one, other = _digits(stored), _digits(asked)
    match is_number_match(stored, asked):
        case MatchType.NO_MATCH:
            return None
        case MatchType.EXACT_MATCH | MatchType.NSN_MATCH:
            return Agreement.SAME
        case MatchType.SHORT_NSN_MATCH if one != other:
            return _short(one, other)
        case _:
            return Agreement.SAME if one and one == other else None


def _short(one: str, other: str) -> Agreement | None:
    shorter, longer = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    if len(shorter) >= _NATIONAL and longer.endswith(shorter):
        return Agreement.SAME
    return Agreement.LAST_DIGITS if len(other) < _LOCAL or len(shorter) >= _LOCAL else None


def _digits(phone: str) -> str:
    return str(normalize_digits_only(_EXTENSION.sub("", phone.strip())))
