"""The HTTP server, also inside a test: `with running_nationbuilder() as server: server.base_url`."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from local.loopback import (
    PREFIX,
    Clock,
    LoopbackServer,
    Request,
    Response,
    json_response,
    serving,
    steers,
)
from local.nationbuilder.control import Control
from local.nationbuilder.faults import Fault
from local.nationbuilder.oauth import App
from local.nationbuilder.request_log import RequestLog
from local.nationbuilder.settings import Settings
from local.nationbuilder.standin import StandIn
from local.nationbuilder.state import Keeper, load
from local.nationbuilder.store import Effect, Nation
from local.nationbuilder.tokens import Token


def answering(standin: StandIn) -> Callable[[Request], Response]:
    """Control requests, the front page, or a nation."""
    steering = Control(standin).steering

    def answer(request: Request) -> Response:
        if steers(request.path):
            return json_response(*steering.run(request.method, request.path, request.query, request.body))
        if request.path == "/":
            return json_response(200, {"stand-in": "nationbuilder", "nations": list(standin.nations)})
        return standin.handle(request)

    return answer


@dataclass(frozen=True)
class RunningNationBuilder:
    """A running stand-in. `base_url` has a place for the slug, as `NAT_NATIONBUILDER_URL` does."""

    base_url: str
    control_url: str
    standin: StandIn

    def url(self, slug: str) -> str:
        """Where a nation is."""
        return self.base_url.format(slug=slug)

    def nation(self, slug: str) -> Nation:
        """A nation's records, to compute figures from."""
        return self.standin.nations[slug]

    def issue(self, slug: str, user: str | None = None, *, seconds: float | None = None) -> Token:
        """A token pair of one of the nation's users, the first by default."""
        return self.standin.tokens.issue(
            slug, user or next(iter(self.nation(slug).users)), "nat-local", seconds=seconds
        )

    def access_token(self, slug: str, user: str | None = None) -> str:
        """An access token of one of the nation's users, the first by default."""
        return self.issue(slug, user).access_token

    def register(self, app: App) -> None:
        """Register an app."""
        self.standin.oauth.apps[app.client_id] = app

    def fault(self, kind: str, **details: Any) -> None:
        """Let something go wrong with the next matching requests; see `faults.Fault`."""
        self.standin.faults.add(Fault(kind, **details))

    def effects(self, slug: str) -> Sequence[Effect]:
        """What would have reached people."""
        return tuple(self.nation(slug).effects)

    @property
    def clock(self) -> Clock:
        """The clock, to be shifted."""
        return self.standin.clock

    @property
    def settings(self) -> Settings:
        """The settings, to be changed."""
        return self.standin.settings


@contextlib.contextmanager
def running_nationbuilder(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    log: Path | None = None,
    state: Path | None = None,
    seed_date: datetime | None = None,
    settings: Settings | None = None,
) -> Iterator[RunningNationBuilder]:
    """Run the stand-in until the block ends. Port 0 lets the system choose.

    `settings` defaults to no rate limit, unlike the command, since tests ask faster than people do.
    Raises `OSError` where the port is taken, `StateUnusable` for a bad state file.
    """
    chosen = settings or Settings(rate_limit=0, async_delay_seconds=0.05)
    with contextlib.ExitStack() as stack:
        written = stack.enter_context(contextlib.closing(RequestLog(log)))
        standin = StandIn.new(seed_date=seed_date, settings=chosen, log=written)
        if state is not None and state.exists():
            load(standin, state)
        server = LoopbackServer(host, port, answering(standin), on_close=standin.stopping.set)
        if state is not None:
            keeper = Keeper(standin, state)
            keeper.start()
            stack.callback(keeper.stop)
        stack.enter_context(serving(server, "nationbuilder"))
        yield RunningNationBuilder(f"{server.url}/{{slug}}", f"{server.url}{PREFIX}", standin)
