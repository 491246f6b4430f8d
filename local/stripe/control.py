"""`/_standin/…`: how tests and `make up` steer the stand-in. Nothing of this exists at Stripe."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, Final

from local.stripe.errors import StripeRefusal
from local.stripe.state import State
from local.stripe.subscriptions import visible

PREFIX: Final = "/_standin"
Values = dict[str, Any]


class Control:
    """The control endpoints. Raises `StripeRefusal`, `KeyError`, `ValueError` or `TypeError` for wrong
    input."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._endpoints: dict[tuple[str, str], Callable[[Values], Any]] = {
            ("GET", "health"): self._health,
            ("POST", "clock"): self._advance,
            ("POST", "card"): self._card,
            ("POST", "checkout"): self._complete,
            ("POST", "settle"): self._settle,
            ("POST", "account"): self._account,
            ("POST", "outage"): self._outage,
            ("GET", "webhooks"): self._attempts,
            ("POST", "webhooks"): self._set_webhooks,
            ("POST", "send"): self._send,
            ("POST", "wait"): self._wait,
            ("GET", "requests"): self._requests,
        }

    def answer(self, method: str, path: str, values: Values) -> Any:
        """Run one control request."""
        run = self._endpoints.get((method, path.removeprefix(PREFIX).strip("/")))
        if run is None:
            known = ", ".join(f"{each[0]} {PREFIX}/{each[1]}" for each in self._endpoints)
            raise StripeRefusal(404, f"Unknown control endpoint. Known: {known}.")
        return run(values)

    def _health(self, _values: Values) -> Values:
        kinds = {kind: len(found) for kind, found in self._state.store.objects.items()}
        return {"status": "ok", "now": self._state.store.clock.second, "objects": kinds}

    def _advance(self, values: Values) -> Values:
        """`{seconds?, days?}`: what is due until then happens, each at its own moment."""
        seconds = int(values.get("seconds", 0)) + 86_400 * int(values.get("days", 0))
        if seconds < 0:  # nor can Stripe's test clocks
            raise ValueError("The clock only moves forward.")
        self._state.store.clock.advance(seconds)
        self._state.subscriptions.catch_up()
        return {"now": self._state.store.clock.second}

    def _card(self, values: Values) -> Values:
        """`{customer, card}`: `declined` fails the next payments, `action` makes them wait for the person,
        `ok` pays."""
        return self._state.set_card(values["customer"], values["card"])

    def _complete(self, values: Values) -> Values:
        """`{session, card?}`: pay a Checkout session, as its page does."""
        session = self._state.store.get("checkout.session", values["session"])
        return visible(self._state.complete(session, values.get("card", "ok")))

    def _settle(self, values: Values) -> Values:
        """`{session, paid}`: a payment that takes days comes through or fails."""
        session = self._state.store.get("checkout.session", values["session"])
        self._state.settle(session, paid=bool(values["paid"]))
        return visible(session)

    def _account(self, values: Values) -> Values:
        """`{after_retries: canceled | unpaid}`: what becomes of a subscription that nobody pays."""
        if values["after_retries"] not in ("canceled", "unpaid"):
            raise ValueError("after_retries is canceled or unpaid.")
        self._state.subscriptions.after_retries = values["after_retries"]
        return {"after_retries": values["after_retries"]}

    def _outage(self, values: Values) -> Values:
        """`{statuses: [503, …]}`: what the next API requests are answered with."""
        self._state.outages += [int(each) for each in values["statuses"]]
        return {"statuses": self._state.outages}

    def _attempts(self, _values: Values) -> Values:
        return {"settings": asdict(self._state.webhooks.settings), "attempts": self._state.webhooks.attempts}

    def _set_webhooks(self, values: Values) -> Values:
        """Fields of `Delivery`."""
        self._state.webhooks.settings = replace(self._state.webhooks.settings, **values)
        return asdict(self._state.webhooks.settings)

    def _send(self, values: Values) -> Values:
        """`{events: [id, …]}`: send these in this order, also such as were sent before."""
        return {"deliveries": self._state.webhooks.send(values["events"])}

    def _wait(self, values: Values) -> Values:
        """`{seconds?}`: answer when nothing is left to deliver."""
        return {"idle": self._state.webhooks.wait(float(values.get("seconds", 30)))}

    def _requests(self, _values: Values) -> Values:
        return {"requests": self._state.requests}
