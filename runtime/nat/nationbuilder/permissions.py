"""What NationBuilder refuses a person, tried out with their own token."""

from functools import partial

from nat.errors import PermissionDenied, QueryRejected, RecordNotFound
from nat.nationbuilder.areas import AREAS, Area
from nat.nationbuilder.client import NationBuilder
from nat.parallel import together


def refused_areas(v2: NationBuilder) -> frozenset[str]:
    """The areas that NationBuilder refuses the person whose token `v2` has, by one small read of each.

    Raises errors of the `NationBuilderError` family when a read neither worked nor was refused: what is not
    known is not guessed.
    """
    answers = together([partial(_is_refused, v2, area) for area in AREAS.values()])
    return frozenset(name for name, refused in zip(AREAS, answers, strict=True) if refused)


def _is_refused(v2: NationBuilder, area: Area) -> bool:
    try:
        v2.index(area.probe, page_size=1)
    except PermissionDenied:
        return True
    except (QueryRejected, RecordNotFound):
        return False  # the nation has no such thing, so nothing can be seen of it either
    return False
