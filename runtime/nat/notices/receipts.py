"""Who was told of which incident: a row of Once for each, so that nobody hears of one twice.

    notice#<incident>#<recipient>   claimed while it is being sent, then kept as told
    notice-lost#<slug>              who was told that access was lost, until they are told that it is back

A claim ends by itself. So if a process dies while it sends, the next delivery sends again: of a notice that
SES took just before that, the person may get a second copy. Losing it instead would be worse.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from nat.aws.items import decode, encode
from nat.aws.transactions import condition_failed
from nat.names import TTL_ATTRIBUTE, Table
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CLAIM: Final = timedelta(minutes=3)
"""How long a notice is left to the process that sends it: longer than the function lives, shorter than the
pause before the queue delivers again."""
REMEMBERED: Final = timedelta(days=40)
"""Longer than any repetition comes late: dead letters wait for 14 days."""
LOSS_REMEMBERED: Final = timedelta(days=365)


class NoticeReceipts:
    """The rows of all nations."""

    def __init__(self, client: "DynamoDBClient", tables: TableNames, now: Callable[[], datetime]) -> None:
        self._client = client
        self._table = tables[Table.ONCE]
        self._now = now

    def begin(self, incident: str, recipient: str) -> bool:
        """Claim telling somebody. False if they were told, or another process is just doing it."""
        now = self._now()
        try:
            self._client.put_item(
                TableName=self._table,
                Item=encode(
                    {**_key(incident, recipient), "until": now + CLAIM, TTL_ATTRIBUTE: _end(now + REMEMBERED)}
                ),
                # A row without `until` says that it is done.
                ConditionExpression="attribute_not_exists(#key) OR #until < :now",
                ExpressionAttributeNames={"#key": "key", "#until": "until"},
                ExpressionAttributeValues=encode({":now": now}),
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def done(self, incident: str, recipient: str) -> None:
        """They were told, or cannot be."""
        now = self._now()
        self._client.put_item(
            TableName=self._table,
            Item=encode({**_key(incident, recipient), "told_at": now, TTL_ATTRIBUTE: _end(now + REMEMBERED)}),
        )

    def failed(self, incident: str, recipient: str) -> None:
        """They were not told: the next delivery may try at once."""
        self._client.delete_item(TableName=self._table, Key=encode(_key(incident, recipient)))

    def lost(self, nation_slug: str, user_id: str) -> None:
        """Remember that a person knows of the lost access."""
        self._client.update_item(
            TableName=self._table,
            Key=_lost_key(nation_slug),
            UpdateExpression="ADD people :one SET #ttl = :end",
            ExpressionAttributeNames={"#ttl": TTL_ATTRIBUTE},
            ExpressionAttributeValues=encode(
                {":one": {user_id}, ":end": _end(self._now() + LOSS_REMEMBERED)}
            ),
        )

    def who_knows_of_loss(self, nation_slug: str) -> frozenset[str]:
        """User ids of those who were told that access was lost and not yet that it is back."""
        found = self._client.get_item(TableName=self._table, Key=_lost_key(nation_slug), ConsistentRead=True)
        return frozenset(decode(found.get("Item", {})).get("people", ()))

    def back(self, nation_slug: str, user_ids: Iterable[str]) -> None:
        """Forget people who know that access is back, or have left."""
        gone = {*user_ids}
        if gone:
            self._client.update_item(
                TableName=self._table,
                Key=_lost_key(nation_slug),
                UpdateExpression="DELETE people :gone",
                ExpressionAttributeValues=encode({":gone": gone}),
            )


def _key(incident: str, recipient: str) -> dict[str, str]:
    return {"key": f"notice#{incident}#{recipient}"}


def _lost_key(nation_slug: str) -> Any:
    return encode({"key": f"notice-lost#{nation_slug}"})


def _end(moment: datetime) -> int:
    return int(moment.timestamp())
