"""What people ask of Nat in Slack: questions, decisions, commands.

Who asks is looked up with every request: somebody of the workspace, who has proven to be a user of Nat, with
the role that they have in the nation now. The ids of a turn and of its conversation are made of what Slack
says of the message, so the same message is the same turn however often it comes.

A conversation is a thread's and a person's: two people who ask in one thread each continue their own, for
what one of them may see the other may not.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from ulid import ULID

from nat.approvals.approval import Approval
from nat.approvals.approvals import Approvals
from nat.approvals.stored_changes import ChangeRows
from nat.automations.automation import Automations
from nat.aws.store import Store
from nat.aws.writes import Put
from nat.changes.plan import Operation
from nat.channels.slack import Alone, SlackThreads, Thread
from nat.channels.slack_push import follow
from nat.channels.websocket import Followers
from nat.connections.slack_app import customer_of
from nat.connections.slack_workspaces import Workspaces
from nat.contract.messages import ApprovalState
from nat.contract.parsing import composed
from nat.conversations.events import wire_text
from nat.conversations.feedback import Feedbacks, Thumb
from nat.conversations.turns import Turn
from nat.errors import BadRequest, ConversationBusy, NotFound, SlackPersonRefused
from nat.ids import ApprovalId, ConversationId, NationSlug, TurnId, UserId
from nat.names import TTL_ATTRIBUTE, Table
from nat.nations.web_pages import AUTOMATIONS_PAGE
from nat.people.memberships import Membership
from nat.slack.choosing import chosen
from nat.slack.commands import DirectQuestion, command_name, listed
from nat.slack.door import thread_key
from nat.turns.admission import Admission, Admitted, Surface
from nat.turns.admit import AdmitRequest, admit
from nat.turns.approval_updates import push_approval_update
from nat.turns.decide import Decision, Decisions
from nat.turns.stop import request_stop
from nat.waiting import Backoff

THREAD_KEPT: Final = timedelta(days=90)
"""How long a thread is known as one in which Nat answers without being mentioned."""

ROOT_KEPT: Final = timedelta(days=15)
"""Longer than a command can wait in the queue."""

UNTIL_FREE: Final = Backoff(tries=10, first=0.25, longest=2.0, least=1.0)
"""How long a decision waits for the turn of its card, which may still be writing: some 13 seconds."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SlackPerson:
    """Somebody of a workspace in which the app is installed."""

    team: str
    user: str

    @property
    def command(self) -> str:
        """The command of the brand's app."""
        return command_name(customer_of(self.team))


def not_known(person: SlackPerson, app_url: str) -> SlackPersonRefused:
    """What is told to a full member of the workspace who has not proven who they are."""
    return SlackPersonRefused(
        "I don't know yet who you are. Sign in to the web app, open *Settings → Connections*, choose "
        f"*Connect my Slack account*, and type the code here: `{person.command} connect CODE`.",
        url=f"{app_url.rstrip('/')}/settings/connections" if app_url else None,
    )


