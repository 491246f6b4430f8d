"""Records of a nation's set-up that people know by name: paths, steps, kinds of membership, automations,
survey questions and their choices.

A parameter takes an id or a name. A name that fits one record means that record; one that fits several is
asked about, never guessed.
"""

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import Field

from nat.agent.tools.changing.planning import existing
from nat.agent.tools.parameters import Text
from nat.errors import BadRequest, RecordNotFound
from nat.nationbuilder import Document, NationBuilder, Record, spelling
from nat.wording import Worded

Named = Annotated[Text, Field(description="Id or name", max_length=255, coerce_numbers_to_str=True)]
"""A record by its id or its name."""

_SHOWN: Final = 10


def called(
    v2: NationBuilder,
    resource: str,
    given: str,
    what: str,
    *,
    name: str = "name",
    attributes: Iterable[str] = (),
    include: Iterable[str] = (),
) -> Document:
    """The record that an id or a name (in any case and spelling, or a part of it) means, as it is now. A
    number is an id, unless no record has it and one is called so. Raises `RecordNotFound`, and `BadRequest`
    when several fit."""
    missing: RecordNotFound | None = None
    if is_id(given):
        try:
            return existing(v2, resource, given, what, attributes=attributes, include=include)
        except RecordNotFound as error:
            missing = error
    near = v2.read_all(
        resource, max_records=spelling.COMPARED_AT_MOST, filters=spelling.containing(given, name)
    )
    if missing is not None and not near.records:
        raise missing
    found = one_of(near.records, given, what, name=name)
    return existing(v2, resource, found.id, what, attributes=attributes, include=include)


def one_of(records: Iterable[Record], given: str, what: str, *, name: str = "name") -> Record:
    """The one of these records that an id or a name means. Raises as `called` does."""
    known = list(records)
    wanted = spelling.folded(given)
    by_id = [each for each in known if is_id(given) and each.id == given]
    exact = [each for each in known if spelling.folded(each.text(name)) == wanted]
    fitting = by_id or exact or [each for each in known if wanted in spelling.folded(each.text(name))]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise BadRequest(Worded("refused.several_fit", given=given, names=_names(fitting, name)))
    there = f" There are: {_names(known, name)}." if known else ""
    raise RecordNotFound(f"NationBuilder has no {what} “{given}”.{there}")


def is_id(given: str) -> bool:
    """Whether a text is an id, not a name."""
    return given.isascii() and given.isdecimal() and len(given) <= 18


def _names(records: list[Record], name: str) -> str:
    shown = ", ".join(f"“{each.text(name)}” (id {each.id})" for each in records[:_SHOWN])
    more = len(records) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
