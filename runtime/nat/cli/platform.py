"""A client of the platform: ticket, socket, events in order, reconnecting and resuming.

    client = PlatformClient(profile, session)
    for envelope in client.ask("demo", "Who donated this week?"):
        ...

A turn's id is made here and is the idempotency key from end to end: after a lost connection the same
question is sent again until the platform is known to have it, and from then on only the events that were
missed are asked for.
"""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

import requests
import websocket
from msgspec.structs import asdict
from ulid import ULID

from nat.agent.values import OpenPage
from nat.cli.decisions import (
    PENDING,
    Approve,
    Decision,
    Edit,
    PendingProposal,
    Reject,
    Retry,
    Undo,
)
from nat.cli.event_order import Ordering, Wire
from nat.cli.profile import Profile, SignInSession
from nat.cli.sign_in import SessionEnded, refresh
from nat.cli.terminal import CommandFailed
from nat.contract.events import EVENT_TYPES, TERMINAL, ApprovalUpdated, Envelope, Notice
from nat.errors import Cooldown
from nat.names import MAX_MESSAGE_BYTES, Header, SocketAction
from nat.waiting import Backoff

RECONNECTING: Final = Backoff(tries=100, first=0.25, longest=4.0, least=0.5)
"""How long is decided by `Timing`."""
_IDLE_SECONDS: Final = 590
"""API Gateway closes a connection after 10 idle minutes."""
_MESSAGE_BYTES: Final = 128 * 1024
_FRAME_BYTES: Final = 32 * 1024
"""API Gateway's limits of a message and of each of its frames; beyond either it closes the connection (its
quotas for WebSocket APIs)."""
_WAITS: Final = 3
"""How often a question waits for its turn; somebody who asks elsewhere at the same time may be quicker."""


class PlatformError(CommandFailed):
    """The platform said no: `code` as in `nat.errors`, `message` for the person."""

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable

    @classmethod
    def told(cls, error: Mapping[str, object]) -> "PlatformError":
        """The error in an answer or an event; its message says the page to go to as well."""
        words = [str(error.get("message", "The platform refused.")), str(error.get("url", ""))]
        return cls(
            str(error.get("code", "internal")),
            " ".join(filter(None, words)),
            retryable=bool(error.get("retryable")),
        )


@dataclass(frozen=True)
class Timing:
    """How patient a client is. Seconds."""

    answer: float = 15.0
    """For an HTTP answer, and for a socket to open."""
    poll: float = 0.2
    """How often a silent socket is left, to look whether the person wants to stop."""
    ping: float = 10.0
    """After so much silence a ping asks how far the turn is; a question without any event is sent again."""
    gap: float = 1.0
    """How long to wait for a missing event before asking for it."""
    first_connect: float = 5.0
    """How long to try to open the first socket."""
    reconnect: float = 60.0
    """How long to try to get back after a lost connection."""
    silence: float = 900.0
    """How long a turn may say nothing at all."""
    cooldown: float = 5.0
    """How long to wait when a question came too soon after the last one."""


