"""The WebSocket API: connect with a ticket, ask, decide, stop, resume, ping.

Answers are pushed, never returned: what a Lambda returns for a message is not sent without a route response.
Whatever is wrong with a message gives one error event, and the connection stays open.
"""

import logging
import re
from collections.abc import Callable, Mapping
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Final

from nat import settings
from nat.aws import clients, log
from nat.aws.store import Store
from nat.aws.writes import Entry
from nat.channels.push import PushFailed
from nat.channels.slack_push import SlackPush
from nat.channels.websocket import REMEMBERED_SECONDS, Followers, PushCall, Session, Sockets
from nat.contract.fields import Limit, Place
from nat.contract.messages import (
    MESSAGES,
    ApproveMessage,
    AskMessage,
    DecisionMessage,
    EditMessage,
    PingMessage,
    Pong,
    RejectMessage,
    ResumeMessage,
    RetryMessage,
    SocketMessage,
    StopMessage,
    UndoMessage,
    encoded,
    error_event,
)
from nat.contract.parsing import convert, json_object
from nat.conversations.events import Events, wire_text
from nat.conversations.turns import Turn
from nat.errors import Internal, NatError, Unauthenticated, UnknownAction
from nat.handlers.front import behind_front
from nat.handlers.request import Lambda, LambdaEvent, content, refusal
from nat.ids import ConversationId, TurnId
from nat.names import ULID_PATTERN, SocketAction, SocketRoute
from nat.nations.subscription import NationSubscriptionMiddleware
from nat.people.person_limits import PersonLimits
from nat.settings import TableNames
from nat.turns.admission import Admission, Admitted, Surface
from nat.turns.admit import admit, asked
from nat.turns.tickets import Tickets

if TYPE_CHECKING:
    from nat.handlers.decisions import Deciding

_log = logging.getLogger(__name__)
_ULID: Final = re.compile(ULID_PATTERN)
_DONE: Final = {"statusCode": 200}


