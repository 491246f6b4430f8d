"""The HTTP server, also inside a test: `with running_stripe() as stripe: stripe.base_url`."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from local.loopback import HTML, PREFIX, LoopbackServer, Request, Response, serving, steers
from local.stripe.api import Api
from local.stripe.control import Control
from local.stripe.errors import StripeRefusal
from local.stripe.forms import parse
from local.stripe.objects import Object
from local.stripe.pages import Pages, refused
from local.stripe.state import State


class Desk:
    """Takes a request to the API, a page or the control routes; saves what changed."""

    def __init__(self, state: State, keep: Path | None) -> None:
        self.state = state
        self._keep = keep
        self._api = Api(state)
        self._pages = Pages(state)
        self._steering = Control(state).steering

    def answer(self, request: Request) -> Response:
        """One answer."""
        method, path, body = request.method, request.path, request.body
        if path == f"{PREFIX}/wait":  # without the lock: deliveries need it
            return _json(*self._steering.run(method, path, body=body))
        with self.state.store.lock:
            answer = self._answer(method, path, request.query, request.headers, body)
        if self._keep is not None and method != "GET":
            self.state.store.save(self._keep)
        return replace(answer, headers={"Request-Id": "req_standin", **answer.headers})

    def _answer(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        if steers(path):
            return _json(*self._steering.run(method, path, body=body))
        self.state.subscriptions.catch_up()
        if path.startswith("/v1/"):
            return self._call(method, path, query, headers, body)
        if path == "/":
            return _json(200, {"stand-in": "stripe"})
        try:
            if method == "POST":
                form = {name: str(value) for name, value in parse(body.decode()).items()}
                return Response(303, b"", HTML, {"Location": self._pages.submit(path, form)})
            return Response(200, self._pages.show(path).encode(), HTML)
        except StripeRefusal as refusal:
            return Response(refusal.status, refused(refusal).encode(), HTML)

    def _call(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Response:
        state = self.state
        key = headers.get("idempotency-key")
        if state.outages:
            status = state.outages.pop(0)
            return _json(status, {"error": {"type": "api_error", "message": "Try again later."}})
        if not _key(headers).startswith(("sk_", "rk_")):
            return _json(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}})
        if key is not None and key in state.answers:
            status, text = state.answers[key]
            return Response(status, text)
        try:
            params = parse((body.decode() if method == "POST" else "") or query)
            answer = _json(200, self._api.answer(method, path, params))
        except StripeRefusal as refusal:
            answer = _json(refusal.status, refusal.as_body())
        if key is not None and method == "POST":
            state.answers[key] = (answer.status, answer.body)
        return answer


@dataclass(frozen=True)
class RunningStripe:
    """A running stand-in, and the same steering that `/_standin/*` offers."""

    base_url: str
    state: State

    def advance(self, *, days: int = 0, seconds: int = 0) -> None:
        """Move the clock; what is due until then happens."""
        with self.state.store.lock:
            self.state.advance(days * 86_400 + seconds)

    def complete(self, session_id: str, card: str = "ok") -> Object:
        """Pay a Checkout session. Raises `StripeRefusal`."""
        with self.state.store.lock:
            return self.state.complete(self.state.store.get("checkout.session", session_id), card)

    def set_card(self, customer: str, behaviour: str) -> None:
        """`declined` fails the next payments, `action` makes them wait, `ok` pays."""
        with self.state.store.lock:
            self.state.set_card(customer, behaviour)

    def events(self, *kinds: str) -> list[Object]:
        """Events that happened, oldest first; of these types only, if any are named."""
        with self.state.store.lock:
            return [each for each in self.state.store.all("event") if not kinds or each["type"] in kinds]


@contextlib.contextmanager
def running_stripe(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    keep: Path | None = None,
    at: datetime | None = None,
) -> Iterator[RunningStripe]:
    """Run the stand-in until the block ends. Port 0 lets the system choose; `keep` is the file that the
    state survives in, `at` a moment at which its clock stands until it is moved.

    Raises `OSError` where the port is taken, `ValueError` for a file that is no state."""
    state = State()
    if keep is not None and keep.exists():
        state.store.load(keep)
    if at is not None:
        state.store.clock.stand_still(at)
    server = LoopbackServer(host, port, Desk(state, keep).answer)
    state.begin(server.url)
    state.seed_plans()
    state.webhooks.start()
    with serving(server, "stripe"):
        try:
            yield RunningStripe(server.url, state)
        finally:
            state.webhooks.stop()


def _key(headers: Mapping[str, str]) -> str:
    return headers.get("authorization", "").removeprefix("Bearer ")


def _json(status: int, document: Any) -> Response:
    return Response(status, json.dumps(document, indent=2).encode())
