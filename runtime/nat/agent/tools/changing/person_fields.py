"""Which fields of a person may be changed, and what a value of each looks like.

Left out of the writable attributes of V2: totals and dates that NationBuilder derives from donations, pledges
and recruiting (never written, API facts §15), district and voter-file columns, identifiers of other systems.
"""

import math
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import partial
from typing import Final, Literal, cast

from nat.errors import BadRequest
from nat.nationbuilder import NationBuilder, spelling
from nat.wording import Worded, field_name

ADDRESSES: Final = (
    "home_address", "mailing_address", "work_address", "registered_address", "billing_address",
    "user_submitted_address",
)  # fmt: skip
ADDRESS_PARTS: Final = ("address1", "address2", "address3", "city", "state", "zip", "county", "country_code")
CUSTOM: Final = "custom_values"

_LONGEST: Final = 10_000


def _text(value: object, longest: int = 255) -> str | None:
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(Worded("refused.want_text", most=longest))
    return unicodedata.normalize("NFC", value).strip() or None


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(Worded("refused.want_flag"))
    return value


def _number(value: object, least: int, most: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(Worded("refused.want_number", least=least, most=most))
    return value


def _primary_email(value: object) -> int:
    if value not in (1, 2, 3, 4) or isinstance(value, bool):
        raise ValueError(Worded("refused.want_place"))
    return int(value)


def _person(value: object) -> str | None:
    if value is None:
        return None
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal():
        raise ValueError(Worded("refused.want_person"))
    return text


def _day(value: object) -> str | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(cast(str, value)).isoformat()
    except (TypeError, ValueError):
        raise ValueError(Worded("refused.want_date")) from None


def _email(value: object) -> str | None:
    text = None if value is None else spelling.address(_text(value) or "") or None
    if text is not None and ("@" not in text or any(each.isspace() for each in text)):
        raise ValueError(Worded("refused.want_email"))
    return text


def _sex(value: object) -> str | None:
    if value not in ("M", "F", "O", None):
        raise ValueError(Worded("refused.want_sex"))
    return None if value is None else str(value)


def _nullable(read: Callable[[object], object], value: object) -> object:
    return None if value is None else read(value)


Reader = Callable[[object], object]

_TEXT: Final[Reader] = partial(_nullable, _text)
_LONG: Final[Reader] = partial(_nullable, partial(_text, longest=_LONGEST))
_LEVEL: Final[Reader] = partial(_number, least=1, most=5)

FIELDS: Final[Mapping[str, Reader]] = {
    **dict.fromkeys(
        (
            "first_name", "middle_name", "last_name", "prefix", "suffix", "legal_name", "phone_number",
            "mobile_number", "work_phone_number", "fax_number", "employer", "occupation", "language", "party",
            "previous_party", "religion", "ethnicity", "marital_status", "availability", "phone_time",
        ),
        _TEXT,
    ),
    **dict.fromkeys(("note", "profile_headline", "profile_content"), _LONG),
    **dict.fromkeys(("email", "email1", "email2", "email3", "email4"), _email),
    **dict.fromkeys(
        (
            "email_opt_in", "mobile_opt_in", "do_not_call", "do_not_contact", "is_volunteer", "is_supporter",
            "is_prospect", "is_fundraiser", "is_deceased", "is_mobile_bad", "email1_is_bad", "email2_is_bad",
            "email3_is_bad", "email4_is_bad", "party_member", "is_profile_private",
        ),
        _flag,
    ),
    **dict.fromkeys(("support_level", "inferred_support_level"), _LEVEL),
    **dict.fromkeys(("recruiter_id", "parent_id"), _person),
    **dict.fromkeys(("born_at", "registered_at"), _day),
    "priority_level": partial(_number, least=0, most=100),
    "primary_email_id": _primary_email,
    "sex": _sex,
}  # fmt: skip
"""Attributes of one person that may be changed, with how a value of each is read."""

BULK_FIELDS: Final = frozenset(
    [
        "support_level", "priority_level", "is_volunteer", "is_supporter", "is_prospect", "email_opt_in",
        "mobile_opt_in", "do_not_call", "do_not_contact", "recruiter_id", CUSTOM,
    ]
)  # fmt: skip
"""What may be set for many people at once: nothing that is somebody's own, such as a name or an address."""


def read_changes(given: Mapping[str, object], allowed: Collection[str] | None = None) -> dict[str, object]:
    """Changes as a model gives them, flat and checked: `home_address: {city: …}` becomes `home_address.city`.

    Raises `BadRequest`, naming everything that is wrong and what would be right.
    """
    known = [*FIELDS, *ADDRESSES, CUSTOM]
    permitted = [each for each in known if allowed is None or each in allowed]
    changes: dict[str, object] = {}
    problems: list[Worded] = []
    for name, value in given.items():
        if name not in permitted:
            problems.append(Worded("refused.field_fixed", field=field_name(name)))
            continue
        try:
            changes |= _read(name, value)
        except ValueError as error:
            problems.append(Worded("refused.field_wants", field=field_name(name), wanted=error.args[0]))
    if problems:
        raise BadRequest(Worded("refused.fields", problems=problems, fields=", ".join(permitted)))
    if not changes:
        raise BadRequest(Worded("refused.no_fields", fields=", ".join(permitted)))
    return changes


def check_references(v2: NationBuilder, changes: Mapping[str, object]) -> None:
    """Custom fields and people that the changes name must exist. Raises `BadRequest`."""
    check_custom_fields(v2, changes, "Signup")
    people = {str(changes[name]) for name in ("recruiter_id", "parent_id") if changes.get(name)}
    if people:
        found = v2.find("signups", people, fields={"signups": ("full_name",)})
        for person_id in sorted(people - set(found)):
            raise BadRequest(Worded("refused.no_person", person=person_id))


def check_custom_fields(
    v2: NationBuilder, changes: Mapping[str, object], owner: Literal["Signup", "Donation"]
) -> None:
    """Custom fields that the changes name must exist for people, or for donations. Raises `BadRequest`."""
    slugs = [name.partition(".")[2] for name in changes if name.startswith(f"{CUSTOM}.")]
    if not slugs:
        return
    fields = v2.read_all("custom_fields", filters={"resource_type": owner})
    known = [each.text("slug") for each in fields.records]
    for slug in slugs:
        if slug not in known:
            raise BadRequest(Worded("refused.no_custom_field", field=slug, fields=", ".join(known)))


def read_custom_values(value: object) -> dict[str, object]:
    """Custom values, flat: `{"shirt_size": "M"}` becomes `custom_values.shirt_size`. Raises `BadRequest`."""
    try:
        return _read(CUSTOM, value)
    except ValueError as error:
        raise BadRequest(f"`{CUSTOM}`: {error}.") from None


def _read(name: str, value: object) -> dict[str, object]:
    if name == CUSTOM:
        return {f"{name}.{slug}": each for slug, each in _custom(value).items()}
    if name in ADDRESSES:
        return {f"{name}.{part}": each for part, each in _address(value).items()}
    return {name: FIELDS[name](value)}


def _custom(value: object) -> dict[str, object]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError("an object of slugs with their values")
    for slug, each in value.items():
        if not slug or "." in slug or not _is_plain(each):
            raise ValueError("an object of slugs with a text, number, true, false or null each")
    return {slug: None if each == "" else each for slug, each in value.items()}


def _is_plain(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int)


def _address(value: object) -> dict[str, str | None]:
    if not isinstance(value, Mapping) or not value or not set(value) <= set(ADDRESS_PARTS):
        raise ValueError(f"an object with some of {', '.join(ADDRESS_PARTS)}")
    return {part: None if each is None else _text(each) for part, each in value.items()}