class SocketDoor:
    """The socket's routes, on given storage, queue, plans and clock."""

    def __init__(self, store: Store, admission: Admission, push: PushCall) -> None:
        self._store = store
        self._admission = admission
        self._clock = admission.clock
        self._sockets = Sockets(store)
        self._tickets = Tickets(store)
        self._subscriptions = Followers(store, push)
        self._events = Events(store)
        self._limits = PersonLimits(store)
        self._checked = NationSubscriptionMiddleware(self._act, admission.check)

    def __call__(self, event: LambdaEvent) -> Lambda:
        """Answer one event of the WebSocket API."""
        context = event["requestContext"]
        connection = context["connectionId"]
        log.structured().append_keys(request=context.get("requestId"), connection=connection)
        try:
            match context["routeKey"]:
                case SocketRoute.CONNECT:
                    return self.connect(connection, event.get("queryStringParameters") or {})
                case SocketRoute.DISCONNECT:
                    self._sockets.close(connection)
                    return _DONE
        except Exception as error:
            log.defect(error)
            return {"statusCode": 500}
        self.receive(connection, event)
        return _DONE

    def connect(self, connection: str, query: Mapping[str, str]) -> Lambda:
        """Let a connection in for its ticket, or answer 401."""
        now = self._clock()
        try:
            holder = self._tickets.consume(query.get("ticket") or "", now)
        except Unauthenticated as error:
            return refusal(error).as_lambda()
        self._sockets.open(connection, holder.nation_slug, holder.user_id, now)
        return _DONE

    def receive(self, connection: str, event: Mapping[str, object]) -> None:
        """Do what one message asks for; every error becomes one event on the connection."""
        turn: str | None = None
        try:
            found = json_object(content(event))
            turn = _turn_named(found)
            wanted = _message(found)
            self._take(self._sockets.session(connection), convert(found, wanted))
        except NatError as error:
            self._refuse(connection, turn, error)
        except Exception as error:
            log.defect(error, turn=turn)
            self._refuse(connection, turn, Internal())

    def ask(self, session: Session, message: AskMessage) -> None:
        """Admit a question; its events follow. A repeated id gets the events that are stored."""
        question = asked(
            message, user_id=session.user_id, nation_slug=session.nation_slug, surface=Surface.WEBSOCKET
        )
        later: list[Callable[[], object]] = []
        admitted = admit(
            question,
            self._admission,
            before_queueing=lambda turn: self._follow(session, turn.conversation),
            following=partial(self._following, session),
            afterwards=later.append,
        )
        self._answer(session, admitted)
        for each in later:
            each()

    def decide(self, session: Session, message: DecisionMessage) -> None:
        """Take a decision; the events of its turn follow, as after a question."""
        self._limits.take(Limit.DECISIONS, session.user_id, self._clock())
        admitted = self._deciding.take(
            session.nation_slug, session.user_id, message, partial(self._follow_own, session)
        )
        self._answer(session, admitted)

    def reject(self, session: Session, message: RejectMessage) -> None:
        """Say no to a proposal; all who follow the conversation are told, and this connection with them."""
        from nat.turns.approval_updates import approval_update, push_approval_update

        self._limits.take(Limit.DECISIONS, session.user_id, self._clock())
        approval = self._deciding.reject(session.nation_slug, session.user_id, message)
        if approval.user_id == session.user_id:
            self._follow(session, approval.conversation)
        else:
            self._push(session, approval_update(approval))
        push_approval_update(self._subscriptions.deliver, approval)

    def stop(self, session: Session, message: StopMessage) -> None:
        """Stop a turn. Its final event comes from the worker, or from here if none has begun it."""
        from nat.turns.stop import request_stop  # loads the whole ending of a turn, which few sockets need

        turn = self._own_turn(session, message)
        stopped = request_stop(
            self._store,
            nation_slug=turn.nation_slug,
            conversation_id=turn.conversation_id,
            turn_id=turn.turn_id,
            user_id=session.user_id,
            now=self._clock(),
        )
        if stopped is not None:
            self._subscriptions.deliver(turn.conversation, wire_text(stopped))

    def resume(self, session: Session, message: ResumeMessage) -> None:
        """Follow a conversation again, then get the events after the last one that arrived.

        While the turn runs, its worker may remember for a moment who followed before: what it pushed to them
        meanwhile is read after that moment.
        """
        turn = self._own_turn(session, message)
        self._follow_own(session, turn)
        last = message.after
        reached = self._replay(session, turn, Place() if last is None else Place(last.attempt, last.seq))
        if reached is not None and not turn.state.final:
            self._store.sleep(REMEMBERED_SECONDS)
            self._replay(session, turn, reached)

    def ping(self, session: Session, message: PingMessage) -> None:
        """Keep the connection alive; with a turn, say its last stored event, so that a lost one shows."""
        pong = Pong()
        if message.turn is not None:
            turn = self._own_turn(session, message)
            attempt, seq = self._events.head(turn.nation_slug, turn.conversation_id, turn.turn_id)
            pong = Pong(turn=turn.turn_id, attempt=attempt, seq=seq)
        self._push(session, encoded(pong))

    @cached_property
    def _deciding(self) -> "Deciding":
        from nat.handlers.decisions import Deciding  # loads the rows and rules of changes

        return Deciding(self._admission, Surface.WEBSOCKET)

    def _take(self, session: Session, message: SocketMessage) -> None:
        """The action behind membership and subscription; asking has both in admission."""
        if isinstance(message, AskMessage):
            self.ask(session, message)
            return
        self._admission.memberships.require(session.nation_slug, session.user_id)
        self._checked(session, message)

    def _act(self, session: Session, message: SocketMessage) -> None:
        match message:
            case StopMessage():
                self.stop(session, message)
            case ResumeMessage():
                self.resume(session, message)
            case PingMessage():
                self.ping(session, message)
            case RejectMessage():
                self.reject(session, message)
            case ApproveMessage() | EditMessage() | RetryMessage() | UndoMessage():
                self.decide(session, message)

    def _own_turn(self, session: Session, message: StopMessage | ResumeMessage | PingMessage) -> Turn:
        """A turn of this person, or in this person's conversation. Raises `NotFound` for any other."""
        return self._admission.turns.theirs(
            session.nation_slug,
            session.user_id,
            ConversationId(message.conversation or ""),
            TurnId(message.turn or ""),
        )

    def _answer(self, session: Session, admitted: Admitted) -> None:
        """The first event of a turn, or all that are stored if the turn was known."""
        if admitted.accepted is not None:
            self._push(session, wire_text(admitted.accepted))
        else:
            self._replay(session, admitted.turn, Place())

    def _follow_own(self, session: Session, turn: Turn) -> None:
        """Follow the turn's conversation if it is this person's. An admin who decides in another person's
        reads the events of the decision, and not what is asked there later."""
        if self._admission.turns.owner(turn) == session.user_id:
            self._follow(session, turn.conversation)

    def _follow(self, session: Session, conversation: str) -> None:
        if conversation not in session.conversations:
            self._subscriptions.subscribe(conversation, session.connection_id, self._clock())

    def _following(self, session: Session, turn: Turn) -> list[Entry]:
        if turn.conversation in session.conversations:
            return []
        return self._subscriptions.following(turn.conversation, session.connection_id, self._clock())

    def _replay(self, session: Session, turn: Turn, after: Place) -> Place | None:
        """Push what is stored after a place; gives the place that was reached, `None` where nobody is."""
        for event in self._events.after(turn.nation_slug, turn.conversation_id, turn.turn_id, after=after):
            if not self._push(session, event.wire):
                return None
            after = event.place
        return after

    def _push(self, session: Session, payload: str) -> bool:
        try:
            return self._subscriptions.push(session.connection_id, payload)
        except PushFailed as failed:
            _log.warning("push failed", extra={"nation": session.nation_slug, "reason": str(failed)})
            return False

    def _refuse(self, connection: str, turn: str | None, error: NatError) -> None:
        try:
            self._subscriptions.push(connection, encoded(error_event(error, turn)))
        except PushFailed as failed:
            _log.warning("push failed", extra={"turn": turn, "reason": str(failed)})


def _message(found: Mapping[str, object]) -> type[SocketMessage]:
    """What kind of message it is. Raises `UnknownAction`."""
    try:
        return MESSAGES[SocketAction(str(found.get("action")))]
    except ValueError:
        raise UnknownAction from None


def _turn_named(message: Mapping[str, object]) -> str | None:
    turn = message.get("turn", message.get("decision"))
    return turn if isinstance(turn, str) and _ULID.fullmatch(turn) else None


@cache
def door() -> SocketDoor:
    """The door of this process, from its environment."""
    store = Store(clients.dynamodb(), TableNames.read())
    return SocketDoor(store, Admission.of_process(store), SlackPush.of_process())


@behind_front
def handler(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return door()(event)


if settings.in_lambda():  # clients are built while Lambda gives a new function its full CPU, not in a request
    log.structured()
    door()
