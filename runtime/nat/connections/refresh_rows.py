"""The row of a nation's refresh in Connections: its lease, and what is known of a spent refresh token.

    idle ──▶ sent ──▶ received ──▶ idle        the pair was refreshed
              │  ▲        ▲
              │  └────────┼─ tried again: what became of the first request is not known
              └──▶ refused┘                     NationBuilder does not take the refresh token

`sent` is stored before the request that spends the refresh token, with the token's fingerprint. `received`
holds the new pair, sealed, until the vault has it. Both wait in the index `by_due`, so that what a process
left behind when it died is found without looking at every nation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from nat.aws.items import Row, epoch_ms, moment
from nat.aws.store import Store
from nat.aws.writes import Update
from nat.ids import NationSlug
from nat.names import CONNECTIONS_DUE, Table

LEASE: Final = timedelta(seconds=30)
"""How long one process has a nation's tokens for itself; longer than one request to `/oauth/token` takes."""
DUE_KIND: Final = "refresh"
"""Partition of `by_due` that holds unfinished refreshes."""
_ITEM: Final = "refresh"


class RefreshState(StrEnum):
    """What is known of the refresh token in the vault."""

    IDLE = "idle"
    SENT = "sent"
    """It may be spent: a request with it is under way, or was when a process died, or got no clear answer."""
    RECEIVED = "received"
    """It is spent, and the pair that replaces it lies sealed in this row."""
    REFUSED = "refused"
    """NationBuilder says that it is no good: somebody has to connect the nation anew."""


@dataclass(frozen=True)
class RefreshRow:
    """The row as it was read. `generation` counts requests; `tries` those with the same refresh token."""

    nation_slug: NationSlug
    state: RefreshState = RefreshState.IDLE
    generation: int = 0
    fingerprint: str = ""
    tries: int = 0
    due_at: datetime | None = None
    sealed: tuple[bytes, ...] = ()
    lease_until_ms: int = 0

    def leased(self, now: datetime) -> bool:
        """Whether some process has the lease."""
        return self.lease_until_ms > epoch_ms(now)


class RefreshRows:
    """The rows of all nations that the client's credentials reach. `holder` names this process or job."""

    def __init__(self, store: Store, holder: str) -> None:
        self._store = store
        self._holder = holder

    def get(self, nation_slug: NationSlug) -> RefreshRow:
        """The row, strongly consistent; an idle one where there is none."""
        return _row(nation_slug, self._store.get(Table.CONNECTIONS, _key(nation_slug)) or {})

    def lease(self, nation_slug: NationSlug, thread: str, now: datetime) -> RefreshRow | None:
        """Take the lease; gives the row, or None while somebody else has it."""
        until = Attr("lease_until_ms")
        return self._update(
            nation_slug,
            {"holder": self._name(thread), "lease_until_ms": epoch_ms(now + LEASE)},
            when=until.not_exists() | until.lte(epoch_ms(now)),
        )

    def release(self, nation_slug: NationSlug, thread: str) -> None:
        """Give the lease back, if it is still ours."""
        ended = {"holder": None, "lease_until_ms": None}
        self._update(nation_slug, ended, when=Attr("holder").eq(self._name(thread)))

    def send(
        self, row: RefreshRow, thread: str, fingerprint: str, tries: int, now: datetime
    ) -> RefreshRow | None:
        """Store that the refresh token may be spent from now on, and hold the lease for the request.

        None, and then nothing may be sent, if the lease was lost.
        """
        generation = Attr("generation")
        return self._update(
            row.nation_slug,
            {
                "state": RefreshState.SENT.value,
                "generation": row.generation + 1,
                "fingerprint": fingerprint,
                "tries": tries,
                "due_kind": DUE_KIND,
                "due_at": now + LEASE,
                "lease_until_ms": epoch_ms(now + LEASE),
                "sealed": None,
            },
            when=Attr("holder").eq(self._name(thread))
            & (generation.not_exists() | generation.eq(row.generation)),
        )

    def receive(self, row: RefreshRow, sealed: list[bytes]) -> bool:
        """Keep the pair that a request gave until the vault has it.

        The condition is on the refresh token that was sent, not on the lease: a process that was suspended
        while its request was answered holds the good pair even if another has tried the spent token since.
        False if another has a pair already.
        """
        waiting = [RefreshState.SENT.value, RefreshState.REFUSED.value]
        kept = self._update(
            row.nation_slug,
            {"state": RefreshState.RECEIVED.value, "sealed": sealed, "due_kind": DUE_KIND},
            default={"due_at": row.due_at},
            when=Attr("fingerprint").eq(row.fingerprint) & Attr("state").is_in(waiting),
        )
        return kept is not None

    def finish(self, row: RefreshRow, *, generation: int | None = None) -> None:
        """The vault has the newest pair and nothing is under way. `generation`: one that was used besides."""
        newest = row.generation if generation is None else generation
        stored = Attr("generation")
        self._update(
            row.nation_slug,
            {
                "state": RefreshState.IDLE.value,
                "generation": newest,
                "sealed": None,
                "fingerprint": None,
                "tries": None,
                **_NOT_DUE,
            },
            when=stored.not_exists() | stored.lte(newest),
        )

    def refuse(self, row: RefreshRow) -> bool:
        """NationBuilder does not take the refresh token. False if a pair came after all."""
        refused = {"state": RefreshState.REFUSED.value, **_NOT_DUE}
        return self._update(row.nation_slug, refused, when=_sent(row)) is not None

    def postpone(self, row: RefreshRow, due_at: datetime) -> None:
        """Try again then: what became of the request is not known."""
        self._update(row.nation_slug, {"due_at": due_at}, when=_sent(row))

    def unfinished(self, until: datetime, limit: int) -> list[tuple[NationSlug, datetime]]:
        """Nations whose refresh is due to be looked at, earliest first. It reads an index: not for the nation
        role."""
        due = Key("due_kind").eq(DUE_KIND) & Key("due_at").lte(until)
        found = self._store.find(Table.CONNECTIONS, due, index=CONNECTIONS_DUE, limit=limit)
        return [(each["nation_slug"], moment(each["due_at"])) for each in found.rows]

    def _name(self, thread: str) -> str:
        return f"{self._holder}.{thread}"

    def _update(
        self, nation_slug: NationSlug, change: Row, *, when: ConditionBase, default: Row | None = None
    ) -> RefreshRow | None:
        row = self._store.updated(
            Update(Table.CONNECTIONS, _key(nation_slug), set=change, default=default or {}, when=when)
        )
        return None if row is None else _row(nation_slug, row)


_NOT_DUE: Final = {"due_kind": None, "due_at": None}


def _sent(row: RefreshRow) -> ConditionBase:
    """The request of this generation is the newest, and nothing came of it yet."""
    return Attr("state").eq(RefreshState.SENT.value) & Attr("generation").eq(row.generation)


def _key(nation_slug: NationSlug) -> dict[str, str]:
    return {"nation_slug": nation_slug, "item": _ITEM}


def _row(nation_slug: NationSlug, item: Row) -> RefreshRow:
    return RefreshRow(
        nation_slug=nation_slug,
        state=RefreshState(item.get("state", RefreshState.IDLE.value)),
        generation=item.get("generation", 0),
        fingerprint=item.get("fingerprint", ""),
        tries=item.get("tries", 0),
        due_at=moment(item["due_at"]) if "due_at" in item else None,
        sealed=tuple(bytes(each) for each in item.get("sealed", ())),
        lease_until_ms=item.get("lease_until_ms", 0),
    )
