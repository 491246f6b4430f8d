"""Whether a nation is connected to NationBuilder, in its record; every change of that is announced once."""

import hashlib
from datetime import datetime

from boto3.dynamodb.conditions import Attr, ConditionBase

from nat.aws.store import Cancelled, Store
from nat.aws.writes import Update
from nat.connections.outbox import Outbox
from nat.ids import NationSlug
from nat.names import REFRESH_BUCKETS, Bus, Table
from nat.nations.record import Nations


class NbStatus:
    """The connection's fields of nation records that the client's credentials reach."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._nations = Nations(store)
        self._announcements = Outbox(store)

    def app_of(self, nation_slug: NationSlug) -> str | None:
        """The app that the nation was connected with, as its record names it."""
        nation = self._nations.get(nation_slug)
        return None if nation is None else nation.nb_app

    def connected(self, nation_slug: NationSlug, expires_at: datetime, *, app: str | None = None) -> bool:
        """NationBuilder accepts the nation's tokens, which end at `expires_at`; True if that is news.

        `app` names the app of the connection, if it was just made. A nation without a record stays so.
        """
        changes: dict[str, object] = {
            "nb_connected": True,
            "nb_needs_reauth": False,
            "nb_token_expires_at": expires_at,
            "refresh_bucket": refresh_bucket(nation_slug),
        }
        if app is not None:
            changes["nb_app"] = app
        expected = {"nb_connected": True, "nb_needs_reauth": False}
        if self._nations.update(nation_slug, changes, expected=expected) is not None:
            return False
        news = (
            Attr("nb_needs_reauth").eq(True)
            | Attr("nb_connected").ne(True)
            | Attr("nb_needs_reauth").not_exists()
        )
        return self._announced(nation_slug, changes, news, Bus.NATION_CONNECTED, {})

    def needs_reauth(self, nation_slug: NationSlug, reason: str) -> bool:
        """Somebody has to connect the nation anew; True if that is news.

        `reason` is a code for logs and notices. The nation leaves the index of what is due to be refreshed.
        """
        return self._announced(
            nation_slug,
            {"nb_needs_reauth": True, "refresh_bucket": None},
            Attr("nb_needs_reauth").ne(True) | Attr("nb_needs_reauth").not_exists(),
            Bus.NATION_NEEDS_REAUTH,
            {"reason": reason},
        )

    def disconnected(self, nation_slug: NationSlug) -> bool:
        """The nation has no tokens any more, because a person took them away; True if that is news."""
        return self._announced(
            nation_slug,
            {
                "nb_connected": False,
                "nb_needs_reauth": False,
                "nb_token_expires_at": None,
                "refresh_bucket": None,
                "nb_app": None,
            },
            Attr("nb_connected").eq(True) | Attr("nb_needs_reauth").eq(True),
            Bus.NATION_DISCONNECTED,
            {},
        )

    def _announced(
        self,
        nation_slug: NationSlug,
        changes: dict[str, object],
        news: ConditionBase,
        event: Bus,
        about: dict[str, object],
    ) -> bool:
        """Change the record and make the announcement, both or none. False if it is no news."""
        changed = Update(
            Table.NATIONS,
            {"nation_slug": nation_slug},
            set={**changes, "updated_at": self._store.clock()},
            when=Attr("nation_slug").exists() & news,
        )
        try:
            self._store.transact([changed, self._announcements.entry(event, nation_slug, about)])
        except Cancelled:
            return False
        return True


def refresh_bucket(nation_slug: NationSlug) -> str:
    """The nation's partition of the index `by_refresh_due`."""
    digest = hashlib.sha256(nation_slug.encode()).digest()
    return f"{digest[0] % REFRESH_BUCKETS:02d}"


def update_nation_nb_status(
    nation_slug: NationSlug, status: NbStatus, *, expires_at: datetime | None, reason: str = ""
) -> bool:
    """Write into the record that the tokens are good until `expires_at`, or, with None, that somebody has to
    connect the nation anew for `reason`. True if that is news, which is then announced."""
    if expires_at is None:
        return status.needs_reauth(nation_slug, reason)
    return status.connected(nation_slug, expires_at)