class PlatformClient:
    """One person's connection. `on_session` gets a refreshed session, to be stored. For one thread."""

    def __init__(
        self,
        profile: Profile,
        session: SignInSession,
        *,
        on_session: Callable[[SignInSession], None] = lambda _: None,
        timing: Timing | None = None,
    ) -> None:
        self.profile = profile
        self.session = session
        self._on_session = on_session
        self._timing = timing or Timing()
        self._socket: websocket.WebSocket | None = None
        self._nation = ""
        self._used_at = 0.0

    def ask(
        self,
        nation: str,
        message: str,
        *,
        conversation: str | None = None,
        turn: str | None = None,
        page: OpenPage | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Envelope]:
        """Ask and give the turn's events in order, up to the one that ends it.

        Once `stop()` is true the platform is told to stop the turn; its events still come to their end.
        Raises `PlatformError` when the platform refuses, `CommandFailed` when it cannot be reached.
        """
        if _size(message) > MAX_MESSAGE_BYTES:
            raise PlatformError("message_too_long", "The message is too long. Shorten it to 32 KB.")
        asked = _Question(
            turn=turn or str(ULID()),
            conversation=conversation or str(ULID()),
            body={"message": message, **({"page": asdict(page)} if page else {})},
        )
        return self._events(nation, asked, stop)

    def resume(
        self,
        nation: str,
        conversation: str,
        turn: str,
        *,
        attempt: int = 0,
        seq: int = 0,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Envelope]:
        """Follow a turn that was asked before, from behind the given event."""
        asked = _Question(turn, conversation, None, Ordering(attempt, seq))
        return self._events(nation, asked, stop)

    def decide(
        self,
        nation: str,
        conversation: str,
        decision: Decision,
        *,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Envelope]:
        """Send a decision and give the events of what comes of it; those of its own turn, if it has one.

        The decision's id is made here, so a lost answer is asked for again without deciding twice. Raises
        what `ask` raises.
        """
        base = f"/v1/conversations/{conversation}"
        turn = str(ULID())
        match decision:
            case Approve(waiting=waiting, keys=keys):
                path = f"{base}/approvals/{waiting.approval}/approve"
                body: dict[str, Any] = {"fingerprint": waiting.fingerprint}
                if keys is not None:
                    body["records"] = list(keys)
            case Edit(waiting=waiting, values=values):
                path = f"{base}/approvals/{waiting.approval}/edit"
                body = {"fingerprint": waiting.fingerprint, "values": dict(values)}
            case Reject(waiting=waiting):
                path = f"{base}/approvals/{waiting.approval}/reject"
                answer = self._decide(path, nation, {"decision": turn, "fingerprint": waiting.fingerprint})
                updated = ApprovalUpdated(waiting.approval, str(answer.get("state", "rejected")))
                yield Envelope(turn, 0, 1, updated)
                return
            case Retry(approval=approval, change=change):
                about = f"approvals/{approval}" if change is None else f"changes/{quote(change, safe='')}"
                path, body = f"{base}/{about}/retry", {}
            case Undo(approval=approval, change=change):
                if change is None:
                    found = self.call("GET", f"{base}/approvals/{approval}", nation)
                    change = str(found.get("change", ""))
                path, body = f"{base}/changes/{quote(change, safe='')}/undo", {}
        self._decide(path, nation, {"decision": turn, **body})
        yield from self.resume(nation, conversation, turn, stop=stop)

    def waiting(self, nation: str, conversation: str) -> list[PendingProposal]:
        """Proposals of a conversation that wait for a decision. Raises `PlatformError`, `CommandFailed`."""
        found = self.call("GET", f"/v1/conversations/{conversation}/approvals", nation)
        return [
            PendingProposal(each["approval"], each["card"], each["expires_at"])
            for each in found.get("approvals", ())
            if each["state"] == PENDING
        ]

    def _decide(self, path: str, nation: str, body: Mapping[str, object]) -> dict[str, object]:
        """Post a decision, once more after an answer that was lost."""
        try:
            return self.call("POST", path, nation, body)
        except Unreachable:
            return self.call("POST", path, nation, body)

    def ticket(self, nation: str) -> str:
        """A ticket that opens one socket within 60 seconds. Raises `PlatformError`, `CommandFailed`."""
        value = self.call("POST", "/v1/ws-ticket", nation)
        ticket = value.get("ticket")
        if not isinstance(ticket, str):
            raise CommandFailed(f"{self.profile.api_url} does not answer like the platform.")
        return ticket

    def call(
        self, method: str, path: str, nation: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """One call of the HTTP API; a stale session is refreshed. Raises `PlatformError`, `CommandFailed`."""
        if not self.session.is_fresh(datetime.now(UTC)):
            self._refresh()
        answer = self._call(method, path, nation, body)
        if answer.status_code == 401 and self.session.refresh_token:
            self._refresh()
            answer = self._call(method, path, nation, body)
        return _value(answer)

    def connect(self, nation: str) -> websocket.WebSocket:
        """A new socket for a nation. Raises `PlatformError`, `CommandFailed`, `Disconnected`."""
        url = f"{self.profile.socket_url}?{urlencode({'ticket': self.ticket(nation)})}"
        try:
            return websocket.create_connection(url, timeout=self._timing.answer, enable_multithread=False)
        except websocket.WebSocketBadStatusException as error:
            if error.status_code in {401, 403}:
                raise PlatformError("ticket_invalid", "The platform refused the connection.") from None
            raise Disconnected from None
        except (websocket.WebSocketException, OSError):
            raise Disconnected from None

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            with contextlib.suppress(websocket.WebSocketException, OSError):
                self._socket.close(timeout=1)
            self._socket = None

    def __enter__(self) -> "PlatformClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _events(self, nation: str, asked: "_Question", stop: Callable[[], bool]) -> Iterator[Envelope]:
        lost_at: float | None = None
        tries = waits = 0
        while True:
            try:
                for wire in self._follow(self._open(nation), asked, stop):
                    lost_at, tries = None, 0
                    envelope = _envelope(wire)
                    if envelope is not None:
                        yield envelope
                        if envelope.event.type in TERMINAL:
                            return
            except PlatformError as error:
                if error.code != Cooldown.code or asked.known or waits == _WAITS or stop():
                    raise
                if not waits:
                    yield Envelope(asked.turn, 0, 0, Notice("wait", "One moment…"))
                waits += 1
                time.sleep(self._timing.cooldown)
            except (Disconnected, Unreachable) as error:
                self.close()
                if isinstance(error, Unreachable) and not asked.sent:
                    raise
                lost_at = lost_at if lost_at is not None else time.monotonic()
                patience = self._timing.reconnect if asked.sent else self._timing.first_connect
                if time.monotonic() - lost_at > patience:
                    raise CommandFailed("The connection to the platform was lost.") from None
                time.sleep(RECONNECTING.pause(tries))
                tries += 1

    def _open(self, nation: str) -> websocket.WebSocket:
        stale = time.monotonic() - self._used_at > _IDLE_SECONDS
        if self._socket is not None and (self._nation != nation or stale):
            self.close()
        if self._socket is None:
            self._socket = self.connect(nation)
            self._nation = nation
        self._used_at = time.monotonic()
        return self._socket

    def _follow(
        self, socket: websocket.WebSocket, asked: "_Question", stop: Callable[[], bool]
    ) -> Iterator[Wire]:
        """Send the question or resume, then give the turn's events in order. Raises `Disconnected`."""
        timing = self._timing
        socket.settimeout(timing.poll)
        # A question that is sent again may have been known: then its events so far come, and no later ones
        # until they are asked for. Not both at once: each message is handled on its own, in any order.
        asked_again = asked.sent and not asked.known
        _send(socket, asked.opening())
        asked.sent = True
        heard = pinged = moved = time.monotonic()
        gap_since: float | None = None
        stopping = False
        while True:
            wire = _receive(socket)
            now = time.monotonic()
            if wire is not None:
                heard = self._used_at = now
                for event in self._take(socket, asked, wire):
                    moved = now
                    yield event
                if asked_again and asked.known:
                    asked_again = False
                    _send(socket, asked.resuming())
            if asked.known and not stopping and stop():
                stopping = True
                _send(socket, asked.action(SocketAction.STOP))
            gap_since = (gap_since or now) if asked.ordering.has_gap else None
            if gap_since is not None and now - gap_since > timing.gap:
                gap_since = now
                _send(socket, asked.resuming())
            if now - moved > timing.silence:
                raise CommandFailed("The platform has not answered for a long time. Please try again later.")
            if now - max(heard, pinged) > timing.ping:
                if pinged > heard:
                    # Neither an event nor a pong since the last ping: the connection is dead, unnoticed.
                    raise Disconnected
                pinged = now
                asked_again = not asked.known
                _send(socket, asked.action(SocketAction.PING) if asked.known else asked.opening())

    @staticmethod
    def _take(socket: websocket.WebSocket, asked: "_Question", wire: Wire) -> Iterator[Wire]:
        if wire.get("turn") not in {asked.turn, None}:
            return
        kind = wire.get("type")
        if kind == "error":
            raise PlatformError.told(wire)
        if kind == "pong":
            if asked.ordering.is_behind(int(wire.get("attempt", 0)), int(wire.get("seq", 0))):
                _send(socket, asked.resuming())
        elif "seq" in wire and "attempt" in wire:
            asked.known = True
            yield from asked.ordering.take(wire)

    def _call(
        self, method: str, path: str, nation: str, body: Mapping[str, object] | None
    ) -> requests.Response:
        try:
            return requests.request(
                method,
                f"{self.profile.api_url.rstrip('/')}{path}",
                json=None if method == "GET" else dict(body or {}),
                headers={
                    "Authorization": f"Bearer {self.session.access_token}",
                    Header.USER_ID.value: self.session.user_id,
                    Header.NATION_SLUG.value: nation,
                },
                timeout=self._timing.answer,
            )
        except requests.RequestException:
            raise Unreachable(self.profile.api_url) from None

    def _refresh(self) -> None:
        self.session = refresh(self.profile, self.session)
        self._on_session(self.session)


class Disconnected(Exception):
    """The socket broke or could not be opened; worth another try."""


class Unreachable(CommandFailed):
    """No answer from the platform at all."""

    def __init__(self, url: str) -> None:
        super().__init__(f"The platform at {url} cannot be reached. Is it running, and are you online?")


@dataclass
class _Question:
    """A turn as this client knows it. Without a `body` it is only followed."""

    turn: str
    conversation: str
    body: Mapping[str, object] | None
    ordering: Ordering = field(default_factory=Ordering)
    sent: bool = False
    known: bool = False
    """Whether an event of the turn has come: then the platform has the question."""

    def opening(self) -> dict[str, object]:
        """What to send on a new socket."""
        if self.body is None or self.known:
            return self.resuming()
        return {**self.action(SocketAction.ASK), **self.body}

    def resuming(self) -> dict[str, object]:
        """Asks for what was missed, and for what comes."""
        after = {"attempt": self.ordering.attempt, "seq": self.ordering.seq}
        return {**self.action(SocketAction.RESUME), "after": after}

    def action(self, action: SocketAction) -> dict[str, object]:
        """An action on this turn."""
        return {"action": action.value, "turn": self.turn, "conversation": self.conversation}


def _envelope(wire: Wire) -> Envelope | None:
    """The event; `None` for a type that this version does not know."""
    if wire.get("type") not in EVENT_TYPES:
        return None
    try:
        return Envelope.from_wire(wire)
    except (KeyError, TypeError):
        return None


def _size(message: str) -> int:
    """Bytes of a text. Raises `PlatformError` for one that is no Unicode text."""
    try:
        return len(message.encode())
    except UnicodeEncodeError:
        raise PlatformError("bad_request", "The message is not valid Unicode text.") from None


def _send(socket: websocket.WebSocket, message: Mapping[str, object]) -> None:
    """Send a message in frames that API Gateway takes. Raises `PlatformError` for one it would not take."""
    payload = json.dumps(message, ensure_ascii=False).encode()
    if len(payload) > _MESSAGE_BYTES:
        raise PlatformError("message_too_long", "The message is too long to be sent. Shorten it.")
    frames = [payload[start : start + _FRAME_BYTES] for start in range(0, len(payload), _FRAME_BYTES)]
    try:
        for number, frame in enumerate(frames, 1):
            kind = websocket.ABNF.OPCODE_TEXT if number == 1 else websocket.ABNF.OPCODE_CONT
            socket.send_frame(websocket.ABNF.create_frame(frame, kind, int(number == len(frames))))
    except (websocket.WebSocketException, OSError):
        raise Disconnected from None


def _receive(socket: websocket.WebSocket) -> Wire | None:
    """The next message; `None` when there was none for a while or it is nothing we understand."""
    try:
        text = socket.recv()
    except websocket.WebSocketTimeoutException:
        return None
    except (websocket.WebSocketException, OSError):
        raise Disconnected from None
    if text in {"", b""}:
        raise Disconnected
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _value(answer: requests.Response) -> dict[str, object]:
    try:
        value = answer.json()
    except requests.JSONDecodeError:
        value = None
    if answer.ok and isinstance(value, dict):
        return value
    error = value.get("error") if isinstance(value, dict) else None
    if isinstance(error, dict):
        raise PlatformError.told(error)
    if answer.status_code in {401, 403}:
        raise SessionEnded
    raise CommandFailed(f"The platform answered with status {answer.status_code}. Please try again later.")
