"""What waits: the proposals of a nation that nobody has decided, and those of all nations whose time is over.

Both are sparse indexes that only pending proposals are in, so they are a moment behind and their cost follows
what waits, not what was ever proposed.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from nat.approvals.approval import (
    Approval,
    ApprovalState,
    approval_item,
    closing,
    from_item,
    inbox_of,
)
from nat.aws.items import decode, encode, moment, timestamp
from nat.aws.transactions import Cancelled, write
from nat.conversations.turns import conversation_key
from nat.errors import BadRequest
from nat.names import Table
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LARGEST_PAGE: Final = 50
"""A card has up to 14 KB."""


@dataclass(frozen=True)
class PendingPage:
    """One page. `next` continues after it; `None` at the end."""

    approvals: tuple[Approval, ...]
    next: str | None


class PendingApprovals:
    """Pending proposals by index. The client's credentials decide which nations it reaches."""

    def __init__(
        self,
        client: "DynamoDBClient",
        tables: TableNames,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._table = tables[Table.ACTIONS]
        self._now = now

    def page(
        self, nation_slug: str, *, of: str | None = None, limit: int = 30, after: str | None = None
    ) -> PendingPage:
        """What waits in a nation, newest first: at most `limit` (1 to 50), with `of` only that person's.

        Raises `BadRequest` for an `after` that no page gave.
        """
        wanted, now = max(1, min(limit, LARGEST_PAGE)), self._now()
        found: list[Approval] = []
        start = None if after is None else encode(_start(after, nation_slug))
        while True:
            query: dict[str, Any] = {} if start is None else {"ExclusiveStartKey": start}
            page = self._client.query(
                TableName=self._table,
                IndexName="by_inbox",
                KeyConditionExpression="#inbox = :inbox",
                ExpressionAttributeNames={"#inbox": "inbox"},
                ExpressionAttributeValues=encode({":inbox": inbox_of(nation_slug)}),
                ScanIndexForward=False,
                Limit=LARGEST_PAGE,
                **query,
            )
            approvals = [from_item(decode(item)) for item in page["Items"]]
            found += [
                each for each in approvals if not each.expired(now) and (of is None or each.user_id == of)
            ]
            start = page.get("LastEvaluatedKey")
            if len(found) > wanted or (len(found) == wanted and start):
                return PendingPage(tuple(found[:wanted]), _token(found[wanted - 1]))
            if not start:
                return PendingPage(tuple(found), None)

    def expire(self, *, limit: int = 100) -> list[Approval]:
        """Mark what waits in vain, of all nations, longest over first; gives those that this call has marked.

        Reads index `by_expiry` over all nations: the sweep's, not reachable with nation credentials.
        """
        now = self._now()
        page = self._client.query(
            TableName=self._table,
            IndexName="by_expiry",
            KeyConditionExpression="#waiting = :pending AND #expires <= :now",
            ExpressionAttributeNames={"#waiting": "waiting", "#expires": "expires_at"},
            ExpressionAttributeValues=encode(
                {":pending": ApprovalState.PENDING.value, ":now": timestamp(now)}
            ),
            Limit=limit,
        )
        found = [from_item(decode(item)) for item in page["Items"]]
        return [
            replace(each, state=ApprovalState.EXPIRED)
            for each in found
            if each.expired(now) and self._mark(each, now)
        ]

    def _mark(self, approval: Approval, now: datetime) -> bool:
        """Whether this call marked it: a decision or another sweep may have been faster, and stands."""
        try:
            write(self._client, [closing(self._table, approval, ApprovalState.EXPIRED, now)])
        except Cancelled:
            return False
        return True


def _token(approval: Approval) -> str:
    place = [timestamp(approval.created_at), approval.conversation_id, approval.id]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _start(token: str, nation_slug: str) -> dict[str, str]:
    """The key behind a token, always within the nation's own partition."""
    try:
        created_at, conversation_id, approval_id = json.loads(base64.urlsafe_b64decode(token.encode()))
        moment(created_at)
        return {
            "inbox": inbox_of(nation_slug),
            "created_at": created_at,
            "conversation": conversation_key(nation_slug, conversation_id),
            "item": approval_item(approval_id),
        }
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise BadRequest("`after` is the `next` of an earlier page.") from None
