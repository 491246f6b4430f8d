"""Everything that one stand-in remembers: objects by kind and id, and how cards behave."""

import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from local.loopback import Clock
from local.stripe.errors import missing
from local.stripe.objects import Object, shape

PREFIXES: Final = {
    "billing.meter": "mtr_",
    "billing_portal.session": "bps_",
    "checkout.session": "cs_test_",
    "customer": "cus_",
    "event": "evt_",
    "invoice": "in_",
    "invoiceitem": "ii_",
    "line_item": "il_",
    "payment_method": "pm_",
    "price": "price_",
    "product": "prod_",
    "subscription": "sub_",
    "subscription_item": "si_",
    "webhook_endpoint": "we_",
}
"""How ids of each kind begin."""


class Store:
    """Objects in the order they were made. `lock` guards everything in it; hold it while changing objects."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.lock = threading.RLock()
        self.objects: dict[str, dict[str, Object]] = {}
        self.secrets: dict[str, str] = {}
        """Signing secrets of webhook endpoints by id."""
        self.cards: dict[str, str] = {}
        """How a customer's card behaves: `ok`, `declined` or `action`; `ok` where nothing is said."""
        self.count = 0

    def new_id(self, kind: str) -> str:
        """An id such as `sub_1K2…`: from a counter, so that a run can be repeated."""
        self.count += 1
        digest = hashlib.sha256(f"{kind}{self.count}".encode()).hexdigest()
        return f"{PREFIXES[kind]}1{digest[:23]}"

    def add(self, kind: str, object_id: str | None = None, **values: Any) -> Object:
        """Make and keep an object."""
        now = self.clock.second
        made = shape(kind, **{"id": object_id or self.new_id(kind), "created": now, **values})
        self.objects.setdefault(kind, {})[made["id"]] = made
        return made

    def get(self, kind: str, object_id: str, *, deleted: bool = False) -> Object:
        """One object; one that was deleted only where that is asked for. Raises `StripeRefusal`, 404."""
        found = self.objects.get(kind, {}).get(object_id)
        if found is None or (found.get("deleted") and not deleted):
            raise missing(kind, object_id)
        return found

    def all(self, kind: str, **wanted: Any) -> Iterator[Object]:
        """Objects whose fields have these values, oldest first."""
        for each in list(self.objects.get(kind, {}).values()):
            if all(each.get(name) == value for name, value in wanted.items()):
                yield each

    def save(self, path: Path) -> None:
        """Write everything to a file, whole or not at all."""
        with self.lock:
            kept = {
                "shift": int(self.clock.shift.total_seconds()),
                "objects": self.objects,
                "secrets": self.secrets,
                "cards": self.cards,
                "count": self.count,
            }
            text = json.dumps(kept)
        part = path.with_suffix(".part")
        part.write_text(text)
        part.replace(path)

    def load(self, path: Path) -> None:
        """Read what `save` wrote. Raises `ValueError` or `KeyError` for another file."""
        kept = json.loads(path.read_text())
        with self.lock:
            self.clock.shift = timedelta(seconds=kept["shift"])
            self.objects = kept["objects"]
            self.secrets = kept["secrets"]
            self.cards = kept["cards"]
            self.count = kept["count"]