class SlackDesk:
    """Takes what is asked, on given storage, admission and threads."""

    def __init__(
        self,
        store: Store,
        admission: Admission,
        workspaces: Workspaces,
        threads: SlackThreads,
        followers: Followers,
        *,
        app_url: str,
    ) -> None:
        self._store = store
        self._admission = admission
        self._workspaces = workspaces
        self._threads = threads
        self._followers = followers
        self._approvals = Approvals(store)
        self._changes = ChangeRows(store)
        self._decisions = Decisions(admission, self._approvals)
        self.app_url = app_url

    def ask(self, person: SlackPerson, thread: Thread, ts: str, question: str) -> str:
        """Admit a question of a thread; gives its turn. A repeated one changes nothing.

        Raises `SlackPersonRefused`, and what admission raises.
        """
        membership = self.member(person, thread)
        key = f"{thread.team}#{thread.channel}#{ts}"
        request = AdmitRequest(
            user_id=membership.user_id,
            nation_slug=membership.nation_slug,
            conversation_id=ConversationId(_conversation(thread, membership)),
            turn_id=TurnId(ulid_of(key, ts)),
            question=question,
            surface=Surface.SLACK,
            channel=None if thread.direct else f"{thread.team}/{thread.channel}",
        )
        admitted = admit(request, self._admission, before_queueing=self._following(thread))
        self._threads.show(admitted.turn.turn_id)
        return admitted.turn.turn_id

    def look_up(
        self, person: SlackPerson, channel: str, found: DirectQuestion, request: str, response_url: str
    ) -> None:
        """Admit what tools answer without a model. The answer goes to the person alone. `request` is Slack's
        id of the command: a repeated one changes nothing. Raises as `ask`."""
        membership = self.member(person, Thread(person.team, channel, "0.0"))
        thread = Thread(person.team, channel, self.root(request, self._moment))
        turn_id = TurnId(ulid_of(f"{thread.place}#{request}", thread.ts))
        asked = AdmitRequest(
            user_id=membership.user_id,
            nation_slug=membership.nation_slug,
            conversation_id=ConversationId(_conversation(thread, membership)),
            turn_id=turn_id,
            question=found.question,
            surface=Surface.SLACK,
            calls=found.calls,
        )
        alone = Alone(person.user, response_url)
        admit(asked, self._admission, before_queueing=self._following(thread, alone))
        self._threads.show(turn_id)

    def root(self, request: str, post: Callable[[], str]) -> str:
        """The message that begins the thread of a command: posted once, though the command may come again
        from the queue. `request` is Slack's id of the command; gives the message's `ts`."""
        key = {"key": f"slack-root#{hashlib.sha256(request.encode()).hexdigest()}"}
        row = self._store.get(Table.ONCE, key)
        if row is not None:
            return str(row["ts"])
        ts = post()
        forgotten = int((self._store.clock() + ROOT_KEPT).timestamp())
        self._store.write(Put(Table.ONCE, {**key, "ts": ts, TTL_ATTRIBUTE: forgotten}))
        return ts

    def member(self, person: SlackPerson, thread: Thread) -> Membership:
        """Who it is, in the nation that the thread or its channel is about. Raises `SlackPersonRefused`,
        `BadRequest` where the nation is not clear, `NotAMember`."""
        user_id = self._user(person)
        return self._admission.memberships.require(NationSlug(self._nation(person, thread)), user_id)

    def _nation(self, person: SlackPerson, thread: Thread) -> str:
        nations = self._workspaces.nations(person.team)
        if not nations:
            raise BadRequest(
                "This Slack workspace is not linked to a nation. An admin of your nation can link it in "
                "the web app, under Settings → Connections."
            )
        known = self._store.get(Table.ONCE, {"key": thread_key(thread.place)})
        for each in (
            None if known is None else known["nation"],
            self._workspaces.nation_of_channel(person.team, channel=thread.channel),
        ):
            if each in nations:
                return str(each)
        if len(nations) == 1:
            return nations[0]
        listed = ", ".join(f"`{each}`" for each in sorted(nations))
        raise BadRequest(
            f"Which nation is this about? Choose one for this channel: `{person.command} nation NAME`. "
            f"{listed}"
        )

    def choose(self, person: SlackPerson, channel: str, slug: str) -> None:
        """Let a channel ask about a nation of the workspace. Raises `BadRequest`, `NotAMember`."""
        user_id = self._workspaces.person(person.team, slack_user=person.user)
        if slug not in self._workspaces.nations(person.team):
            raise BadRequest("This workspace is not linked to such a nation.")
        if user_id is None:
            raise not_known(person, self.app_url)
        self._admission.memberships.require(NationSlug(slug), UserId(user_id))
        self._workspaces.choose(person.team, NationSlug(slug), channel=channel)

    def approve(
        self,
        person: SlackPerson,
        thread: Thread,
        value: Mapping[str, str],
        click: str,
        keys: Collection[str] | None = None,
        stays: str | None = None,
    ) -> None:
        """Say yes to a proposal, or to the records of it with these keys. A dialog that `stays` open says
        what came of it. Raises what `Decisions.approve` raises."""
        decision = self._decision(person, value, click)
        admitted = _when_free(
            lambda: self._decisions.approve(
                decision,
                ApprovalId(value["a"]),
                fingerprint=value["f"],
                keys=keys,
                before_queueing=self._following(thread, view=stays),
            )
        )
        self._threads.clicked(ApprovalId(value["a"]), decision.decision_id, person.user)
        self._threads.show(admitted.turn.turn_id)

    def proposal(
        self, person: SlackPerson, value: Mapping[str, str], click: str
    ) -> tuple[Approval, Sequence[Operation]]:
        """A proposal that waits, with its records, for somebody who may see it. Raises `NotFound`,
        `ApprovalClosed` and its kinds, and as a decision does."""
        decision = self._decision(person, value, click)
        member = self._admission.memberships.require(decision.nation_slug, decision.user_id)
        approval = self._approvals.get(
            decision.nation_slug, decision.conversation_id, ApprovalId(value["a"])
        ).as_of(self._store.clock())
        if not member.sees(approval.user_id):
            raise NotFound("There is no such proposal in this conversation.")
        if approval.state is not ApprovalState.PENDING:
            self._approvals.why_closed(approval, fingerprint=value["f"], decision=decision.decision_id)
        return approval, self._changes.get(approval.conversation, approval.ref).change.operations

    def submit(
        self,
        person: SlackPerson,
        thread: Thread,
        value: Mapping[str, str],
        view: Mapping[str, Any],
        click: str,
        stays: str | None = None,
    ) -> None:
        """Take what a dialog says: new values make a new proposal, else its records are approved. A dialog
        that `stays` open says what came of it. Raises what `Decisions.edit` and `approve` raise."""
        choice = chosen(view, *self.proposal(person, value, click))
        if not choice.values:
            self.approve(person, thread, value, click, choice.keys, stays)
            return
        decision = self._decision(person, value, click)
        admitted = _when_free(
            lambda: self._decisions.edit(
                decision,
                ApprovalId(value["a"]),
                fingerprint=value["f"],
                values=choice.values,
                before_queueing=self._following(thread, view=stays),
            )
        )
        self._threads.show(admitted.turn.turn_id)

    def rate(self, person: SlackPerson, value: Mapping[str, str]) -> None:
        """Say whether an answer helped. Raises `SlackPersonRefused` for somebody else's."""
        user_id = self._user(person)
        try:
            Feedbacks(self._store).give(
                NationSlug(value["n"]),
                user_id,
                ConversationId(value["c"]),
                TurnId(value["t"]),
                thumb=Thumb(value["v"]),
            )
        except NotFound:
            raise SlackPersonRefused("Only who asked can rate an answer.") from None

    def automations(self, member: Membership) -> str:
        """The automations that somebody may see."""
        found = Automations(self._store).of_nation(member.nation_slug)
        page = f"{self.app_url.rstrip('/')}{AUTOMATIONS_PAGE}"
        return listed((each for each in found if member.sees(each.owner_id)), page)

    def greet(self, person: SlackPerson) -> bool:
        """Whether somebody who opens the pane is to be greeted: they have not been for a while."""
        return self._workspaces.greet(person.team, slack_user=person.user)

    def knows(self, person: SlackPerson) -> bool:
        """Whether it is known who somebody is."""
        return self._workspaces.person(person.team, slack_user=person.user) is not None

    def reject(self, person: SlackPerson, value: Mapping[str, str], click: str) -> None:
        """Say no to a proposal. Raises what `Decisions.reject` raises."""
        decision = self._decision(person, value, click)
        approval = self._decisions.reject(decision, ApprovalId(value["a"]), fingerprint=value["f"])
        self._threads.clicked(ApprovalId(value["a"]), decision.decision_id, person.user)
        push_approval_update(self._followers.deliver, approval)

    def undo(self, person: SlackPerson, thread: Thread, value: Mapping[str, str], click: str) -> None:
        """Take a change back. Raises what `Decisions.undo` raises."""
        decision = self._decision(person, value, click)
        admitted = _when_free(
            lambda: self._decisions.undo(decision, value["u"], before_queueing=self._following(thread))
        )
        self._threads.show(admitted.turn.turn_id)

    def stop(self, person: SlackPerson, place: str) -> None:
        """Stop the last question of a thread, or of `latest` in a channel. Raises `NotFound`."""
        row = self._store.get(Table.ONCE, {"key": thread_key(place)})
        user_id = self._workspaces.person(person.team, slack_user=person.user)
        if row is None or user_id is None:
            raise NotFound("There is nothing of yours here that could be stopped.")
        stopped = request_stop(
            self._store,
            nation_slug=row["nation"],
            conversation_id=row["conversation"],
            turn_id=row["turn"],
            user_id=UserId(user_id),
            now=self._store.clock(),
        )
        if stopped is not None:
            self._followers.deliver(f"{row['nation']}#{row['conversation']}", wire_text(stopped))

    def _user(self, person: SlackPerson) -> UserId:
        """Who it is. Raises `SlackPersonRefused` for somebody who has not proven it."""
        user_id = self._workspaces.person(person.team, slack_user=person.user)
        if user_id is None:
            raise not_known(person, self.app_url)
        return UserId(user_id)

    def _decision(self, person: SlackPerson, value: Mapping[str, str], click: str) -> Decision:
        user_id = self._user(person)
        if value["n"] not in self._workspaces.nations(person.team):
            raise BadRequest("This workspace is no longer linked to that nation.")
        decision_id = TurnId(ulid_of(f"{person.team}#{person.user}#{click}", click))
        return Decision(
            NationSlug(value["n"]), user_id, ConversationId(value["c"]), decision_id, Surface.SLACK
        )

    def _moment(self) -> str:
        """The present one, as Slack writes it."""
        return f"{self._store.clock().timestamp():.6f}"

    def _following(
        self, thread: Thread, alone: Alone | None = None, *, view: str | None = None
    ) -> Callable[[Turn], None]:
        def observe(turn: Turn) -> None:
            now = self._store.clock()
            follow(self._store, turn.conversation, thread.place, now)
            self._threads.begin(
                thread, turn.nation_slug, turn.conversation_id, turn.turn_id, alone=alone, view=view
            )
            row = {
                "nation": turn.nation_slug,
                "conversation": turn.conversation_id,
                "turn": turn.turn_id,
                TTL_ATTRIBUTE: int((now + THREAD_KEPT).timestamp()),
            }
            for place in (thread.place, latest(thread.team, thread.channel, turn.user_id)):
                self._store.write(Put(Table.ONCE, {"key": thread_key(place), **row}))

        return observe


