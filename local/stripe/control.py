"""How tests steer the stand-in: its clock, and how its webhooks go out."""

from dataclasses import asdict, replace
from typing import Any

from local.loopback import Steering
from local.stripe.state import State

Values = dict[str, Any]


class Control:
    """The control endpoints."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.steering = Steering(
            {
                ("POST", "clock"): self._advance,
                ("POST", "webhooks"): self._set_webhooks,
                ("POST", "send"): self._send,
                ("POST", "wait"): self._wait,
            }
        )

    def _advance(self, values: Values) -> Values:
        """`{seconds?, days?}`: what is due until then happens, each at its own moment."""
        seconds = int(values.get("seconds", 0)) + 86_400 * int(values.get("days", 0))
        if seconds < 0:  # nor can Stripe's test clocks
            raise ValueError("The clock only moves forward.")
        self._state.advance(seconds)
        return {"now": self._state.store.clock.second}

    def _set_webhooks(self, values: Values) -> Values:
        """Fields of `Delivery`."""
        self._state.webhooks.settings = replace(self._state.webhooks.settings, **values)
        return asdict(self._state.webhooks.settings)

    def _send(self, values: Values) -> Values:
        """`{events: [id, …]}`: send these in this order, also such as were sent before."""
        known = self._state.store.objects["event"]
        return {"deliveries": self._state.webhooks.send([known[each]["id"] for each in values["events"]])}

    def _wait(self, values: Values) -> Values:
        """`{seconds?}`: answer when nothing is left to deliver."""
        return {"idle": self._state.webhooks.wait(float(values.get("seconds", 30)))}
