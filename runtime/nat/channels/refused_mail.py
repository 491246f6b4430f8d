"""Addresses that take no more emails: they bounced for good, or their person complained.

SES keeps the list (account-level suppression list, on by default; it takes up hard bounces and complaints by
itself, SES developer guide). It is asked before each email, so nothing is sent in vain and who sent it hears
why. What was found of a member is noted here for the pages that show it.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from nat.aws.store import Store
from nat.aws.writes import Delete, Put
from nat.ids import UserId
from nat.names import TTL_ATTRIBUTE, Table

KEPT: Final = timedelta(days=90)
"""How long a note is shown after the last email that was not sent."""


class MailRefusal(StrEnum):
    """Why, as SES says it."""

    BOUNCE = "bounce"
    """The mailbox does not exist, or takes nothing."""
    COMPLAINT = "complaint"
    """The person called our emails spam."""


class RefusedMail:
    """Notes in Once. A note holds only as long as the person has the address that it was made of."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, user_id: UserId, address: str, why: MailRefusal) -> None:
        """Remember that a person's address takes no emails."""
        now: datetime = self._store.clock()
        row = {
            **_key(user_id),
            "address": _mark(address),
            "why": why.value,
            TTL_ATTRIBUTE: int((now + KEPT).timestamp()),
        }
        self._store.write(Put(Table.ONCE, row))

    def forget(self, user_id: UserId) -> None:
        """Take the note of a person away, if there is one."""
        self._store.write(Delete(Table.ONCE, _key(user_id)))

    def of(self, people: Iterable[tuple[UserId, str | None]]) -> dict[UserId, MailRefusal]:
        """Which of these people's addresses take none."""
        addresses = {user_id: address for user_id, address in people if address is not None}
        found = self._store.get_many(Table.ONCE, [_key(each) for each in addresses])
        noted = {row["key"].removeprefix(_PREFIX): row for row in found}
        return {
            user_id: MailRefusal(noted[user_id]["why"])
            for user_id, address in addresses.items()
            if user_id in noted and noted[user_id]["address"] == _mark(address)
        }


_PREFIX: Final = "mail-refused#"


def _key(user_id: UserId) -> dict[str, str]:
    return {"key": f"{_PREFIX}{user_id}"}


def _mark(address: str) -> str:
    """The address as nobody can read it."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()
