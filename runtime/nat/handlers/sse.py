"""The streaming host: the same questions over HTTP, answered as Server-Sent Events.

It runs no agent: it admits, queues and tails the stored events. In the cloud it is a Lambda behind the Web
Adapter, a Function URL and CloudFront; CloudFront signs what it forwards and so replaces `Authorization`,
which is why the token comes in `X-Nat-Authorization`.

    POST /v1/stream    declared below → text/event-stream
    GET  /health
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from nat import settings
from nat.aws import clients, log
from nat.aws.store import Store
from nat.channels import sse
from nat.contract.endpoint import Access, Endpoint, EventStream
from nat.contract.fields import Limit, Place
from nat.contract.messages import LastEvent, Question, TurnNamed
from nat.contract.parsing import LARGEST_BODY, parse, parse_headers
from nat.conversations.events import Events
from nat.conversations.turns import Turn
from nat.errors import (
    BudgetReached,
    ConversationBusy,
    Cooldown,
    CostCeilingReached,
    Internal,
    LimitReached,
    MessageEmpty,
    MessageTooLong,
    NatError,
    NationBusy,
    NotFound,
)
from nat.handlers.request import refusal
from nat.ids import ConversationId, TurnId
from nat.names import SCOPE, STREAM_HEADERS, STREAM_PATH, Header, Variable
from nat.nations.subscription import NationSubscriptionMiddleware
from nat.people.access_tokens import AccessTokens, bearer
from nat.people.person_limits import PersonLimits
from nat.people.session import Caller, caller_of
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.admission import Admission, Surface
from nat.turns.admit import admit, asked

STREAM: Final = Endpoint(
    key=f"POST {STREAM_PATH}",
    id="streamAnswer",
    tag="Conversations",
    summary="Ask a question, and hear its answer as server-sent events",
    description="For members. Under the web app's host. With `Last-Event-ID` a turn is only tailed, be it a "
    "question or a decision: who decides by HTTP tails the decision's turn from `0.0`. The turn is the "
    "caller's own, or in the caller's conversation. What goes wrong once events flow is an event.",
    access=Access(nation=True, role=Role.VIEWER, active=True),
    answer=EventStream(again=TurnNamed),
    status=200,
    body=Question,
    headers=LastEvent,
    raises=(
        MessageEmpty,
        MessageTooLong,
        LimitReached,
        CostCeilingReached,
        BudgetReached,
        ConversationBusy,
        Cooldown,
        NationBusy,
        NotFound,
    ),
    limit=Limit.STREAMS,
)
"""What this host answers. It is no route of API Gateway, so it is not found by `nat.contract.declared`."""

_STREAM_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}


@dataclass(frozen=True)
class StreamHost:
    """What the host works with."""

    admission: Admission
    tokens: AccessTokens
    events: Events
    limits: PersonLimits

    @classmethod
    def of_process(cls) -> "StreamHost":
        """The host in what this process's environment names. Raises `SettingMissing`."""
        store = Store(clients.dynamodb(), TableNames.read())
        audiences = frozenset(filter(None, settings.read(Variable.TOKEN_AUDIENCE).split(",")))
        return cls(
            Admission.of_process(store),
            AccessTokens(
                settings.read(Variable.TOKEN_ISSUER),
                audiences,
                SCOPE,
                keys_url=settings.read_optional(Variable.TOKEN_KEYS_URL),
            ),
            Events(store),
            PersonLimits(store),
        )

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """The person of the token in the selected nation. Raises `Unauthenticated`, `Forbidden`."""
        claims = self.tokens.verify(bearer(headers.get(Header.AUTHORIZATION.lower(), "")))
        return caller_of(claims, headers)

    def begin(self, caller: Caller, sent: Question | TurnNamed) -> Turn:
        """The turn to tail: admitted now, or one of before, the caller's own or in the caller's conversation,
        not admitted again.

        Raises `BadRequest`, `Throttled`, what admission raises, and `NotFound` for a turn to go on with that
        is neither.
        """
        if isinstance(sent, Question):
            question = asked(
                sent, user_id=caller.user_id, nation_slug=caller.nation_slug, surface=Surface.SSE
            )
            admitted = admit(question, self.admission)
            if admitted.repeated:  # what is new has the cooldown of questions
                self._count(caller)
            return admitted.turn
        self._count(caller)
        self.admission.memberships.require(caller.nation_slug, caller.user_id)
        return NationSubscriptionMiddleware(self._resumed, self.admission.check)(caller, sent)

    def _resumed(self, caller: Caller, named: TurnNamed) -> Turn:
        return self.admission.turns.theirs(
            caller.nation_slug, caller.user_id, ConversationId(named.conversation), TurnId(named.turn)
        )

    def _count(self, caller: Caller) -> None:
        self.limits.take(Limit.STREAMS, caller.user_id, self.admission.clock())


