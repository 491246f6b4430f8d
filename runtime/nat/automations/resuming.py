"""What was paused because a nation could not be asked goes on when it can be again."""

import logging
from collections.abc import Callable
from typing import Final

from nat.automations.automation import Automation, Automations
from nat.automations.runs import Why
from nat.aws.store import Store
from nat.errors import AutomationChanged
from nat.ids import NationSlug
from nat.nations.record import Nations

_PASSING: Final = frozenset({Why.SUBSCRIPTION.value, Why.CONNECTION.value})

_log = logging.getLogger(__name__)


def resume(store: Store, nation_slug: NationSlug, follow: Callable[[Automation], None]) -> int:
    """Enable what only the nation's subscription or connection had paused, if both are in order; gives how
    many. `follow` lets a schedule follow its row."""
    nation = Nations(store).get(nation_slug)
    if nation is None or not nation.may_run_unattended:
        return 0
    automations = Automations(store)
    resumed = 0
    for each in list(automations.of_nation(nation_slug)):
        if each.enabled or each.paused_why not in _PASSING:
            continue
        again = each.edited(store.clock(), enabled=True)
        try:
            automations.replace(each, again)
        except AutomationChanged:  # a person was quicker, and has decided
            continue
        follow(again)
        resumed += 1
    if resumed:
        _log.info("automations resumed", extra={"nation": nation_slug, "count": resumed})
    return resumed
