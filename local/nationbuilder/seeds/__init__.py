"""The seeded nations. The same date gives the same records, whatever the machine."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from local.nationbuilder.seeds.demo import demo
from local.nationbuilder.seeds.harbor import harbor
from local.nationbuilder.store import Nation

ZONES: Final = {"demo": ZoneInfo("America/New_York"), "harbor": ZoneInfo("America/Los_Angeles")}
NATIONS: Final[dict[str, Callable[[datetime], Nation]]] = {"demo": demo, "harbor": harbor}


def seeded(now: datetime) -> dict[str, Nation]:
    """Fresh nations as of `now`, which is aware. Only its date in each nation's zone counts."""
    return {slug: _grown(slug, _day(slug, now)).copy() for slug in NATIONS}


def _day(slug: str, now: datetime) -> datetime:
    return now.astimezone(ZONES[slug]).replace(hour=12, minute=0, second=0, microsecond=0)


@lru_cache(maxsize=12)
def _grown(slug: str, now: datetime) -> Nation:
    return NATIONS[slug](now)
