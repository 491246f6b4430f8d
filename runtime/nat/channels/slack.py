"""A turn in a thread of Slack: one message that says what is being done and becomes the answer, and a card
for each proposal. In direct messages it streams (`nat.channels.slack_stream`).

What is shown is read from the stored events each time there is news, so it does not matter how often or in
which order news comes. Of one thread one process shows at a time (the queue's group).

    slack-turn#<turn>       which thread shows a turn, in which message, and whether that is done
    slack-card#<approval>   the message of a proposal

A message carries its turn as metadata. Where it is not certain that one was posted (an answer of Slack's was
lost), the thread is read before it is posted again, and a message that is gone is posted anew: a turn that
Slack asked for always ends with a message. Where the workspace is no longer linked to the nation, the message
says that, and nothing of the nation's goes there any more.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.conditions import Attr
from slack_sdk.errors import SlackApiError, SlackClientError
from ulid import ULID

from nat.approvals.approvals import Approvals
from nat.approvals.change_status import status_of
from nat.approvals.stored_changes import ChangeRows
from nat.aws.items import epoch_ms
from nat.aws.store import Store
from nat.aws.writes import Put, Update
from nat.channels.slack_cards import card_blocks, decided, decision_buttons, thumbs, undo_button
from nat.channels.slack_sending import PASSING, UNREACHABLE, to_response_url, with_blocks
from nat.channels.slack_stream import SlackStream
from nat.channels.slack_text import (
    LONGEST_SECTION,
    blocks,
    cut_tables,
    escaped,
    fallback,
    mrkdwn,
    saying,
    section,
)
from nat.connections.slack_workspaces import Workspaces
from nat.contract.events import (
    ApprovalRequested,
    ApprovalUpdated,
    Notice,
    Progress,
    TextDelta,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnFinished,
    TurnRestarted,
    TurnStopped,
)
from nat.contract.messages import ApprovalState
from nat.conversations.events import Events
from nat.errors import NotFound
from nat.ids import ApprovalId, ConversationId, NationSlug, TurnId
from nat.names import TTL_ATTRIBUTE, Table
from nat.nations.record import Nations
from nat.spreadsheets import csv_text

if TYPE_CHECKING:
    from slack_sdk.web import WebClient

KEPT: Final = timedelta(days=7)
"""How long it is known where a turn or a proposal is shown."""
STATUS_PAUSE: Final = timedelta(seconds=1)
"""Between two changes of what is being done; Slack takes about one a second in a channel."""
EVENT_TYPE: Final = "nat_turn"
"""Of the metadata of our messages."""
PROCESSING: Final = "processing"
SUSPENDED: Final = "suspended"
ACTIVE: Final = "active"
"""How a session of an agent stands (docs.slack.dev, Agent sessions)."""
WORKING: Final = "Working on it …"
PROPOSED: Final = "The new proposal stands in the thread, and waits for you there."
UNLINKED: Final = "This workspace is no longer linked to the nation, so the answer is not shown here."
MOST_FILES: Final = 3
"""Tables of one answer that are attached."""
_CARRIED_OUT: Final = frozenset({ApprovalState.DONE.value, ApprovalState.PARTLY.value})
_GONE: Final = frozenset({"message_not_found", "cant_update_message"})

Client = Callable[[str], "WebClient"]
"""The client of a workspace. Raises `SlackNotInstalled`."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Thread:
    """Where a turn is shown."""

    team: str
    channel: str
    ts: str

    @classmethod
    def of(cls, place: str) -> "Thread":
        """The thread behind its text. Raises `ValueError`."""
        return cls(*place.split("#"))

    @property
    def place(self) -> str:
        """As text."""
        return f"{self.team}#{self.channel}#{self.ts}"

    @property
    def direct(self) -> bool:
        """Whether it is one with Nat alone, also in the pane of agents."""
        return self.channel.startswith("D")


@dataclass(frozen=True)
class Alone:
    """Somebody who asked by a command, and alone sees the answer: Slack takes it at `response_url` for half
    an hour."""

    user: str
    response_url: str


@dataclass
class _View:
    """What the stored events come to: `said` is what has come of the answer, `text` the end of the turn, and
    `answered` whether that is an answer."""

    status: str = WORKING
    said: str = ""
    restarts: int = 0
    text: str | None = None
    answered: bool = False
    proposals: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    change: str | None = None
    carried_out: str | None = None
    """The approval that the turn carried out, wholly or partly."""
    notices: list[str] = field(default_factory=list)


