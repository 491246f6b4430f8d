"""Whether a nation is connected to NationBuilder, in its record; every change of that is announced once."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nat.aws.items import encode
from nat.aws.store import Store
from nat.aws.transactions import Cancelled, write
from nat.connections.outbox import Outbox
from nat.names import REFRESH_BUCKETS, Bus, Table
from nat.nations.record import Nations
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


class NbStatus:
    """The connection's fields of nation records that the client's credentials reach."""

    def __init__(self, client: "DynamoDBClient", tables: TableNames, now: Callable[[], datetime]) -> None:
        self._client = client
        self._table = tables[Table.NATIONS]
        self._nations = Nations(Store(client, tables))
        self._announcements = Outbox(client, tables, now)
        self._now = now

    def app_of(self, nation_slug: str) -> str | None:
        """The app that the nation was connected with, as its record names it."""
        nation = self._nations.get(nation_slug)
        return None if nation is None else nation.nb_app

    def connected(self, nation_slug: str, expires_at: datetime, *, app: str | None = None) -> bool:
        """NationBuilder accepts the nation's tokens, which end at `expires_at`; True if that is news.

        `app` names the app of the connection, if it was just made. A nation without a record stays so.
        """
        changes: dict[str, Any] = {
            "nb_connected": True,
            "nb_needs_reauth": False,
            "nb_token_expires_at": expires_at,
            "refresh_bucket": refresh_bucket(nation_slug),
        }
        if app is not None:
            changes["nb_app"] = app
        expected = {"nb_connected": True, "nb_needs_reauth": False}
        if self._nations.update(nation_slug, changes, expected=expected, now=self._now()) is not None:
            return False
        news = "nb_needs_reauth = :true OR nb_connected <> :true OR attribute_not_exists(nb_needs_reauth)"
        return self._announced(
            nation_slug, changes, f"attribute_exists(nation_slug) AND ({news})", Bus.NATION_CONNECTED, {}
        )

    def needs_reauth(self, nation_slug: str, reason: str) -> bool:
        """Somebody has to connect the nation anew; True if that is news.

        `reason` is a code for logs and notices. The nation leaves the index of what is due to be refreshed.
        """
        return self._announced(
            nation_slug,
            {"nb_needs_reauth": True, "refresh_bucket": None},
            "attribute_exists(nation_slug)"
            " AND (nb_needs_reauth <> :true OR attribute_not_exists(nb_needs_reauth))",
            Bus.NATION_NEEDS_REAUTH,
            {"reason": reason},
        )

    def disconnected(self, nation_slug: str) -> bool:
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
            "attribute_exists(nation_slug) AND (nb_connected = :true OR nb_needs_reauth = :true)",
            Bus.NATION_DISCONNECTED,
            {},
        )

    def _announced(
        self, nation_slug: str, changes: dict[str, Any], condition: str, event: Bus, about: dict[str, Any]
    ) -> bool:
        """Change the record and make the announcement, both or none. False if the condition fails."""
        new = {**changes, "updated_at": self._now()}
        sets = [f"{name} = :{name}" for name, value in new.items() if value is not None]
        removes = [name for name, value in new.items() if value is None]
        values = {f":{name}": value for name, value in new.items() if value is not None}
        update = f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(removes)}" if removes else "")
        changed: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self._table,
                "Key": encode({"nation_slug": nation_slug}),
                "UpdateExpression": update,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": encode({**values, ":true": True}),
            }
        }
        try:
            write(self._client, [changed, self._announcements.entry(event, nation_slug, about)])
        except Cancelled:
            return False
        return True


def refresh_bucket(nation_slug: str) -> str:
    """The nation's partition of the index `by_refresh_due`."""
    digest = hashlib.sha256(nation_slug.encode()).digest()
    return f"{digest[0] % REFRESH_BUCKETS:02d}"


def update_nation_nb_status(
    nation_slug: str, status: NbStatus, *, expires_at: datetime | None, reason: str = ""
) -> bool:
    """Write into the record that the tokens are good until `expires_at`, or, with None, that somebody has to
    connect the nation anew for `reason`. True if that is news, which is then announced."""
    if expires_at is None:
        return status.needs_reauth(nation_slug, reason)
    return status.connected(nation_slug, expires_at)
