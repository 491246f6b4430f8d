"""Who was told of which incident: a row of Once for each, so that nobody hears of one twice.

    notice#<incident>#<recipient>   claimed while it is being sent, then kept as told
    notice-lost#<slug>              who was told that access was lost, until they are told that it is back

A claim ends by itself. So if a process dies while it sends, the next delivery sends again: of a notice that
SES took just before that, the person may get a second copy. Losing it instead would be worse.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from boto3.dynamodb.conditions import Attr

from nat.aws.store import Store
from nat.aws.writes import Delete, Put, Update
from nat.ids import NationSlug, UserId
from nat.names import TTL_ATTRIBUTE, Table

CLAIM: Final = timedelta(minutes=3)
"""How long a notice is left to the process that sends it: longer than the function lives, shorter than the
pause before the queue delivers again."""
REMEMBERED: Final = timedelta(days=40)
"""Longer than any repetition comes late: dead letters wait for 14 days."""
LOSS_REMEMBERED: Final = timedelta(days=365)


class NotAllTold(Exception):
    """Some people could not be told; they are when the message comes again. `missing` is how many."""

    def __init__(self, missing: int) -> None:
        super().__init__(f"{missing} not told yet")
        self.missing = missing


def tell_each(*ways: Callable[[], int]) -> int:
    """Tell in each of these ways, though one of them misses somebody; gives how many were told. Raises
    `NotAllTold` with all that are missing."""
    told = missing = 0
    for tell in ways:
        try:
            told += tell()
        except NotAllTold as some:
            missing += some.missing
    if missing:
        raise NotAllTold(missing)
    return told


class NoticeReceipts:
    """The rows of all nations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, incident: str, recipient: str) -> bool:
        """Claim telling somebody. False if they were told, or another process is just doing it."""
        now = self._store.clock()
        row = {**_key(incident, recipient), "until": now + CLAIM, TTL_ATTRIBUTE: _end(now + REMEMBERED)}
        # A row without `until` says that it is done.
        return self._store.claim(Put(Table.ONCE, row, when=Attr("key").not_exists() | Attr("until").lt(now)))

    def done(self, incident: str, recipient: str) -> None:
        """They were told, or cannot be."""
        now = self._store.clock()
        row = {**_key(incident, recipient), "told_at": now, TTL_ATTRIBUTE: _end(now + REMEMBERED)}
        self._store.write(Put(Table.ONCE, row))

    def failed(self, incident: str, recipient: str) -> None:
        """They were not told: the next delivery may try at once."""
        self._store.write(Delete(Table.ONCE, _key(incident, recipient)))

    def lost(self, nation_slug: NationSlug, user_id: UserId) -> None:
        """Remember that a person knows of the lost access."""
        self._store.write(
            Update(
                Table.ONCE,
                _lost_key(nation_slug),
                set={TTL_ATTRIBUTE: _end(self._store.clock() + LOSS_REMEMBERED)},
                add={"people": {user_id}},
            )
        )

    def who_knows_of_loss(self, nation_slug: NationSlug) -> frozenset[str]:
        """User ids of those who were told that access was lost and not yet that it is back."""
        row = self._store.get(Table.ONCE, _lost_key(nation_slug)) or {}
        return frozenset(row.get("people", ()))

    def back(self, nation_slug: NationSlug, user_ids: Iterable[str]) -> None:
        """Forget people who know that access is back, or have left."""
        gone = {*user_ids}
        if gone:
            self._store.write(Update(Table.ONCE, _lost_key(nation_slug), discard={"people": gone}))


def _key(incident: str, recipient: str) -> dict[str, str]:
    return {"key": f"notice#{incident}#{recipient}"}


def _lost_key(nation_slug: NationSlug) -> dict[str, str]:
    return {"key": f"notice-lost#{nation_slug}"}


def _end(moment: datetime) -> int:
    return int(moment.timestamp())
