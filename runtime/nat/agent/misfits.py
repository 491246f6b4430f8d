"""Why an argument does not fit its tool's schema, told to a person who edited it on a card.

The model reads pydantic's own words; this says the same with a key, so that clients say it in their language.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from nat.agent.tools.parameters import AMOUNT, DAY, SLUG
from nat.wording import Worded, field_name

_WANTED: Final[Mapping[str, Callable[[Mapping[str, Any]], Worded]]] = {
    "string_too_short": lambda _: Worded("refused.want_some_text"),
    "string_too_long": lambda limits: Worded("refused.want_text", most=limits["max_length"]),
    "too_long": lambda limits: Worded("refused.want_text", most=limits["max_length"]),
    "greater_than_equal": lambda limits: Worded("refused.want_at_least", least=limits["ge"]),
    "less_than_equal": lambda limits: Worded("refused.want_at_most", most=limits["le"]),
    "string_pattern_mismatch": lambda limits: Worded(_SPELT[limits["pattern"]]),
    DAY: lambda _: Worded("refused.want_day"),
}
"""By pydantic's type of an error; the function is given what the error says of the limit. A bound that is
looked at behind a validator of our own says `too_long` for a text as well."""
_SPELT: Final[Mapping[str, str]] = {SLUG: "refused.want_slug", AMOUNT: "refused.want_amount"}


def misfit(problem: ErrorDetails) -> Worded:
    """What a value that can be edited should have been. `problem` is pydantic's, of one argument."""
    field = field_name(str(problem["loc"][0]))
    wanted = _WANTED.get(problem["type"])
    if wanted is None:
        return Worded("refused.misfit", field=field)
    return Worded("refused.field_wants", field=field, wanted=wanted(problem.get("ctx", {})))
