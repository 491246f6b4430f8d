"""Billing's part of a nation's row: written in one place, in the order in which Stripe was read.

Two deliveries may read Stripe at the same time and write in the other order. So each reading takes a number
from the row before it asks Stripe (`billing_reads`), and a write holds only while no later reading has been
written (`billing_synced`). What happened to Stripe before a reading began is in that reading, so the last
written state is one that was read after the last event was known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from nat.aws.items import decode, encode, moment
from nat.aws.transactions import Cancelled, condition_failed, write
from nat.billing.entitlement import Entitlement
from nat.names import Table
from nat.nations.record import SubscriptionStatus
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_ATTRIBUTES: Final = {
    "status": "subscription_status",
    "plan": "subscription_plan",
    "queries_limit": "queries_limit",
    "customer_id": "stripe_customer_id",
    "subscription_id": "stripe_subscription_id",
    "past_due_until": "billing_past_due_until",
    "cancel_at": "billing_cancel_at",
    "trial_end": "billing_trial_end",
    "period_end": "billing_period_end",
}
"""Attributes of the row by fields of a standing. The period's start and the count belong to
`nations.usage`."""
_TIMES: Final = ("past_due_until", "cancel_at", "trial_end", "period_end")


@dataclass(frozen=True)
class Pending:
    """A change that is stored and not yet in the audit log. `id` names it there."""

    id: str
    summary: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class BillingRow:
    """Billing's part of the row. `reading` is the number that this reading of Stripe may write under."""

    nation_slug: str
    reading: int
    synced: int
    values: Mapping[str, Any]
    pending: tuple[Pending, ...] = ()
    owner: str | None = None
    being_deleted: bool = False

    @property
    def customer_id(self) -> str | None:
        """Stripe's customer."""
        found: str | None = self.values.get("customer_id")
        return found

    def differs(self, standing: Entitlement) -> bool:
        """Whether the row says something else."""
        return self.values != values_of(standing)


@dataclass(frozen=True)
class Write:
    """What one write does beside setting the standing."""

    pending: Pending | None = None
    entries: Sequence["TransactWriteItemTypeDef"] = field(default=())


class BillingRows:
    """Billing's part of the rows of all nations."""

    def __init__(self, client: "DynamoDBClient", tables: TableNames) -> None:
        self._client = client
        self._table = tables[Table.NATIONS]

    def begin(self, nation_slug: str) -> BillingRow | None:
        """The row, with the number of a new reading; `None` when the nation has no record."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=encode({"nation_slug": nation_slug}),
                UpdateExpression="SET #synced = if_not_exists(#synced, :zero) ADD #reads :one",
                ConditionExpression="attribute_exists(nation_slug)",
                ExpressionAttributeNames={"#synced": "billing_synced", "#reads": "billing_reads"},
                ExpressionAttributeValues=encode({":zero": 0, ":one": 1}),
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if condition_failed(error):
                return None
            raise
        item = decode(answer["Attributes"])
        return _row(item, item["billing_reads"])

    def read(self, nation_slug: str, reading: int = 0) -> BillingRow | None:
        """The row as it is, strongly consistent."""
        found = self._client.get_item(
            TableName=self._table, Key=encode({"nation_slug": nation_slug}), ConsistentRead=True
        )
        return _row(decode(found["Item"]), reading) if "Item" in found else None

    def write(self, row: BillingRow, standing: Entitlement, now: datetime, doing: Write) -> bool:
        """Store the standing of `row.reading`. False, and nothing changed, if the row was written since."""
        names = {"#synced": "billing_synced", "#updated": "updated_at"}
        given: dict[str, Any] = {":seen": row.synced, ":reading": row.reading}
        sets, removes = ["#synced = :reading"], []
        if row.differs(standing):
            sets.append("#updated = :now")
            given[":now"] = now
            for name, value in values_of(standing).items():
                names[f"#{name}"] = _ATTRIBUTES[name]
                if value is None:
                    removes.append(f"#{name}")
                else:
                    sets.append(f"#{name} = :{name}")
                    given[f":{name}"] = value
        else:
            del names["#updated"]
        if doing.pending is not None:
            names["#pending"] = "billing_unaudited"
            sets.append("#pending = list_append(if_not_exists(#pending, :none), :pending)")
            given |= {":none": [], ":pending": [vars(doing.pending)]}
        update: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self._table,
                "Key": encode({"nation_slug": row.nation_slug}),
                "UpdateExpression": "SET "
                + ", ".join(sets)
                + (f" REMOVE {', '.join(removes)}" if removes else ""),
                "ConditionExpression": "#synced = :seen AND #synced < :reading",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": encode(given),
            }
        }
        try:
            write(self._client, [update, *doing.entries])
        except Cancelled:
            return False
        return True

    def audited(self, nation_slug: str, pending: Pending) -> None:
        """The oldest pending change is in the audit log now; nothing happens if somebody else said so."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode({"nation_slug": nation_slug}),
                UpdateExpression="REMOVE #pending[0]",
                ConditionExpression="#pending[0].#id = :id",
                ExpressionAttributeNames={"#pending": "billing_unaudited", "#id": "id"},
                ExpressionAttributeValues=encode({":id": pending.id}),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def claim_owner(self, nation_slug: str, user_id: str) -> bool:
        """Note who subscribed the nation first. True for the first one, also when asked again."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode({"nation_slug": nation_slug}),
                UpdateExpression="SET #owner = :user",
                ConditionExpression="attribute_not_exists(#owner) OR #owner = :user",
                ExpressionAttributeNames={"#owner": "billing_subscriber"},
                ExpressionAttributeValues=encode({":user": user_id}),
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def by_subscription(self, customer_id: str, subscription_id: str) -> str | None:
        """The nation whose record names this subscription: one that came from before slugs were kept at
        Stripe. From an index, so a moment behind."""
        answer = self._client.query(
            TableName=self._table,
            IndexName="by_stripe_customer",
            KeyConditionExpression="stripe_customer_id = :customer",
            ExpressionAttributeValues=encode({":customer": customer_id}),
        )
        found = [
            each["nation_slug"]
            for each in map(decode, answer["Items"])
            if each.get("stripe_subscription_id") == subscription_id
        ]
        return found[0] if len(found) == 1 else None


def values_of(standing: Entitlement) -> dict[str, Any]:
    """The fields of a standing that the row keeps."""
    return {name: getattr(standing, name) for name in _ATTRIBUTES}


def _row(item: Mapping[str, Any], reading: int) -> BillingRow:
    values: dict[str, Any] = {name: item.get(attribute) for name, attribute in _ATTRIBUTES.items()}
    for name in _TIMES:
        values[name] = None if values[name] is None else moment(values[name])
    values["status"] = SubscriptionStatus(values["status"] or "none")
    return BillingRow(
        nation_slug=item["nation_slug"],
        reading=reading,
        synced=item.get("billing_synced", 0),
        values=values,
        pending=tuple(Pending(**each) for each in item.get("billing_unaudited", ())),
        owner=item.get("billing_subscriber"),
        being_deleted="being_deleted" in item,
    )
