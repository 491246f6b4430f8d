"""Records of a nation's set-up that people know by name: paths, steps, kinds of membership, automations,
survey questions and their choices.

A parameter takes an id or a name. A name that fits one record means that record; one that fits several is
asked about, never guessed.
"""

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import Field

from nat.agent.tools.parameters import Text
from nat.errors import BadRequest, RecordNotFound
from nat.nationbuilder import Filters, NationBuilder, Record, spelling, where
from nat.wording import Worded

Named = Annotated[Text, Field(description="Id or name", max_length=255, coerce_numbers_to_str=True)]
"""A record by its id or its name."""

_SHOWN: Final = 10


def id_of(
    v2: NationBuilder,
    resource: str,
    given: str,
    what: str,
    *,
    name: str = "name",
    filters: Filters | None = None,
) -> str:
    """The id of the record that an id or a name (in any case, or a part of it) means; an id is taken as it
    is. Raises `RecordNotFound`, and `BadRequest` when several fit."""
    if is_id(given):
        return given
    wanted = {**(filters or {}), name: where("match", given)}
    return one_of(v2.index(resource, filters=wanted).records, given, what, name=name).id


def one_of(records: Iterable[Record], given: str, what: str, *, name: str = "name") -> Record:
    """The one of these records that an id or a name means. Raises as `id_of` does."""
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