class SlackThreads:
    """Shows turns and proposals."""

    def __init__(self, store: Store, client: Client, *, app_url: str) -> None:
        self._store = store
        self._client = client
        self._events = Events(store)
        self._approvals = Approvals(store)
        self._changes = ChangeRows(store)
        self._nations = Nations(store)
        self._workspaces = Workspaces(store)
        self._app_url = app_url

    def begin(
        self,
        thread: Thread,
        nation_slug: NationSlug,
        conversation_id: ConversationId,
        turn_id: TurnId,
        *,
        alone: Alone | None = None,
        view: str | None = None,
    ) -> None:
        """Let a thread show a turn, or somebody alone; nothing happens if it does already. A dialog (`view`)
        that waits for the turn says how it ended."""
        row = {
            "key": _turn_key(turn_id),
            "place": thread.place,
            "nation": nation_slug,
            "conversation": conversation_id,
            "alone": None if alone is None else asdict(alone),
            "view": view,
            TTL_ATTRIBUTE: self._forgotten(),
        }
        self._store.write(Put(Table.ONCE, row, when=Attr("key").not_exists()))

    def show(self, turn_id: TurnId) -> None:
        """Bring the message of a turn up to its events. Raises `SlackApiError` for what may pass."""
        row = self._store.get(Table.ONCE, {"key": _turn_key(turn_id)})
        if row is None or row.get("done"):
            return
        thread = Thread.of(row["place"])
        view = _view(self._events.after(row["nation"], row["conversation"], turn_id))
        if not self._linked(thread, row):
            view = _View(text=self._unlinked(row))
        if row.get("alone"):
            if view.text is not None:
                self._answer_alone(thread, row, view, Alone(**row["alone"]))
                self._store.write(Update(Table.ONCE, {"key": row["key"]}, set={"done": True}))
            return
        now = epoch_ms(self._store.clock())
        ended = view.text is not None
        soon = now - row.get("at_ms", 0) < STATUS_PAUSE.total_seconds() * 1000
        try:
            if ended or "ts" not in row or row.get("streaming") or not (soon or row["status"] == view.status):
                shown = self._put(thread, turn_id, row, view)
                kept = {"status": view.status, "at_ms": now, "posting": None, **shown}
                self._store.write(Update(Table.ONCE, {"key": row["key"]}, set=kept))
            if view.answered and view.text is not None:
                self._attach(thread, row, view.text)
            for approval, card in view.proposals.items():
                self._propose(thread, row, approval, card)
        except SlackApiError as error:
            if error.response["error"] not in UNREACHABLE:
                raise
            _log.warning("thread not reached", extra={"turn": turn_id, "reason": error.response["error"]})
            ended = True
        if ended and row.get("view"):
            self._tell_dialog(thread, row["view"], view)
        waits = ended and any(self._waits(row, each) for each in view.proposals)
        self._tell_session(thread, row, SUSPENDED if waits else ACTIVE if ended else PROCESSING)
        if ended:
            self._store.write(Update(Table.ONCE, {"key": row["key"]}, set={"done": True}))

    def update(self, approval_id: ApprovalId) -> None:
        """Bring the card of a proposal up to what became of it."""
        row = self._store.get(Table.ONCE, {"key": _card_key(approval_id)})
        if row is None or not self._linked(thread := Thread.of(row["place"]), row):
            return
        try:
            approval = self._approvals.get(row["nation"], row["conversation"], approval_id)
        except NotFound:
            return
        if approval.state is not ApprovalState.PENDING:
            told = decided(approval, row)
            shown = [*card_blocks(approval.card), section(told)]
            self._client(thread.team).chat_update(
                channel=thread.channel, ts=row["ts"], text=told, blocks=shown
            )

    def clicked(self, approval_id: ApprovalId, decision: str, slack_user: str) -> None:
        """Note who decided in Slack."""
        by = {"decision": decision, "slack_user": slack_user}
        self._store.write(Update(Table.ONCE, {"key": _card_key(approval_id)}, set=by))

    def _put(self, thread: Thread, turn_id: TurnId, row: Mapping[str, Any], view: _View) -> dict[str, Any]:
        """Post, stream or change the message of a turn; gives what to keep of it."""
        client = self._client(thread.team)
        more = self._more(row["nation"], row["conversation"])
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"turn": turn_id}}
        stream = SlackStream(self._store, client, thread.channel, thread.ts, row)
        posted = None
        if row.get("posting"):
            posted, lost = self._uncertain(client, thread, turn_id, row)
            for each in lost:
                stream.forget(each)
        if view.text is None and (stream.running or (thread.direct and "ts" not in row and posted is None)):
            try:
                return stream.write(view.status, view.said, view.restarts)
            except SlackApiError as error:
                if (
                    stream.running
                    or error.response["error"] in UNREACHABLE
                    or error.response["error"] in PASSING
                ):
                    raise
                _log.info("no stream", extra={"reason": error.response["error"]})
        if stream.running:
            stream.end(metadata)
        if view.text is None:
            text, shown = f"_{escaped(view.status)}_", None
        else:
            answer = "\n\n".join([view.text, *view.notices]) or "Done."
            text, shown = fallback(answer, more), blocks(answer, more)
            change = view.change or self._undoable(row, view.carried_out)
            if change is not None:
                shown.append(undo_button(row["nation"], row["conversation"], change))
            if view.answered:
                shown.append(thumbs(row["nation"], row["conversation"], turn_id))
        ts = row.get("ts") or posted
        if ts is not None:
            try:
                with_blocks(client.chat_update, text, shown, channel=thread.channel, ts=ts)
            except SlackApiError as error:
                if error.response["error"] not in _GONE:
                    raise
            else:
                return {"ts": str(ts), "streaming": False}
        self._store.write(Update(Table.ONCE, {"key": row["key"]}, set={"posting": True}))
        posted = with_blocks(
            client.chat_postMessage,
            text,
            shown,
            channel=thread.channel,
            thread_ts=thread.ts,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )
        return {"ts": posted, "streaming": False}

    def _answer_alone(self, thread: Thread, row: Mapping[str, Any], view: _View, alone: Alone) -> None:
        """Tell somebody alone; where Slack takes it no more from there, in a direct message. Raises
        `SlackApiError` for what may pass, and `OSError`."""
        more = self._more(row["nation"], row["conversation"])
        answer = "\n\n".join([view.text or "", *view.notices])
        text, shown = fallback(answer, more), blocks(answer, more)
        try:
            with_blocks(to_response_url(alone.response_url), text, shown)
        except SlackApiError as error:
            if error.response["error"] in PASSING:
                raise
            _log.info("command not answered there", extra={"reason": error.response["error"]})
            with_blocks(self._client(thread.team).chat_postMessage, text, shown, channel=alone.user)

    def _tell_dialog(self, thread: Thread, dialog: str, view: _View) -> None:
        """Say in the dialog whose values a turn planned anew what came of them. Nothing depends on it: it may
        be closed, and the thread says it too."""
        text = PROPOSED if view.proposals else mrkdwn(view.text or "Done.")[:LONGEST_SECTION]
        try:
            self._client(thread.team).views_update(view_id=dialog, view=saying(text))
        except SlackApiError as error:
            _log.info("dialog not reached", extra={"reason": error.response["error"]})

    def _attach(self, thread: Thread, row: Mapping[str, Any], answer: str) -> None:
        """Put tables that Slack does not show whole into the thread as CSV files, once. Where that fails the
        link in the message leads to them."""
        tables = cut_tables(answer)[:MOST_FILES]
        free = Attr("attached").not_exists()
        key = {"key": row["key"]}
        if not tables or not self._store.write(Update(Table.ONCE, key, set={"attached": True}, when=free)):
            return
        client = self._client(thread.team)
        for at, (columns, *rows) in enumerate(tables, start=1):
            try:
                client.files_upload_v2(
                    filename=f"table-{at}.csv",
                    content=csv_text(columns, rows),
                    channel=thread.channel,
                    thread_ts=thread.ts,
                )
            except (SlackClientError, OSError) as error:
                _log.warning("table not attached", extra={"reason": type(error).__name__})
                return

    def _undoable(self, row: Mapping[str, Any], approval_id: str | None) -> str | None:
        """The change of an approval of which something can be taken back."""
        if approval_id is None:
            return None
        approval = self._approvals.get(row["nation"], row["conversation"], ApprovalId(approval_id))
        change = self._changes.get(approval.conversation, approval.ref)
        taken_back = status_of(self._store, change, self._store.clock()).undoable
        return str(approval.ref) if taken_back else None

    def _waits(self, row: Mapping[str, Any], approval_id: str) -> bool:
        approval = self._approvals.get(row["nation"], row["conversation"], ApprovalId(approval_id))
        return approval.state is ApprovalState.PENDING

    def _tell_session(self, thread: Thread, row: Mapping[str, Any], status: str) -> None:
        """Say in direct messages, which are sessions of an agent, how it stands. Nothing depends on it: Slack
        refuses it to apps that it does not know as agents."""
        if not thread.direct or row.get("session") == status:
            return
        try:
            self._client(thread.team).agents_sessions_setStatus(
                channel_id=thread.channel, thread_ts=thread.ts, status=status
            )
        except SlackApiError as error:
            _log.info("no session", extra={"reason": error.response["error"]})
        self._store.write(Update(Table.ONCE, {"key": row["key"]}, set={"session": status}))

    def _uncertain(
        self, client: "WebClient", thread: Thread, turn_id: TurnId, row: Mapping[str, Any]
    ) -> tuple[str | None, list[str]]:
        """What a thread holds of which Slack's answer was lost: the message of a turn, if it is there, and
        streams that have begun since the last one that is known. A stream says whose it is when it ends, all
        else that Nat writes says it at once; in direct messages nobody else writes but the person."""
        found = client.conversations_replies(
            channel=thread.channel, ts=thread.ts, include_all_metadata=True, limit=200
        )
        messages: list[dict[str, Any]] = found.get("messages", [])
        since = Decimal(row.get("ts") or Decimal(ULID.from_str(turn_id).milliseconds) / 1000)
        posted = None
        lost = []
        for message in messages:
            payload = (message.get("metadata") or {}).get("event_payload")
            if payload is not None:
                posted = message["ts"] if payload.get("turn") == turn_id else posted
            elif thread.direct and message.get("bot_id") and not message.get("files"):
                lost += [str(message["ts"])] if Decimal(message["ts"]) > since else []
        return None if posted is None else str(posted), lost

    def _propose(
        self, thread: Thread, row: Mapping[str, Any], approval: str, card: Mapping[str, Any]
    ) -> None:
        key = {"key": _card_key(ApprovalId(approval))}
        if self._store.get(Table.ONCE, key) is not None:
            return
        value = {"n": row["nation"], "c": row["conversation"], "a": approval, "f": card["fingerprint"]}
        answered = self._client(thread.team).chat_postMessage(
            channel=thread.channel,
            thread_ts=thread.ts,
            text=f"Do you approve? {escaped(str(card['summary']))}",
            blocks=[*card_blocks(card), decision_buttons(value)],
            metadata={"event_type": EVENT_TYPE, "event_payload": {"approval": approval}},
            unfurl_links=False,
        )
        shown = {name: row[name] for name in ("place", "nation", "conversation")}
        forgotten = {TTL_ATTRIBUTE: self._forgotten()}
        self._store.write(Put(Table.ONCE, {**key, **shown, **forgotten, "ts": answered["ts"]}))

    def _linked(self, thread: Thread, row: Mapping[str, Any]) -> bool:
        return row["nation"] in self._workspaces.nations(thread.team)

    def _unlinked(self, row: Mapping[str, Any]) -> str:
        more = self._more(row["nation"], row["conversation"])
        return UNLINKED if more is None else f"{UNLINKED} [Open it in the web app]({more})."

    def _more(self, nation_slug: NationSlug, conversation_id: ConversationId) -> str | None:
        nation = self._nations.get(nation_slug)
        web_app = (nation.web_app if nation is not None else None) or self._app_url
        return f"{web_app.rstrip('/')}/c/{conversation_id}" if web_app else None

    def _forgotten(self) -> int:
        return int((self._store.clock() + KEPT).timestamp())