def process_streaming_request(body: bytes, *, again: bool = False) -> Question | TurnNamed:
    """The question of a request's body; `again`, the turn that is to be tailed again. Raises `BadRequest`,
    `MessageTooLong`."""
    if len(body) > LARGEST_BODY:
        raise MessageTooLong
    return parse(body, TurnNamed) if again else parse(body, Question)


async def stream_agent_response(
    host: StreamHost, caller: Caller, turn: Turn, after: Place
) -> AsyncIterator[str]:
    """The frames of a turn's answer after a place, for as long as the caller belongs to the nation. What goes
    wrong now is an event: the status is sent."""
    still = partial(host.admission.memberships.require, caller.nation_slug, caller.user_id)
    try:
        async for frame in sse.tail(host.events, turn, after, still=still):
            yield frame
    except NatError as error:
        yield sse.error_frame(error, turn.turn_id)
    except Exception as error:
        log.defect(error, turn=turn.turn_id, nation=turn.nation_slug)
        yield sse.error_frame(Internal("The stream broke. Reconnect to go on."), turn.turn_id)


def build_app(
    host: Callable[[], StreamHost], *, origins: tuple[str, ...], cross_origin: bool = True
) -> Starlette:
    """The ASGI application. `cross_origin`: answer browsers of `origins` here, as no Function URL does it."""

    async def stream(request: Request) -> Response:
        try:
            last = parse_headers(request.headers, LastEvent).last_event
            sent = process_streaming_request(await _body(request), again=last is not None)
            serving = await to_thread.run_sync(host)
            caller = await to_thread.run_sync(serving.caller, request.headers)
            turn = await to_thread.run_sync(serving.begin, caller, sent)
        except NatError as error:
            return _refusal(error)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            log.defect(error, request=request.headers.get("x-amzn-request-id"))
            return _refusal(Internal())
        return StreamingResponse(
            stream_agent_response(serving, caller, turn, Place() if last is None else Place.read(last)),
            media_type=EventStream.type,
            headers=_STREAM_HEADERS,
        )

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def nothing(_: Request, __: Exception) -> Response:
        return _refusal(NotFound())

    cors = Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "POST"],
        allow_headers=STREAM_HEADERS,
        max_age=3600,
    )
    return Starlette(
        routes=[Route(STREAM.path, stream, methods=[STREAM.method.upper()]), Route("/health", health)],
        middleware=[cors] if cross_origin else [],
        exception_handlers={404: nothing, 405: nothing},
    )


async def _body(request: Request) -> bytes:
    """The body, read no further than it may be long. Raises `MessageTooLong`, `ClientDisconnect`."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > LARGEST_BODY:
            raise MessageTooLong
    return bytes(read)


def _refusal(error: NatError) -> Response:
    told = refusal(error)
    return Response(told.text, told.status, {**told.headers, "cache-control": "no-store"}, "application/json")


_host = cache(StreamHost.of_process)

log.structured()
app = build_app(
    _host,
    origins=tuple(filter(None, settings.read_optional(Variable.ALLOWED_ORIGINS).split(","))),
    cross_origin=not settings.in_lambda(),
)
