"""The stand-in as one function from request to answer: faults, limits, OAuth, API, control, log."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event
from typing import Final

from local.loopback import JSON_API, Clock, FaultQueue, Request, Response, html_response, json_response
from local.nationbuilder.access import RateLimiter
from local.nationbuilder.api import Api, is_api
from local.nationbuilder.errors import ApiError
from local.nationbuilder.faults import Fault
from local.nationbuilder.oauth import OAuth
from local.nationbuilder.query import pairs
from local.nationbuilder.request_log import RequestLog
from local.nationbuilder.seeds import seeded
from local.nationbuilder.settings import Settings
from local.nationbuilder.store import Nation
from local.nationbuilder.tokens import Tokens, fingerprint

HOST_SUFFIX: Final = ".nationbuilder.com"


@dataclass
class StandIn:
    """Everything the process knows. Requests come from many threads: each nation has its lock."""

    clock: Clock
    settings: Settings
    tokens: Tokens
    oauth: OAuth
    nations: dict[str, Nation]
    seed_date: datetime
    log: RequestLog
    faults: FaultQueue[Fault] = field(default_factory=FaultQueue)
    stopping: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.limiter = RateLimiter(self.clock, self.settings)
        self.api = Api(self.clock, self.settings)
        self._first_settings = dict(vars(self.settings))

    @classmethod
    def new(
        cls,
        *,
        seed_date: datetime | None = None,
        settings: Settings | None = None,
        log: RequestLog | None = None,
    ) -> "StandIn":
        """A stand-in with the seeded nations. `seed_date` is aware; now by default."""
        clock, chosen = Clock(), settings or Settings()
        tokens = Tokens(clock, chosen)
        date = seed_date or clock.now()
        return cls(
            clock, chosen, tokens, OAuth(clock, chosen, tokens), seeded(date), date, log or RequestLog(None)
        )

    def reset(self, seed_date: datetime | None = None) -> None:
        """Seed anew and forget tokens, codes, faults, windows, shifts. Registered apps stay."""
        self.clock.shift -= self.clock.shift
        self.seed_date = seed_date or self.clock.now()
        self.faults.clear()
        self.limiter.forget()
        self.settings.change(self._first_settings)
        self.tokens.by_access.clear()
        self.tokens.by_refresh.clear()
        self.tokens.codes.clear()
        self.nations.clear()
        self.nations.update(seeded(self.seed_date))

    @property
    def version(self) -> int:
        """Counts what a snapshot would have to save."""
        return self.tokens.version + sum(nation.version for nation in self.nations.values())

    def handle(self, request: Request) -> Response:
        """Answer one request to a nation."""
        nation, path = self._nation(request)
        if nation is None:
            return html_response(404, "<h1>There is no such nation</h1>")
        request = replace(request, path=path)
        fault = self.faults.take(lambda each: each.matches(request, nation.slug))
        response = fault.answer() if fault else None
        if fault is not None and fault.kind == "slow":
            self.stopping.wait(fault.seconds)
        if response is None:
            response = self._route(nation, request)
        if fault is not None and fault.kind == "drop_after":
            response = Response(0, dropped=True)
        self.log.write(nation.slug, request, response)
        return response

    def _nation(self, request: Request) -> tuple[Nation | None, str]:
        """By path prefix, by Host, or, for links below `/api/v2` of a prefixed nation, by token."""
        first, _, rest = request.path.lstrip("/").partition("/")
        if first in self.nations:
            return self.nations[first], f"/{rest}"
        host = request.headers.get("host", "").partition(":")[0]
        if host.endswith(HOST_SUFFIX):
            return self.nations.get(host.removesuffix(HOST_SUFFIX)), request.path
        token = self.tokens.by_access.get(bearer(request) or "")
        return (self.nations.get(token.nation) if token else None), request.path

    def _route(self, nation: Nation, request: Request) -> Response:
        if request.path.startswith("/oauth/"):
            with nation.lock:
                return self.oauth.answer(nation, request)
        if not is_api(request.path):
            return html_response(404, f"<h1>{nation.name}</h1><p>There is no control panel here.</p>")
        access_token = bearer(request)
        headers, too_many = self.limiter.take(fingerprint(access_token or request.peer))
        try:
            if too_many is not None:
                raise too_many
            token = self.tokens.use(access_token, nation.slug)
            response = self.api.answer(nation, token.user_id, request)
        except ApiError as error:
            response = json_response(error.status, error.body(), headers=error.headers)
            if error.status == 422:
                response = json_response(422, error.body(), JSON_API)
        return Response(
            response.status, response.body, response.content_type, {**response.headers, **headers}
        )


def bearer(request: Request) -> str | None:
    """The access token: the Authorization header, or the query's `access_token`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    if "access_token=" in request.query:
        found: Mapping[str, str] = dict(pairs(request.query))
        return found.get("access_token")
    return None
