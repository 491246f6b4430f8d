"""A platform that does what a test says: `/config.json`, sign-in, the HTTP API, the socket and the stream.

It is a real server on loopback, so clients cannot tell it from the platform; it keeps the log of each turn
and answers from it as the platform does.
"""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.embedded import free_port

Wire = dict[str, Any]


@dataclass
class Turn:
    """A turn and its log."""

    conversation: str
    question: str
    page: Wire | None
    events: list[Wire] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether the log has its end."""
        return bool(self.events) and self.events[-1]["type"] in {
            "turn.finished",
            "turn.stopped",
            "turn.failed",
        }


NATION: Final[Wire] = {
    "nation_slug": "demo",
    "status": "active",
    "active": True,
    "plan": "nat_pro",
    "queries_used": 12,
    "queries_limit": 999_999,
    "period_start": "2026-11-01T00:00:00Z",
    "limit_reached": False,
    "nb_connected": True,
    "nb_needs_reauth": False,
    "role": "admin",
}
ANSWERED: Final[tuple[Wire, ...]] = (
    {"kind": "turn.started"},
    {"kind": "turn.finished", "text": "There are **23** people.", "links": []},
)


@dataclass
class Scripted:
    """What the platform says and what it was told."""

    url: str
    nation: Wire = field(default_factory=lambda: dict(NATION))
    turns: dict[str, Turn] = field(default_factory=dict)
    heard: list[Wire] = field(default_factory=list)
    """Messages of sockets, in order."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of calls of the HTTP API."""
    refreshes: int = 0
    sockets: int = 0
    """How many were opened."""
    open: set[WebSocket] = field(default_factory=set)
    refuse: Callable[[str], tuple[int, str] | None] = lambda path: None
    """Status and code with which calls of a path are refused."""
    deaf: bool = False
    """Sockets are not accepted."""
    said: tuple[Wire, ...] = ANSWERED
    """What follows a question."""
    loop: asyncio.AbstractEventLoop | None = None

    def answer(self, turn: str) -> None:
        """Say what follows a question."""
        for each in self.said:
            self.say(turn, **each)

    def say(self, turn: str, kind: str, **more: Any) -> None:
        """Store an event of attempt 1 and push it."""
        known = self.turns[turn]
        seq = sum(each["attempt"] == 1 for each in known.events) + 1
        self._store(turn, 1, seq, kind, more)

    def accept(self, turn: str) -> None:
        """Store and push that a turn was admitted."""
        self._store(turn, 0, 1, "turn.accepted", {"conversation": self.turns[turn].conversation})

    def _store(self, turn: str, attempt: int, seq: int, kind: str, more: Wire) -> None:
        event = {"v": 1, "turn": turn, "attempt": attempt, "seq": seq, "type": kind, **more}
        self.turns[turn].events.append(event)
        self.push(event)

    def push(self, message: Wire) -> None:
        """Send to every open socket."""
        for socket in list(self.open):
            self._soon(socket.send_text(json.dumps(message)))

    def cut(self) -> None:
        """Close every socket."""
        for socket in list(self.open):
            self._soon(socket.close())

    def _soon(self, work: Any) -> None:
        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(work, self.loop)


COLOURS = {
    "primary": "#0b5cad",
    "on_primary": "#ffffff",
    "surface": "#ffffff",
    "text": "#1b1f24",
    "dark_surface": "#14171c",
    "dark_text": "#e8eaed",
}


def token(number: int) -> str:
    """An access token as far as clients read it."""
    return f"header.{_base64({'sub': 'u1', 'number': number})}.signature"


def id_token(issuer: str) -> str:
    """Who signed in, good for an hour. Clients have it from the platform itself and check no signature."""
    now = int(time.time())
    claims = {"iss": issuer, "aud": "extension", "sub": "u1", "iat": now, "exp": now + 3600}
    return f"{_base64({'alg': 'RS256'})}.{_base64(claims)}.{_base64('signature')}"