def latest(team: str, channel: str, user_id: UserId) -> str:
    """In place of a thread: the last question of a person in a channel."""
    return f"{team}#{channel}#of#{user_id}"


def ulid_of(key: str, ts: str) -> str:
    """The ULID of something that Slack names by a time (`1732527000.000100`) and a key."""
    seconds, _, fraction = ts.partition(".")
    milliseconds = int(seconds) * 1000 + int((fraction or "0")[:3].ljust(3, "0"))
    return str(ULID.from_bytes(milliseconds.to_bytes(6, "big") + hashlib.sha256(key.encode()).digest()[:10]))


def _when_free(decide: Callable[[], Admitted]) -> Admitted:
    """Take a decision as soon as no other turn of the conversation runs. Raises what it raises, and
    `ConversationBusy` if one runs for long."""
    for pause in UNTIL_FREE.pauses():
        try:
            return decide()
        except ConversationBusy:
            if pause is None:
                raise
            time.sleep(pause)
    raise AssertionError("the last try has no pause")


def _conversation(thread: Thread, membership: Membership) -> str:
    return ulid_of(f"{thread.place}#{membership.nation_slug}#{membership.user_id}", thread.ts)


def arguments(body: dict[str, Any]) -> tuple[str, str]:
    """The word and the rest of `/nat word rest`."""
    word, _, rest = str(composed(body.get("text") or "")).strip().partition(" ")
    return word.lower(), rest.strip()
