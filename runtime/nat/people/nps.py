"""How likely people are to recommend the service: one click, asked once a quarter (net promoter score).

A person's own answer stands in their row; what all said is counted in one row for each quarter, without
names, and stays when somebody is deleted. The first answer of a quarter counts, also that somebody does not
want to say: nobody is asked twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from boto3.dynamodb.conditions import Attr

from nat.aws.store import Cancelled, Store
from nat.aws.writes import Update
from nat.ids import UserId
from nat.names import Table
from nat.people.users import User

SETTLED_IN: Final = timedelta(days=14)
"""Nobody is asked earlier after they came."""
PROMOTER, PASSIVE = 9, 7
"""From which score on somebody is one; below are detractors (netpromoter.com/know)."""


@dataclass(frozen=True)
class NpsTally:
    """What was said in a quarter such as `2026-Q4`."""

    quarter: str
    promoters: int = 0
    passives: int = 0
    detractors: int = 0
    unsaid: int = 0
    """People who did not want to say."""

    @property
    def answers(self) -> int:
        """How many gave a score."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> int | None:
        """From -100 to 100; `None` as long as nobody gave one."""
        if not self.answers:
            return None
        return round(100 * (self.promoters - self.detractors) / self.answers)


class NpsSurvey:
    """Asking and counting."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @staticmethod
    def is_due(user: User, now: datetime) -> bool:
        """Whether the person may be asked now."""
        return user.nps_quarter != quarter_of(now) and now - user.created_at >= SETTLED_IN

    def answer(self, user_id: UserId, score: int | None, now: datetime) -> None:
        """Take an answer, 0 to 10, or that the person does not want to say. A second one in the same quarter
        changes nothing."""
        quarter = quarter_of(now)
        said = Update(
            Table.USERS,
            {"user_id": user_id},
            set={"nps_quarter": quarter, "nps_score": score, "nps_at": now},
            when=Attr("user_id").exists() & Attr("nps_quarter").ne(quarter),
        )
        counted = Update(Table.ONCE, _key(quarter), add={_kind(score): 1})
        try:
            self._store.transact([said, counted])
        except Cancelled:
            return

    def tallies(self, quarters: Iterable[str]) -> list[NpsTally]:
        """What was said in each quarter, in their order."""
        wanted = tuple(quarters)
        rows = {row["key"]: row for row in self._store.get_many(Table.ONCE, [_key(each) for each in wanted])}
        return [
            NpsTally(each, **{name: int(row.get(name, 0)) for name in _KINDS})
            if (row := rows.get(_key(each)["key"]))
            else NpsTally(each)
            for each in wanted
        ]


def quarter_of(moment: datetime) -> str:
    """The calendar quarter (UTC) of a moment, such as `2026-Q4`."""
    day = moment.astimezone(UTC)
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarters_until(moment: datetime, number: int) -> list[str]:
    """So many quarters that end with that of the moment, the oldest first."""
    day = moment.astimezone(UTC)
    last = day.year * 4 + (day.month - 1) // 3
    return [f"{each // 4}-Q{each % 4 + 1}" for each in range(last - number + 1, last + 1)]


_KINDS: Final = ("promoters", "passives", "detractors", "unsaid")


def _kind(score: int | None) -> str:
    if score is None:
        return "unsaid"
    if score >= PROMOTER:
        return "promoters"
    return "passives" if score >= PASSIVE else "detractors"


def _key(quarter: str) -> dict[str, str]:
    return {"key": f"nps#{quarter}"}
