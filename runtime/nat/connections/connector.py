"""By whom and when a nation's NationBuilder was connected: calls act in NationBuilder as that person."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from nat.aws.items import decode, encode, moment, timestamp
from nat.names import Table
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ITEM: Final = "connected#nationbuilder"


@dataclass(frozen=True)
class Connector:
    """One connection. `user_id` is the person in Nat, `signup_id` and `name` are theirs in NationBuilder."""

    nation_slug: str
    user_id: str
    signup_id: str
    name: str | None
    at: datetime

    def as_body(self) -> dict[str, Any]:
        """What members are told."""
        return {
            "user_id": self.user_id,
            "signup_id": self.signup_id,
            "name": self.name,
            "at": timestamp(self.at),
        }


class ConnectorRows:
    """One row a nation, in Connections."""

    def __init__(self, client: "DynamoDBClient", tables: TableNames) -> None:
        self._client = client
        self._table = tables[Table.CONNECTIONS]

    def get(self, nation_slug: str) -> Connector | None:
        """Who connected the nation, strongly consistent; None if nobody has, or an operator did."""
        found = self._client.get_item(TableName=self._table, Key=_key(nation_slug), ConsistentRead=True)
        if "Item" not in found:
            return None
        item = decode(found["Item"])
        return Connector(
            nation_slug, item["user_id"], item["signup_id"], item.get("name"), moment(item["connected_at"])
        )

    def put(self, connected: Connector) -> None:
        """Store the newest connection in place of an earlier one."""
        self._client.put_item(
            TableName=self._table,
            Item=encode(
                {
                    "nation_slug": connected.nation_slug,
                    "item": ITEM,
                    "user_id": connected.user_id,
                    "signup_id": connected.signup_id,
                    "name": connected.name,
                    "connected_at": connected.at,
                }
            ),
        )

    def remove(self, nation_slug: str) -> None:
        """The nation is not connected any more."""
        self._client.delete_item(TableName=self._table, Key=_key(nation_slug))


def _key(nation_slug: str) -> Any:
    return encode({"nation_slug": nation_slug, "item": ITEM})
