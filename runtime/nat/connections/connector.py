"""By whom and when a nation's NationBuilder was connected: calls act in NationBuilder as that person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nat.aws.items import moment
from nat.aws.store import Store
from nat.aws.writes import Delete, Put
from nat.ids import NationSlug, UserId
from nat.names import Table

ITEM: Final = "connected#nationbuilder"


@dataclass(frozen=True)
class Connector:
    """One connection. `user_id` is the person in Nat, `signup_id` and `name` are theirs in NationBuilder,
    `refused` the areas (`nat.nationbuilder.areas`) that it refuses them: there Nat works for nobody."""

    nation_slug: NationSlug
    user_id: UserId
    signup_id: str
    name: str | None
    at: datetime
    refused: frozenset[str] = frozenset()


class ConnectorRows:
    """One row a nation, in Connections."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, nation_slug: NationSlug) -> Connector | None:
        """Who connected the nation, strongly consistent; None if nobody has, or an operator did."""
        item = self._store.get(Table.CONNECTIONS, _key(nation_slug))
        if item is None:
            return None
        return Connector(
            nation_slug,
            item["user_id"],
            item["signup_id"],
            item.get("name"),
            moment(item["connected_at"]),
            frozenset(item.get("refused", ())),
        )

    def put(self, connected: Connector) -> None:
        """Store the newest connection in place of an earlier one."""
        self._store.write(
            Put(
                Table.CONNECTIONS,
                {
                    **_key(connected.nation_slug),
                    "user_id": connected.user_id,
                    "signup_id": connected.signup_id,
                    "name": connected.name,
                    "connected_at": connected.at,
                    "refused": sorted(connected.refused) or None,
                },
            )
        )

    def remove(self, nation_slug: NationSlug) -> None:
        """The nation is not connected any more."""
        self._store.write(Delete(Table.CONNECTIONS, _key(nation_slug)))


def _key(nation_slug: NationSlug) -> dict[str, str]:
    return {"nation_slug": nation_slug, "item": ITEM}
