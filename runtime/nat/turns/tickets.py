"""One-time tickets that open a WebSocket: a browser cannot send headers there, and a URL ends up in logs.

A ticket is 32 random bytes; only its hash is stored. It is bound to a person and a nation, good for 60
seconds and for one connection: consuming it is a conditional delete, so of many at once one succeeds.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from nat.aws.items import decode, encode, epoch_ms
from nat.aws.transactions import condition_failed
from nat.errors import TicketInvalid
from nat.names import TTL_ATTRIBUTE, Table
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIFETIME: Final = timedelta(seconds=60)


@dataclass(frozen=True)
class TicketHolder:
    """Whom a ticket lets in, and for which nation."""

    user_id: str
    nation_slug: str


class Tickets:
    """Tickets in the Once table."""

    def __init__(self, client: "DynamoDBClient", tables: TableNames) -> None:
        self._client = client
        self._table = tables[Table.ONCE]

    def issue(self, holder: TicketHolder, now: datetime) -> str:
        """A new ticket for a person whose session and membership were checked."""
        ticket = secrets.token_urlsafe(32)
        expires = now + LIFETIME
        self._client.put_item(
            TableName=self._table,
            Item=encode(
                {
                    "key": _key(ticket),
                    "user_id": holder.user_id,
                    "nation_slug": holder.nation_slug,
                    "expires_ms": epoch_ms(expires),
                    TTL_ATTRIBUTE: int(expires.timestamp()) + 1,
                }
            ),
        )
        return ticket

    def consume(self, ticket: str, now: datetime) -> TicketHolder:
        """Use a ticket up. Raises `TicketInvalid` for one that is missing, used, stale or made up."""
        if not ticket:
            raise TicketInvalid
        try:
            answer = self._client.delete_item(
                TableName=self._table,
                Key=encode({"key": _key(ticket)}),
                ConditionExpression="#expires > :now",
                ExpressionAttributeNames={"#expires": "expires_ms"},
                ExpressionAttributeValues=encode({":now": epoch_ms(now)}),
                ReturnValues="ALL_OLD",
            )
        except ClientError as error:
            if condition_failed(error):
                raise TicketInvalid from None
            raise
        row = decode(answer["Attributes"])
        return TicketHolder(row["user_id"], row["nation_slug"])


def _key(ticket: str) -> str:
    return f"ticket#{hashlib.sha256(ticket.encode(errors='replace')).hexdigest()}"
