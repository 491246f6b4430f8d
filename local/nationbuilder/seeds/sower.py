"""Puts seeded records into a nation, deterministically."""

import random
from datetime import datetime, time, timedelta
from typing import Any

from local.nationbuilder.schema import Kind
from local.nationbuilder.seeds.words import Place
from local.nationbuilder.store import Nation
from local.nationbuilder.writes import ADDRESS_KEYS


class Sower:
    """Writes straight into the tables, without the rules of the API, which would be too slow for thousands.

    `today` is the beginning of the seed date in the nation's zone: nothing seeded as past lies after it but
    what is said to happen in its first minute, so that it has happened whenever the stand-in starts.
    """

    def __init__(self, nation: Nation, now: datetime, seed: str = "") -> None:
        """`seed` says which records; the nation's slug does where it is empty."""
        self.nation = nation
        self.rng = random.Random(seed or f"seeds of {nation.slug}")
        local = now.astimezone(nation.zone)
        self.today = datetime.combine(local.date(), time(), nation.zone)

    def day(self, days: int) -> str:
        """The date that many days from today, as the API prints dates."""
        return (self.today.date() + timedelta(days=days)).isoformat()

    def at(self, days: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
        """A wall-clock moment that many days from today, negative for the past."""
        day = self.today.date() + timedelta(days=days)
        return self.nation.local(datetime.combine(day, time(hour, minute, second), self.nation.zone))

    def past(self, first: int, last: int = 1) -> datetime:
        """Some waking hour between `first` and `last` days ago."""
        return self.at(
            -self.rng.randint(last, first),
            self.rng.randint(8, 21),
            self.rng.randint(0, 59),
            self.rng.randint(0, 59),
        )

    def add(self, kind: str, moment: datetime | None = None, **values: Any) -> str:
        """A record, created at `moment`. Gives its id."""
        table = self.nation[kind]
        if moment is not None:
            for name in ("created_at", "updated_at"):
                attribute = table.resource.attributes.get(name)
                if attribute is not None and attribute.kind is Kind.DATETIME:
                    values.setdefault(name, moment)
        return str(table.insert(values)["id"])

    def some(self, share: float) -> bool:
        """True in that share of cases."""
        return self.rng.random() < share

    def address(self, place: Place, street: str) -> dict[str, Any]:
        """An address within a few miles of the place's centre."""
        number, rng = self.rng.randint(1, 999), self.rng
        code = f"{place.zip_prefix}{rng.randint(1, 99):02d}"
        values: dict[str, Any] = dict.fromkeys(ADDRESS_KEYS)
        values |= {
            "address1": f"{number} {street} Street",
            "city": place.city,
            "state": place.state,
            "zip": f"{code}-{rng.randint(1000, 9999)}" if self.some(0.2) else code,
            "country_code": "US",
            "lat": f"{place.lat + rng.uniform(-0.05, 0.05):.4f}",
            "lng": f"{place.lng + rng.uniform(-0.05, 0.05):.4f}",
        }
        return values
