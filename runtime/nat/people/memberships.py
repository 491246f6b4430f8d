"""Memberships: person × nation, with the role. Nothing else says what a person may do in a nation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nat.aws.items import decode, encode, moment
from nat.errors import NotAMember
from nat.names import Table
from nat.roles import Role
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef


@dataclass(frozen=True)
class Membership:
    """One person in one nation."""

    user_id: str
    nation_slug: str
    role: Role
    created_at: datetime


class Memberships:
    """Membership rows, and entries of transactions that change them only as they were seen.

    `put` and `remove` ask nothing: they are for who makes a nation anew or takes one away. What people do to
    each other's memberships goes through `nat.people.members` and `nat.people.ownership`.
    """

    def __init__(self, client: "DynamoDBClient", tables: TableNames) -> None:
        self._client = client
        self.table = tables[Table.MEMBERSHIPS]

    def get(self, user_id: str, nation_slug: str) -> Membership | None:
        """One membership, strongly consistent: a role that was taken away is gone at the next call."""
        found = self._client.get_item(
            TableName=self.table,
            Key=encode({"user_id": user_id, "nation_slug": nation_slug}),
            ConsistentRead=True,
        )
        return _membership(decode(found["Item"])) if "Item" in found else None

    def require(self, user_id: str, nation_slug: str) -> Membership:
        """One membership. Raises `NotAMember`."""
        membership = self.get(user_id, nation_slug)
        if membership is None:
            raise NotAMember
        return membership

    def of_user(self, user_id: str) -> list[Membership]:
        """Every nation of a person, by slug, strongly consistent."""
        return [
            _membership(item)
            for item in self._pages(
                KeyConditionExpression="user_id = :user",
                ExpressionAttributeValues=encode({":user": user_id}),
                ConsistentRead=True,
            )
        ]

    def of_nation(self, nation_slug: str) -> list[Membership]:
        """Every person of a nation, by user id. From an index, so a moment behind."""
        return [
            _membership(item)
            for item in self._pages(
                IndexName="by_nation",
                KeyConditionExpression="nation_slug = :slug",
                ExpressionAttributeValues=encode({":slug": nation_slug}),
            )
        ]

    def put(self, membership: Membership) -> None:
        """Store a membership, or change its role."""
        self._client.put_item(
            TableName=self.table,
            Item=_item(membership),
        )

    def remove(self, user_id: str, nation_slug: str) -> None:
        """End a membership; nothing happens if there is none."""
        self._client.delete_item(
            TableName=self.table, Key=encode({"user_id": user_id, "nation_slug": nation_slug})
        )

    def adding(self, membership: Membership) -> "TransactWriteItemTypeDef":
        """Entry that makes a membership; fails if the person has one."""
        return {
            "Put": {
                "TableName": self.table,
                "Item": _item(membership),
                "ConditionExpression": "attribute_not_exists(user_id)",
            }
        }

    def giving(self, membership: Membership, role: Role) -> "TransactWriteItemTypeDef":
        """Entry that gives another role; fails if the role is no longer that of `membership`."""
        return {
            "Update": {
                "TableName": self.table,
                "Key": _key(membership),
                "UpdateExpression": "SET #role = :new",
                "ConditionExpression": "#role = :seen",
                "ExpressionAttributeNames": {"#role": "role"},
                "ExpressionAttributeValues": encode({":new": role.value, ":seen": membership.role.value}),
            }
        }

    def ending(self, membership: Membership) -> "TransactWriteItemTypeDef":
        """Entry that ends a membership; fails if the role is no longer that of `membership`."""
        return {
            "Delete": {
                "TableName": self.table,
                "Key": _key(membership),
                "ConditionExpression": "#role = :seen",
                "ExpressionAttributeNames": {"#role": "role"},
                "ExpressionAttributeValues": encode({":seen": membership.role.value}),
            }
        }

    def having(self, user_id: str, nation_slug: str, least: Role) -> "TransactWriteItemTypeDef":
        """Entry that fails unless the person has the role, or a higher one, at that moment."""
        enough = {f":{each.value}": each.value for each in Role if each.at_least(least)}
        return {
            "ConditionCheck": {
                "TableName": self.table,
                "Key": encode({"user_id": user_id, "nation_slug": nation_slug}),
                "ConditionExpression": f"#role IN ({', '.join(enough)})",
                "ExpressionAttributeNames": {"#role": "role"},
                "ExpressionAttributeValues": encode(enough),
            }
        }

    def _pages(self, **query: Any) -> Iterator[dict[str, Any]]:
        for page in self._client.get_paginator("query").paginate(TableName=self.table, **query):
            for item in page["Items"]:
                yield decode(item)


def _key(membership: Membership) -> "dict[str, AttributeValueTypeDef]":
    return encode({"user_id": membership.user_id, "nation_slug": membership.nation_slug})


def _item(membership: Membership) -> "dict[str, AttributeValueTypeDef]":
    return encode(
        {
            "user_id": membership.user_id,
            "nation_slug": membership.nation_slug,
            "role": membership.role.value,
            "created_at": membership.created_at,
        }
    )


def _membership(item: dict[str, Any]) -> Membership:
    return Membership(item["user_id"], item["nation_slug"], Role(item["role"]), moment(item["created_at"]))
