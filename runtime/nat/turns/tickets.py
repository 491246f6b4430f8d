"""One-time tickets that open a WebSocket: a browser cannot send headers there, and a URL ends up in logs.

A ticket is 32 random bytes; only its hash is stored. It is bound to a person and a nation, good for 60
seconds and for one connection: consuming it takes its row, so of many at once one succeeds.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

import msgspec
from boto3.dynamodb.conditions import Attr

from nat.aws.items import epoch_ms
from nat.aws.store import Store
from nat.aws.writes import Put
from nat.errors import TicketInvalid
from nat.ids import NationSlug, UserId
from nat.names import TTL_ATTRIBUTE, Table

LIFETIME: Final = timedelta(seconds=60)


class TicketHolder(msgspec.Struct, frozen=True):
    """Whom a ticket lets in, and for which nation."""

    nation_slug: NationSlug
    user_id: UserId


class Tickets:
    """Tickets in the Once table."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def issue(self, holder: TicketHolder, now: datetime) -> str:
        """A new ticket for a person whose session and membership were checked."""
        ticket = secrets.token_urlsafe(32)
        expires = now + LIFETIME
        self._store.write(
            Put(
                Table.ONCE,
                {
                    "key": _key(ticket),
                    "user_id": holder.user_id,
                    "nation_slug": holder.nation_slug,
                    "expires_ms": epoch_ms(expires),
                    TTL_ATTRIBUTE: int(expires.timestamp()) + 1,
                },
            )
        )
        return ticket

    def consume(self, ticket: str, now: datetime) -> TicketHolder:
        """Use a ticket up. Raises `TicketInvalid` for one that is missing, used, stale or made up."""
        if not ticket:
            raise TicketInvalid
        key = {"key": _key(ticket)}
        row = self._store.take(Table.ONCE, key, when=Attr("expires_ms").gt(epoch_ms(now)))
        if row is None:
            raise TicketInvalid
        return TicketHolder(row["nation_slug"], row["user_id"])


def _key(ticket: str) -> str:
    return f"ticket#{hashlib.sha256(ticket.encode(errors='replace')).hexdigest()}"
