"""Counting records per value of an attribute. V2 counts what a filter finds, but cannot group."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from nat.nationbuilder import PAGE_SIZE, Filters, NationBuilder
from nat.parallel import together


def tally(
    v2: NationBuilder,
    resource: str,
    attribute: str,
    values: Sequence[str],
    filters: Filters | None = None,
) -> Mapping[str, int]:
    """How many records carry each value of a foreign key, by whichever needs fewer requests: reading them
    all, or one count for each value."""
    if not values:
        return {}
    pages = v2.pages(
        resource,
        max_records=(len(values) + 1) * PAGE_SIZE,
        filters={**(filters or {}), attribute: list(values)},
        fields={resource: (attribute,)},
    )
    first = next(pages)
    if first.total is not None and first.total <= (len(values) + 1) * PAGE_SIZE:
        records = {each.id: each for page in (first, *pages) for each in page.records}
        if len(records) >= first.total:
            return Counter(each.text(attribute) for each in records.values())
    counts = together(
        [partial(v2.count, resource, {**(filters or {}), attribute: value}) for value in values]
    )
    return dict(zip(values, counts, strict=True))