def _base64(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@contextmanager
def scripted() -> Iterator[Scripted]:
    """A platform on a free port of loopback."""
    port = free_port()
    platform = Scripted(f"http://127.0.0.1:{port}")
    server = uvicorn.Server(
        uvicorn.Config(_app(platform), host="127.0.0.1", port=port, log_level="error", ws="wsproto")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield platform
    server.should_exit = True
    platform.cut()
    thread.join(timeout=10)


def _app(platform: Scripted) -> Starlette:
    async def config(_: Request) -> Response:
        platform.loop = asyncio.get_running_loop()
        return JSONResponse(
            {
                "brand": {"name": "Nat", "tagline": "Ask your nation anything.", "colours": COLOURS},
                "issuer": platform.url,
                "loginUrl": platform.url,
                "extensionClientId": "extension",
                "socketPath": "/socket",
            }
        )

    async def authorize(request: Request) -> Response:
        query = {"code": "c1", "state": request.query_params["state"]}
        return RedirectResponse(f"{request.query_params['redirect_uri']}?{urlencode(query)}", 302)

    async def tokens(request: Request) -> Response:
        form = dict(part.split("=", 1) for part in (await request.body()).decode().split("&"))
        if form["grant_type"] == "refresh_token":
            platform.refreshes += 1
        number = platform.refreshes
        return JSONResponse(
            {
                "access_token": token(number),
                "id_token": id_token(platform.url),
                "refresh_token": f"refresh-{number}",
                "token_type": "Bearer",
                "expires_in": 3600,
            }
        )

    def call(work: Callable[[Request], Wire]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            platform.loop = asyncio.get_running_loop()
            platform.headers.append(dict(request.headers))
            refused = platform.refuse(request.url.path)
            if refused:
                status, code = refused
                error = {"code": code, "message": f"Refused: {code}", "retryable": status >= 429}
                return JSONResponse({"error": error}, status)
            try:
                return JSONResponse(work(request))
            except KeyError:
                return JSONResponse(
                    {"error": {"code": "not_found", "message": "Not found.", "retryable": False}}, 404
                )

        return answer

    def conversation(request: Request) -> Wire:
        wanted = request.path_params["conversation"]
        turns = {name: turn for name, turn in platform.turns.items() if turn.conversation == wanted}
        first = next(iter(turns.values()), None)
        if first is None:
            raise KeyError(wanted)
        at = "2026-11-28T09:00:00Z"
        running = next(((name, turn) for name, turn in turns.items() if not turn.ended), None)
        return {
            "conversation": wanted,
            "title": first.question,
            "turns": len(turns),
            "created_at": at,
            "updated_at": at,
            "exchanges": [
                {
                    "turn": name,
                    "question": turn.question,
                    "outcome": turn.events[-1]["type"].removeprefix("turn."),
                    "answer": turn.events[-1].get("text", ""),
                    "links": [],
                    "asked_at": at,
                    "ended_at": at,
                    "proposals": [],
                    "feedback": None,
                }
                for name, turn in turns.items()
                if turn.ended
            ],
            "earlier": None,
            "running": running
            and {"turn": running[0], "state": "running", "question": running[1].question, "asked_at": at},
        }

    def conversations(_: Request) -> Wire:
        found = dict.fromkeys(turn.conversation for turn in reversed(platform.turns.values()))
        at = "2026-11-28T09:00:00Z"
        return {
            "conversations": [
                {
                    "conversation": each,
                    "title": next(t.question for t in platform.turns.values() if t.conversation == each),
                    "turns": 1,
                    "created_at": at,
                    "updated_at": at,
                }
                for each in found
            ],
            "next": None,
        }

    def events(request: Request) -> Wire:
        turn = platform.turns[request.path_params["turn"]]
        attempt, seq = map(int, request.query_params.get("after", "0.0").split("."))
        return {
            "turn": request.path_params["turn"],
            "state": "finished" if turn.ended else "running",
            "events": [each for each in turn.events if (each["attempt"], each["seq"]) > (attempt, seq)],
        }

    async def socket(websocket: WebSocket) -> None:
        if platform.deaf:
            await websocket.close()
            return
        await websocket.accept()
        platform.sockets += 1
        platform.open.add(websocket)
        try:
            while True:
                _hear(platform, json.loads(await websocket.receive_text()), websocket)
        except WebSocketDisconnect:
            platform.open.discard(websocket)

    own = "/v1/conversations/{conversation}"
    return Starlette(
        routes=[
            Route("/config.json", config),
            Route("/oauth2/authorize", authorize),
            Route("/oauth2/token", tokens, methods=["POST"]),
            Route("/v1/nation", call(lambda _: platform.nation)),
            Route("/v1/ws-ticket", call(lambda _: {"ticket": "t", "expires_in": 60}), methods=["POST"]),
            Route("/v1/conversations", call(conversations)),
            Route(own, call(conversation)),
            Route(f"{own}/approvals", call(lambda _: {"approvals": []})),
            Route(f"{own}/turns/{{turn}}/events", call(events)),
            WebSocketRoute("/socket", socket),
        ]
    )


def _hear(platform: Scripted, message: Wire, websocket: WebSocket) -> None:
    platform.heard.append(message)
    match message["action"]:
        case "ask" if message["turn"] not in platform.turns:
            turn = Turn(message["conversation"], message["message"], message.get("page"))
            platform.turns[message["turn"]] = turn
            platform.accept(message["turn"])
            platform.answer(message["turn"])
        case "resume" if message["turn"] in platform.turns:
            after = (message["after"]["attempt"], message["after"]["seq"])
            for each in platform.turns[message["turn"]].events:
                if (each["attempt"], each["seq"]) > after:
                    platform._soon(websocket.send_text(json.dumps(each)))
        case "ping" if message.get("turn") in platform.turns:
            head = platform.turns[message["turn"]].events[-1]
            pong = {
                "v": 1,
                "type": "pong",
                **{name: head[name] for name in ("turn", "attempt", "seq")},
            }
            platform._soon(websocket.send_text(json.dumps(pong)))
        case "stop" if message["turn"] in platform.turns:
            platform.say(message["turn"], "turn.stopped", text="")
