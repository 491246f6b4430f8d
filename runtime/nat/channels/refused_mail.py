"""Addresses that take no more emails: they bounced for good, or their person complained.

SES keeps the list (account-level suppression list, on by default; it takes up hard bounces and complaints by
itself, SES developer guide). It is asked before each email, so nothing is sent in vain and who sent it hears
why. What was found, or told by an event of SES, is noted here for the pages that show it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from nat.aws.store import Store
from nat.aws.writes import Delete, Put
from nat.ids import UserId
from nat.names import SES_COMPLAINED, TTL_ATTRIBUTE, Table

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

KEPT: Final = timedelta(days=90)
"""How long a note is shown after the last email that was not sent."""


class MailRefusal(StrEnum):
    """Why, as SES says it."""

    BOUNCE = "bounce"
    """The mailbox does not exist, or takes nothing."""
    COMPLAINT = "complaint"
    """The person called our emails spam."""


class RefusedMail:
    """Notes in Once, by address: whoever has it now takes no emails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, address: str, why: MailRefusal) -> None:
        """Remember that an address takes no emails."""
        now: datetime = self._store.clock()
        row = {**_key(address), "why": why.value, TTL_ATTRIBUTE: int((now + KEPT).timestamp())}
        self._store.write(Put(Table.ONCE, row))

    def forget(self, address: str) -> None:
        """Take the note of an address away, if there is one."""
        self._store.write(Delete(Table.ONCE, _key(address)))

    def lift(self, mail: "SESV2Client", address: str) -> None:
        """Let an address get emails again: off SES's list, and forgotten. Raises what boto3 raises."""
        with suppress(mail.exceptions.NotFoundException):
            mail.delete_suppressed_destination(EmailAddress=address.strip().lower())
        self.forget(address)

    def of(self, people: Iterable[tuple[UserId, str | None]]) -> dict[UserId, MailRefusal]:
        """Which of these people's addresses take none."""
        keys = {user_id: _key(address)["key"] for user_id, address in people if address is not None}
        found = self._store.get_many(Table.ONCE, [{"key": each} for each in set(keys.values())])
        noted = {row["key"]: MailRefusal(row["why"]) for row in found}
        return {user_id: noted[key] for user_id, key in keys.items() if key in noted}


def refusals_of(event: Mapping[str, Any]) -> list[tuple[str, MailRefusal]]:
    """The addresses in an event of SES that take no emails from now on. A mailbox that is full for a while
    (a bounce that is not `Permanent`) is none of them. Raises `KeyError` and `TypeError` for what is none of
    SES's events (SES developer guide, Monitoring SES events using Amazon EventBridge)."""
    detail = event["detail"]
    if event["detail-type"] == SES_COMPLAINED:
        people, why = detail["complaint"]["complainedRecipients"], MailRefusal.COMPLAINT
    else:
        lasting = detail["bounce"]["bounceType"] == "Permanent"
        people, why = (detail["bounce"]["bouncedRecipients"] if lasting else []), MailRefusal.BOUNCE
    return [(str(each["emailAddress"]), why) for each in people]


def _key(address: str) -> dict[str, str]:
    """The address as nobody can read it."""
    return {"key": f"mail-refused#{hashlib.sha256(address.strip().lower().encode()).hexdigest()}"}
