"""What is particular to each type: required and derived attributes, follow-ups, what a deletion takes along.

Everything else about a type is in the schema. A type without an entry has no rules of its own.
"""

from typing import Final

from local.nationbuilder.rules import events, membership, money, pages, paths, people, tags
from local.nationbuilder.rules.change import Change, Rules, Writes

RULES: Final[dict[str, Rules]] = {
    **people.RULES,
    **tags.RULES,
    **money.RULES,
    **pages.RULES,
    **events.RULES,
    **paths.RULES,
    **membership.RULES,
}

NO_RULES: Final = Rules()

__all__ = ["NO_RULES", "RULES", "Change", "Rules", "Writes"]
