"""A nation's trial is given once, also to one that was deleted and came back: what is kept of it then is a
hash of its slug, which tells nothing to who does not know the slug already."""

import hashlib

from nat.aws.store import Store
from nat.aws.writes import Put
from nat.ids import NationSlug
from nat.names import Table


class Trials:
    """Which slugs had their trial before their nation was deleted."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def used(self, nation_slug: NationSlug) -> bool:
        """Whether the trial was given to an earlier nation of this slug."""
        return self._store.get(Table.ONCE, _key(nation_slug)) is not None

    def use_up(self, nation_slug: NationSlug) -> None:
        """Keep that this slug had its trial. For good: the row does not end by itself."""
        self._store.write(Put(Table.ONCE, _key(nation_slug)))


def _key(nation_slug: NationSlug) -> dict[str, str]:
    return {"key": f"trial#{hashlib.sha256(nation_slug.encode()).hexdigest()}"}
