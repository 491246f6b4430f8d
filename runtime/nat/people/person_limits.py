"""What one person may do so and so often a minute (`nat.contract.endpoint.Limit`), whatever the nation and
whichever door they come through: a count in the table Once that ends by itself.
"""

from datetime import datetime, timedelta
from typing import Final

from nat.aws.store import Store
from nat.aws.writes import Update
from nat.contract.fields import Limit
from nat.errors import Throttled
from nat.ids import UserId
from nat.names import TTL_ATTRIBUTE, Table
from nat.wording import Worded

_MINUTE: Final = 60
_KEPT: Final = timedelta(minutes=10)
_TOLD: Final = {
    Limit.DECISIONS: Worded("refused.many_decisions"),
    Limit.EXPORTS: Worded("refused.many_exports"),
    Limit.STREAMS: Worded("refused.many_streams"),
}


class PersonLimits:
    """The counts. A minute is that of the clock, so within two a person may reach twice the number."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, limit: Limit, user_id: UserId, now: datetime) -> None:
        """Count one. Raises `Throttled` with the seconds until the next minute, once there were too many."""
        second = int(now.timestamp())
        key = {"key": f"limit#{limit}#{user_id}#{second // _MINUTE}"}
        end = int((now + _KEPT).timestamp())
        row = self._store.updated(Update(Table.ONCE, key, set={TTL_ATTRIBUTE: end}, add={"taken": 1}))
        if row is not None and row["taken"] > limit.a_minute:
            raise Throttled(_TOLD[limit], retry_after=_MINUTE - second % _MINUTE)
