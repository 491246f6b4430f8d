"""A year in the life of a subscription, and its events delivered in every way but the right one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

from local.stripe import running_stripe
from nat.billing.notification import Notification
from nat.settings import TableNames
from tests.unit.nat.billing.shop import Shop, notified
from tests.unit.nat.world import START

WANTED = 200
"""Events of the types that Nat acts on."""
DELIVERERS = 4


@dataclass
class Life:
    """What happens to one nation: the same things at the same times for one seed, whoever listens."""

    shop: Shop
    random: Random

    def live(self, listen: Callable[[], None]) -> None:
        """Let things happen until there are enough events; `listen` is called after each."""
        self._subscribe()
        listen()
        while len(self.events) < WANTED:
            self.random.choice(
                (self._time, self._time, self._time, self._plan, self._cancel, self._card, self._start_over)
            )()
            listen()
        self._card("ok")
        self.shop.stripe.advance(days=4)
        listen()

    @property
    def events(self) -> list[Notification]:
        """What Nat acts on, in the order it happened."""
        return [each for each in map(notified, self.shop.stripe.events()) if each.handled]

    def _subscriptions(self) -> list[dict[str, Any]]:
        return list(self.shop.stripe.state.store.all("subscription"))

    def _current(self) -> dict[str, Any] | None:
        live = [
            each for each in self._subscriptions() if each["status"] in ("active", "trialing", "past_due")
        ]
        return live[-1] if live else None

    def _subscribe(self) -> None:
        page = self.shop.begin(
            self.random.choice(("nat", "nat_pro")), user=f"person{self.random.randrange(3)}"
        )
        self.shop.stripe.complete(page.session_id)

    def _time(self) -> None:
        self.shop.stripe.advance(days=self.random.randrange(1, 25), seconds=self.random.randrange(86_400))

    def _plan(self) -> None:
        current = self._current()
        if current is not None:
            price = self.random.choice(("price_nat", "price_nat_pro", "price_starter"))
            item = current["items"]["data"][0]["id"]
            self.shop.client.v1.subscriptions.update(
                current["id"], params={"items": [{"id": item, "price": price}]}
            )

    def _cancel(self) -> None:
        current = self._current()
        if current is not None:
            self.shop.client.v1.subscriptions.update(
                current["id"], params={"cancel_at_period_end": self.random.random() < 0.5}
            )

    def _card(self, behaviour: str | None = None) -> None:
        current = self._current()
        if current is not None:
            chosen = behaviour or self.random.choice(("ok", "ok", "declined", "action"))
            self.shop.stripe.set_card(current["customer"], chosen)

    def _start_over(self) -> None:
        current = self._current()
        if current is not None and self.random.random() < 0.3:
            self.shop.client.v1.subscriptions.cancel(current["id"])
        elif current is None and not any(
            each["status"] in ("incomplete", "unpaid", "paused") for each in self._subscriptions()
        ):
            self._subscribe()


def told_in_order(seed: int, tables: TableNames) -> tuple[dict[str, Any], int]:
    """The record after every event in its order, each as soon as it happened; and how many there were."""
    with running_stripe(at=START) as stripe:
        life = Life(Shop.open(stripe, tables), Random(seed))
        life.live(life.shop.take_all)
        return life.shop.standing(), len(life.events)


def told_at_random(seed: int, tables: TableNames, delivery: Random) -> dict[str, Any]:
    """The record after the same events: some at once, some late, some long after the last, mixed up, many
    more than once, several at a time."""
    with running_stripe(at=START) as stripe:
        life = Life(Shop.open(stripe, tables), Random(seed))
        waiting: list[Notification] = []
        known = 0
        share = delivery.choice((0.0, 0.05, 0.3, 0.8))

        def take(batch: list[Notification]) -> None:
            with ThreadPoolExecutor(DELIVERERS) as threads:
                list(threads.map(life.shop.billing.webhooks.take, batch))

        def listen() -> None:
            nonlocal known, waiting
            events = life.events
            for event in events[known:]:
                waiting += [event] * delivery.choice((1, 1, 1, 2, 3))
            known = len(events)
            delivery.shuffle(waiting)
            now = int(len(waiting) * share)
            take(waiting[:now])
            waiting = waiting[now:]

        life.live(listen)
        take(waiting)
        return life.shop.standing()
