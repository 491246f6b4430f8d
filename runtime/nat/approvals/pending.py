"""What waits: the proposals of a nation that nobody has decided, and those of all nations whose time is over.

Both are sparse indexes that only pending proposals are in, so they are a moment behind and their cost follows
what waits, not what was ever proposed.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from boto3.dynamodb.conditions import Key

from nat.approvals.approval import Approval, approval_item, closing, from_item, inbox_of
from nat.aws.cursors import cursor, not_a_cursor, parts_of
from nat.aws.items import Row, moment, timestamp
from nat.aws.store import Store
from nat.contract.messages import ApprovalState
from nat.conversations.turns import conversation_key
from nat.ids import ApprovalId, ConversationId, NationSlug
from nat.names import APPROVALS_BY_EXPIRY, APPROVALS_INBOX, Table

LARGEST_PAGE: Final = 50
"""A card has up to 14 KB."""


@dataclass(frozen=True)
class PendingPage:
    """One page. `next` continues after it; `None` at the end."""

    approvals: tuple[Approval, ...]
    next: str | None


class PendingApprovals:
    """Pending proposals by index. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(
        self, nation_slug: NationSlug, *, of: str | None = None, limit: int = 30, after: str | None = None
    ) -> PendingPage:
        """What waits in a nation, newest first: at most `limit` (1 to 50), with `of` only that person's.

        Raises `BadRequest` for an `after` that no page gave.
        """
        wanted, now = max(1, min(limit, LARGEST_PAGE)), self._store.clock()
        found: list[Approval] = []
        start: Row | None = None if after is None else _start(after, nation_slug)
        while True:
            page = self._store.find(
                Table.ACTIONS,
                Key("inbox").eq(inbox_of(nation_slug)),
                index=APPROVALS_INBOX,
                newest_first=True,
                limit=LARGEST_PAGE,
                after=start,
            )
            approvals = [from_item(row) for row in page.rows]
            found += [
                each for each in approvals if not each.expired(now) and (of is None or each.user_id == of)
            ]
            start = page.last
            if len(found) > wanted or (len(found) == wanted and start):
                return PendingPage(tuple(found[:wanted]), _cursor(found[wanted - 1]))
            if not start:
                return PendingPage(tuple(found), None)

    def expire(self, *, limit: int = 100) -> list[Approval]:
        """Mark what waits in vain, of all nations, longest over first; gives those that this call has marked.

        Reads an index over all nations: the sweep's, not reachable with nation credentials.
        """
        now = self._store.clock()
        waiting = Key("waiting").eq(ApprovalState.PENDING.value) & Key("expires_at").lte(now)
        page = self._store.find(Table.ACTIONS, waiting, index=APPROVALS_BY_EXPIRY, limit=limit)
        found = [from_item(row) for row in page.rows]
        return [
            replace(each, state=ApprovalState.EXPIRED)
            for each in found
            if each.expired(now) and self._mark(each, now)
        ]

    def _mark(self, approval: Approval, now: datetime) -> bool:
        """Whether this call marked it: a decision or another sweep may have been faster, and stands."""
        return self._store.claim(closing(approval, ApprovalState.EXPIRED, now))


def _cursor(approval: Approval) -> str:
    return cursor(timestamp(approval.created_at), approval.conversation_id, approval.id)


def _start(after: str, nation_slug: NationSlug) -> dict[str, str]:
    """The key behind a cursor, always within the nation's own partition."""
    created_at, conversation_id, approval_id = parts_of(after, 3)
    try:
        moment(created_at)
        return {
            "inbox": inbox_of(nation_slug),
            "created_at": created_at,
            "conversation": conversation_key(nation_slug, ConversationId(conversation_id)),
            "item": approval_item(ApprovalId(approval_id)),
        }
    except ValueError:
        raise not_a_cursor() from None