def _view(events: Any) -> _View:
    view = _View()
    for stored in events:
        match stored.envelope.event:
            case TurnRestarted() as event:
                view.said, view.restarts = event.text, view.restarts + 1
            case TextDelta() as event:
                view.said += event.text
            case ToolStarted() | Progress() as event:
                view.status = event.label
            case ToolFinished() as event:
                view.change = event.change or view.change
            case ApprovalUpdated() as event if event.state in _CARRIED_OUT:
                view.carried_out = event.approval
            case ApprovalRequested() as event:
                view.proposals[event.approval] = event.card
            case Notice() as event:
                view.notices.append(event.message)
            case TurnFinished() as event:
                links = " · ".join(f"[{each.label}]({each.url})" for each in event.links)
                view.text, view.answered = "\n\n".join(each for each in (event.text, links) if each), True
            case TurnStopped() as event:
                view.text = f"{event.text or view.said}\n\nStopped."
            case TurnFailed() as event:
                view.text = event.message
    return view


def shown_error(message: str, url: str | None) -> str:
    """A refusal as Slack shows it."""
    return f"{mrkdwn(message)} <{url}|Open the web app>" if url else mrkdwn(message)


def _turn_key(turn_id: TurnId) -> str:
    return f"slack-turn#{turn_id}"


def _card_key(approval_id: ApprovalId) -> str:
    return f"slack-card#{approval_id}"
