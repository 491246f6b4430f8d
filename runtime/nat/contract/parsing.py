"""What clients send becomes a struct, or `BadRequest`: the one parser of bodies, queries and messages.

Text from people is brought into one form on the way in: composed (NFC), so that the same word is the same
text however a keyboard spells it. Half a surrogate pair is no text and is refused.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

from nat.errors import BadRequest

LARGEST_BODY: Final = 131_072
"""Bytes of a request's body: four times the longest question, as much as a socket message may have."""
NOT_AN_OBJECT: Final = "The body is a JSON object."
_DRAWN_AS_NOTHING: Final = "\u115f\u1160\u2800\u3164\uffa0"
"""Fillers of Hangul, and the pattern of Braille without a dot."""
_PLACE: Final = r"(.*) - at `(key in )?\$\.?(.*)`"
_MISSING: Final = r"Object missing required field `(\w+)`"

Wanted = TypeVar("Wanted", bound=msgspec.Struct)


def json_object(content: bytes | str) -> dict[str, object]:
    """A JSON object with its texts composed. Raises `BadRequest`."""
    try:
        found = composed(msgspec.json.decode(content))
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors, as is text that is not UTF-8
        raise BadRequest(NOT_AN_OBJECT) from None
    if not isinstance(found, dict):
        raise BadRequest(NOT_AN_OBJECT)
    return found


def composed(value: object) -> object:
    """A JSON value with every text in it composed (NFC), names included. Raises `RecursionError`."""
    match value:
        case str():
            if value.isascii():
                return value
            import unicodedata  # most of what is sent needs none of it

            return unicodedata.normalize("NFC", value)
        case list():
            return [composed(each) for each in value]
        case dict():
            return {composed(name): composed(each) for name, each in value.items()}
    return value


def without_halves(text: str) -> str:
    """A text that others sent, with halves of surrogate pairs joined or, where one is alone, replaced: nobody
    could pass it on."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def is_blank(text: str) -> bool:
    """Whether there is nothing in a text to see: white space, control and format characters, and the few
    letters that are drawn as nothing."""
    return not any(
        each.isprintable() and not each.isspace() and each not in _DRAWN_AS_NOTHING for each in text
    )


def parse(content: bytes | str, wanted: type[Wanted]) -> Wanted:
    """A body as the struct that an operation declares. Raises `BadRequest`, which says what is wrong with
    which name. Nothing at all is an empty object."""
    if len(content) > LARGEST_BODY:
        raise BadRequest("The request is too large.")
    return convert(json_object(content) if content else {}, wanted)


def convert(found: Mapping[str, object], wanted: type[Wanted]) -> Wanted:
    """A JSON object as a struct. Raises `BadRequest`."""
    try:
        return msgspec.convert(found, wanted)
    except msgspec.ValidationError as error:
        raise BadRequest(_told(str(error))) from None


def parse_query(found: Mapping[str, str], wanted: type[Wanted]) -> Wanted:
    """What stands behind the question mark, as a struct: numbers are written in digits. Raises
    `BadRequest`."""
    numbers = {each.name for each in msgspec.structs.fields(wanted) if _is_number(each.type)}
    values: dict[str, object] = {}
    for name, text in found.items():
        if not _is_text(text):
            raise BadRequest(f"`{name}` is not valid text.")
        digits = text.isascii() and text.isdigit() and len(text) <= 9
        values[name] = int(text) if name in numbers and digits else composed(text)
    return convert(values, wanted)


def parse_headers(found: Mapping[str, str], wanted: type[Wanted]) -> Wanted:
    """Headers, whose names are in lower case, as a struct; an empty one is none. Raises `BadRequest`."""
    named = (each.encode_name for each in msgspec.structs.fields(wanted))
    given = {name: found.get(name.lower(), "").strip() for name in named}
    return convert({name: text for name, text in given.items() if text}, wanted)


def _is_text(text: str) -> bool:
    """Whether it can be written as UTF-8: half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_number(kind: object) -> bool:
    return kind is int or getattr(kind, "__origin__", None) is int


def _told(error: str) -> str:
    """What is wrong with which name, in a sentence for whoever calls."""
    if missing := re.match(_MISSING, error):
        inner = re.match(_PLACE, error)
        name = missing[1] if inner is None or not inner[3] else f"{inner[3]}.{missing[1]}"
        return f"`{name}` is missing."
    placed = re.match(_PLACE, error)
    if placed is None:
        return f"{error}."
    said, name = placed[1], placed[3]
    return f"`{name}`: {said[0].lower()}{said[1:]}."
