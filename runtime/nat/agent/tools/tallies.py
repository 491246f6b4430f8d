"""Counting records per value of an attribute. V2 counts what a filter finds, but cannot group."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from nat.nationbuilder import PAGE_SIZE, Filters, NationBuilder, together


def tally(
    nation: NationBuilder,
    resource: str,
    attribute: str,
    values: Sequence[str],
    filters: Filters | None = None,
) -> Mapping[str, int]:
    """How many records carry each value of a foreign key, by whichever needs fewer requests: reading them
    all, or one count for each value."""
    if not values:
        return {}
    wanted: Filters = {**(filters or {}), attribute: list(values)}
    first = nation.index(resource, filters=wanted, fields={resource: (attribute,)}, count=True)
    if first.complete:
        return Counter(each.text(attribute) for each in first.records)
    if first.total is not None and first.total // PAGE_SIZE < len(values):
        reading = nation.read_all(
            resource, max_records=first.total, filters=wanted, fields={resource: (attribute,)}
        )
        if reading.complete:
            return Counter(each.text(attribute) for each in reading.records)
    counts = together(
        [partial(nation.count, resource, {**(filters or {}), attribute: value}) for value in values]
    )
    return dict(zip(values, counts, strict=True))
