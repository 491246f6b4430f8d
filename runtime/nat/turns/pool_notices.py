"""What the person who asks hears of the query pool: `usage_warning` at 80 %, `limit_reached` at the limit.

Admission only counts. The worker reads the nation's row anyway, after the count, so whatever turn took the
pool over a threshold finds it reached there; the first one to claim it says so. That costs a turn nothing
but twice in a period.
"""

import logging
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from nat.aws.store import Store
from nat.billing.usage_alerts import UsageAlerts
from nat.contract.events import Notice
from nat.conversations.events import Events
from nat.conversations.turns import Turn
from nat.nations.plans import Plans
from nat.nations.record import Nation
from nat.nations.thresholds import WARNED_AT_PERCENT, Reached, Threshold
from nat.nations.web_pages import billing_page
from nat.wording import Worded

_KINDS: Final = {
    Threshold.WARNING: "usage_warning",
    Threshold.LIMIT: "limit_reached",
    Threshold.COST_WARNING: "usage_warning",
    Threshold.COST_LIMIT: "limit_reached",
}

_log = logging.getLogger(__name__)


class PoolNotices:
    """The notices of turns. `app_url` is the web app, where a plan is changed, of nations that do not name
    theirs."""

    def __init__(self, store: Store, plans: Plans, *, app_url: str) -> None:
        self._thresholds = UsageAlerts(store, plans)
        self._events = Events(store)
        self._app_url = app_url

    def due(self, turn: Turn, nation: Nation) -> list[Notice]:
        """What this turn has to say now; `nation` is the row as just read. Never raises for storage that
        fails: the next turn says it then."""
        try:
            told = [each for each in self._thresholds.of(nation) if self._tells(turn, nation, each)]
        except (BotoCoreError, ClientError) as error:
            _log.warning(
                "usage not announced",
                extra={"nation": turn.nation_slug, "turn": turn.turn_id, "reason": type(error).__name__},
            )
            return []
        return [self._notice(nation, each) for each in told if each.threshold in _KINDS]

    def _tells(self, turn: Turn, nation: Nation, what: Reached) -> bool:
        if what.told_by is None:
            return self._thresholds.claim(nation, what, turn.turn_id)
        # An earlier attempt of this turn has claimed it, and may have died before it was said.
        return what.told_by == turn.turn_id and turn.attempt > 1 and not self._said(turn, what)

    def _said(self, turn: Turn, what: Reached) -> bool:
        kind = _KINDS.get(what.threshold)
        events = self._events.after(turn.nation_slug, turn.conversation_id, turn.turn_id)
        return kind is None or any(
            isinstance(event, Notice) and event.kind == kind
            for event in (each.envelope.event for each in events)
        )

    def _notice(self, nation: Nation, what: Reached) -> Notice:
        used, limit = nation.queries_used_this_period, nation.queries_limit
        goes_on = self._thresholds.is_soft(nation)
        shares = {"percent": WARNED_AT_PERCENT, "used": used, "limit": limit}
        if what.threshold is Threshold.COST_WARNING:
            text = Worded("notice.cost_warning", percent=WARNED_AT_PERCENT)
        elif what.threshold is Threshold.COST_LIMIT:
            text = Worded("notice.cost_limit")
        elif what.threshold is Threshold.WARNING:
            text = Worded("notice.usage_warning_soft" if goes_on else "notice.usage_warning", **shares)
        else:
            text = Worded("notice.limit_reached_soft" if goes_on else "notice.limit_reached", limit=limit)
        return Notice.of(_KINDS[what.threshold], text, billing_page(nation, self._app_url))
