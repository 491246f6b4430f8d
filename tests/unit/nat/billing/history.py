"""A year in the life of a subscription, and its events delivered in every way but the right one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Any

from local.stripe import running_stripe
from nat.billing.stripe_event import StripeEvent
from nat.settings import TableNames
from tests.unit.nat.billing.shop import Shop, notified
from tests.unit.nat.world import START

DELIVERERS = 4


@dataclass
class Life:
    """What happens to one nation: the same things at the same times for one seed, whoever listens."""

    shop: Shop
    random: Random
    wanted: int
    """Events of the types that Nat acts on."""
    events: list[StripeEvent] = field(default_factory=list)
    """What Nat acts on, in the order it happened."""
    seen: int = 0

    def live(self, listen: Callable[[], None]) -> None:
        """Let things happen until there are enough events; `listen` is called after each."""
        self._subscribe()
        self._tell(listen)
        while len(self.events) < self.wanted:
            deeds = (self._time, self._plan, self._cancel, self._card, self._start_over)
            self.random.choices(deeds, (6, 4, 1, 2, 1))[0]()
            self._tell(listen)
        self._card("ok")
        self.shop.stripe.advance(days=4)
        self._tell(listen)

    def _tell(self, listen: Callable[[], None]) -> None:
        happened = self.shop.stripe.events()
        self.events += [each for each in map(notified, happened[self.seen :]) if each.handled]
        self.seen = len(happened)
        listen()

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
        self.shop.stripe.advance(days=self.random.randrange(8, 40), seconds=self.random.randrange(86_400))

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
                current["id"], params={"cancel_at_period_end": self.random.random() < 0.3}
            )

    def _card(self, behaviour: str | None = None) -> None:
        current = self._current()
        if current is not None:
            chosen = behaviour or self.random.choice(("ok", "ok", "ok", "declined", "action"))
            self.shop.stripe.set_card(current["customer"], chosen)

    def _start_over(self) -> None:
        current = self._current()
        if current is not None and self.random.random() < 0.3:
            self.shop.client.v1.subscriptions.cancel(current["id"])
        elif current is None and not any(
            each["status"] in ("incomplete", "unpaid", "paused") for each in self._subscriptions()
        ):
            self._subscribe()


def told_in_order(seed: int, wanted: int, tables: TableNames) -> tuple[dict[str, Any], int]:
    """The record after every event in its order, each as soon as it happened; and how many there were."""
    with running_stripe(at=START) as stripe:
        life = Life(Shop.open(stripe, tables), Random(seed), wanted)
        taken = 0

        def listen() -> None:
            nonlocal taken
            for event in life.events[taken:]:
                life.shop.billing.webhooks.take(event)
            taken = len(life.events)

        life.live(listen)
        return life.shop.standing(), len(life.events)


def told_at_random(seed: int, wanted: int, tables: TableNames, delivery: Random) -> dict[str, Any]:
    """The record after the same events: some at once, some late, some long after the last, mixed up, many
    more than once, several at a time."""
    with running_stripe(at=START) as stripe, ThreadPoolExecutor(DELIVERERS) as threads:
        life = Life(Shop.open(stripe, tables), Random(seed), wanted)
        waiting: list[StripeEvent] = []
        known = 0
        share = delivery.choice((0.0, 0.05, 0.3, 0.8))

        def take(batch: list[StripeEvent]) -> None:
            list(threads.map(life.shop.billing.webhooks.take, batch))

        def listen() -> None:
            nonlocal known, waiting
            for event in life.events[known:]:
                waiting += [event] * delivery.choice((1, 1, 1, 2, 3))
            known = len(life.events)
            delivery.shuffle(waiting)
            now = int(len(waiting) * share)
            take(waiting[:now])
            waiting = waiting[now:]

        life.live(listen)
        take(waiting)
        return life.shop.standing()
