"""Users: one row per person of the user pool, whatever nations they belong to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from nat.aws.items import decode, encode, epoch_ms, moment
from nat.aws.transactions import condition_failed
from nat.names import Table
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


BATCH: Final = 100
"""Keys that one BatchGetItem may name (DynamoDB's limit)."""


@dataclass(frozen=True)
class User:
    """A person. `nation_slug` is the primary nation; roles are in memberships alone.

    `email` is the address that the person's last session proved (`nat.people.proven_email`); it is absent
    until one does.
    """

    user_id: str
    created_at: datetime
    last_active_at: datetime
    email: str | None = None
    nation_slug: str | None = None
    last_query_at: datetime | None = None


class Users:
    """User rows, and the cooldown between a person's questions."""

    def __init__(self, client: "DynamoDBClient", tables: TableNames) -> None:
        self._client = client
        self.table = tables[Table.USERS]

    def get(self, user_id: str) -> User | None:
        """One person, strongly consistent."""
        found = self._client.get_item(
            TableName=self.table, Key=encode({"user_id": user_id}), ConsistentRead=True
        )
        return _user(decode(found["Item"])) if "Item" in found else None

    def seen(self, user_id: str, *, email: str | None, now: datetime) -> User:
        """Note that the person is here; creates the row at their first call. `email` is an address that their
        session proves; without one, the last that was proven is kept."""
        sets = ["#created = if_not_exists(#created, :now)", "#active = :now"]
        names = {"#created": "created_at", "#active": "last_active_at"}
        values: dict[str, Any] = {":now": now}
        if email:
            sets.append("#email = :email")
            names["#email"] = "email"
            values[":email"] = email.strip().lower()
        answer = self._client.update_item(
            TableName=self.table,
            Key=encode({"user_id": user_id}),
            UpdateExpression="SET " + ", ".join(sets),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=encode(values),
            ReturnValues="ALL_NEW",
        )
        return _user(decode(answer["Attributes"]))

    def get_many(self, user_ids: Iterable[str]) -> dict[str, User]:
        """The people who have a row, by id; a moment behind."""
        wanted = sorted(set(user_ids))
        found: dict[str, User] = {}
        for start in range(0, len(wanted), BATCH):
            keys: Any = [encode({"user_id": each}) for each in wanted[start : start + BATCH]]
            while keys:
                answer = self._client.batch_get_item(RequestItems={self.table: {"Keys": keys}})
                for item in answer["Responses"].get(self.table, []):
                    user = _user(decode(item))
                    found[user.user_id] = user
                left = answer.get("UnprocessedKeys", {}).get(self.table)
                keys = left["Keys"] if left else []
        return found

    def linking(self, user_id: str, nation_slug: str, now: datetime) -> "TransactWriteItemTypeDef":
        """Entry that makes a nation the person's primary one, whatever was before; makes the row if need
        be."""
        return {
            "Update": {
                "TableName": self.table,
                "Key": encode({"user_id": user_id}),
                "UpdateExpression": (
                    "SET nation_slug = :slug, #created = if_not_exists(#created, :now),"
                    " #active = if_not_exists(#active, :now)"
                ),
                "ExpressionAttributeNames": {"#created": "created_at", "#active": "last_active_at"},
                "ExpressionAttributeValues": encode({":slug": nation_slug, ":now": now}),
            }
        }

    def unlink(self, user_id: str, nation_slug: str) -> None:
        """Leave the person without a primary nation if it is this one."""
        try:
            self._client.update_item(
                TableName=self.table,
                Key=encode({"user_id": user_id}),
                UpdateExpression="REMOVE nation_slug",
                ConditionExpression="nation_slug = :slug",
                ExpressionAttributeValues=encode({":slug": nation_slug}),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def begin_query(self, user_id: str, now: datetime, cooldown: timedelta) -> "TransactWriteItemTypeDef":
        """Entry of a transaction: the person asks now. The condition fails within the last one's cooldown."""
        return {
            "Update": {
                "TableName": self.table,
                "Key": encode({"user_id": user_id}),
                "UpdateExpression": (
                    "SET #ms = :ms, #at = :now, #active = :now, #created = if_not_exists(#created, :now)"
                ),
                "ConditionExpression": "attribute_not_exists(#ms) OR #ms <= :before",
                "ExpressionAttributeNames": {
                    "#ms": "last_query_ms",
                    "#at": "last_query_at",
                    "#active": "last_active_at",
                    "#created": "created_at",
                },
                "ExpressionAttributeValues": encode(
                    {":ms": epoch_ms(now), ":now": now, ":before": epoch_ms(now - cooldown)}
                ),
            }
        }


def _user(item: dict[str, Any]) -> User:
    queried = item.get("last_query_at")
    return User(
        user_id=item["user_id"],
        created_at=moment(item["created_at"]),
        last_active_at=moment(item["last_active_at"]),
        email=item.get("email"),
        nation_slug=item.get("nation_slug"),
        last_query_at=None if queried is None else moment(queried),
    )
