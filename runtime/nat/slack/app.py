"""Nat's Bolt app: which listener takes what, and how a refusal is told."""

import json
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from nat.aws import log
from nat.channels.slack import EVENT_TYPE, Thread, shown_error
from nat.channels.slack_cards import APPROVE, BUTTONS, CHOOSE, RATE, REJECT, UNDO
from nat.channels.slack_client import client
from nat.channels.slack_sending import UNREACHABLE
from nat.channels.slack_text import escaped, saying
from nat.connections.slack_workspaces import Workspace, Workspaces
from nat.contract.parsing import composed
from nat.errors import BadRequest, NatError, SlackNotInstalled, SlackPersonRefused
from nat.ids import NationSlug
from nat.slack.choosing import dialog
from nat.slack.commands import PROMPTS, greeting, help_text, look_up_of, question_of
from nat.slack.desk import SlackDesk, SlackPerson, arguments, latest, not_known
from nat.slack.dialog_answer import DIALOG, answer_to
from nat.slack.inbound import HOME_OPENED

TokenOf = Callable[[str], str]
"""The bot's token in a workspace. Raises `SlackNotInstalled`."""
HOME: Final = "home"
"""What Bolt's context names the workspace by (`nat.connections.slack_app.home_of`)."""
_MENTION: Final = re.compile(r"^\s*<@[A-Z0-9]+(?:\|[^>]*)?>[\s,:]*")
_NOT_IN_CHANNEL: Final = "I am not in this channel. Invite me first, with `/invite`."
_OUT_OF_CHANNEL: Final = {
    "not_in_channel": _NOT_IN_CHANNEL,
    "channel_not_found": _NOT_IN_CHANNEL,
    "is_archived": "This channel is archived: nobody can write in it. Ask me in another one.",
    "restricted_action": "I may not write in this channel. Ask me in another one.",
}
"""What Slack says of a channel in which a question cannot be posted, in words for who asked it."""
_log = logging.getLogger(__name__)


class Listeners:
    """What the app does, each once its request was claimed. `usage` tells how much of the pool a nation has
    used."""

    def __init__(self, desk: SlackDesk, workspaces: Workspaces, usage: Callable[[NationSlug], str]) -> None:
        self._desk = desk
        self._workspaces = workspaces
        self._usage = usage

    def message(self, event: Mapping[str, Any], client: WebClient, context: Mapping[str, Any]) -> None:
        """A question, in a channel, a thread or a direct message."""
        home: str = context[HOME]
        thread = Thread(home, event["channel"], event.get("thread_ts") or event["ts"])
        question = str(composed(_unescaped(_MENTION.sub("", event.get("text") or "")))).strip()
        person = SlackPerson(home, event["user"])
        try:
            _check(client, person, event)
            if not question:
                raise SlackPersonRefused(
                    f"Ask me something about your nation. `{person.command} help` says what I can do."
                )
            self._desk.ask(person, thread, event["ts"], question)
        except NatError as error:
            _tell(client, person, thread, error)

    def command(
        self,
        body: Mapping[str, Any],
        client: WebClient,
        context: Mapping[str, Any],
        respond: Callable[..., Any],
    ) -> None:
        """`/nat …`. What is no question is answered to the person alone."""
        home: str = context[HOME]
        person, channel = SlackPerson(home, body["user_id"]), body["channel_id"]
        word, rest = arguments(dict(body))
        try:
            _check(client, person, {})
            found = look_up_of(word, rest)
            if found is None:
                told = self._command(person, channel, word, rest, client, body["trigger_id"])
            else:
                told = None
                self._desk.look_up(person, channel, found, body["trigger_id"], body["response_url"])
        except NatError as error:
            told = shown_error(error.message, error.url)
        except SlackApiError as error:
            told = _OUT_OF_CHANNEL.get(error.response["error"])
            if told is None:
                raise
        if told:
            respond(text=told, response_type="ephemeral")

    def _command(
        self, person: SlackPerson, channel: str, word: str, rest: str, client: WebClient, request: str
    ) -> str | None:
        here = Thread(person.team, channel, "0.0")
        question = question_of(word, rest)
        if question is not None:
            self._desk.member(person, here)  # before anything is said in the channel
            asks = f"<@{person.user}> asks: {escaped(question)}"

            def post() -> str:
                return str(client.chat_postMessage(channel=channel, text=asks, unfurl_links=False)["ts"])

            thread = Thread(person.team, channel, self._desk.root(request, post))
            try:
                self._desk.ask(person, thread, thread.ts, question)
            except NatError as error:
                _tell(client, person, thread, error)
            return None
        match word:
            case "connect" if rest:
                self._workspaces.prove(person.team, rest, slack_user=person.user)
                return "I know you now. Ask me anything about your nation."
            case "connect":
                raise not_known(person, self._desk.app_url)
            case "nation" if rest:
                self._desk.choose(person, channel, rest.lower())
                return f"This channel asks about *{escaped(rest.lower())}* from now on."
            case "nation":
                return f"This channel asks about *{self._desk.member(person, here).nation_slug}*."
            case "automations":
                return self._desk.automations(self._desk.member(person, here))
            case "usage":
                return self._usage(self._desk.member(person, here).nation_slug)
            case "stop":
                member = self._desk.member(person, here)
                self._desk.stop(person, latest(person.team, channel, member.user_id))
                return "I stop."
        return help_text(person.command)

    def click(
        self,
        body: Mapping[str, Any],
        action: Mapping[str, Any],
        client: WebClient,
        context: Mapping[str, Any],
        respond: Callable[..., Any],
    ) -> None:
        """A button. A refusal is told to who clicked alone."""
        home: str = context[HOME]
        person, message = SlackPerson(home, body["user"]["id"]), body["message"]
        thread = Thread(home, body["channel"]["id"], message.get("thread_ts") or message["ts"])
        try:
            _check(client, person, {})
            value: dict[str, str] = json.loads(action["value"])
            match action["action_id"]:
                case id_ if id_ == APPROVE:
                    self._desk.approve(person, thread, value, action["action_ts"])
                case id_ if id_ == REJECT:
                    self._desk.reject(person, value, action["action_ts"])
                case id_ if id_ == UNDO:
                    self._desk.undo(person, thread, value, action["action_ts"])
                case id_ if id_ == CHOOSE:
                    self._open(person, thread, value, body, action["action_ts"], client)
                case id_ if id_ == RATE:
                    self._desk.rate(person, value)
                    respond(text="Thank you.", response_type="ephemeral", replace_original=False)
        except NatError as error:
            told = shown_error(error.message, error.url)
            respond(text=told, response_type="ephemeral", replace_original=False)

    def _open(
        self,
        person: SlackPerson,
        thread: Thread,
        value: dict[str, str],
        body: Mapping[str, Any],
        click: str,
        client: WebClient,
    ) -> None:
        """Open the dialog of a proposal. Slack gives three seconds for it: later the web app does."""
        approval, operations = self._desk.proposal(person, value, click)
        view = dialog(approval, operations, {**value, "p": thread.place, "s": click})
        try:
            client.views_open(trigger_id=body["trigger_id"], view=view)
        except SlackApiError as error:
            _log.info("no dialog", extra={"reason": error.response["error"]})
            page = f"{self._desk.app_url.rstrip('/')}/c/{value['c']}" if self._desk.app_url else None
            raise BadRequest("Press it once more, or choose and edit in the web app.", url=page) from None

    def submitted(
        self, body: Mapping[str, Any], view: Mapping[str, Any], client: WebClient, context: Mapping[str, Any]
    ) -> None:
        """A dialog was sent off. A refusal is told to who did alone: in the dialog where that stayed open,
        which it does with values that were edited, and else in the thread."""
        home: str = context[HOME]
        person = SlackPerson(home, body["user"]["id"])
        value: dict[str, str] = json.loads(view["private_metadata"])
        thread = Thread.of(value["p"])
        stays = view["id"] if answer_to(view) is not None else None
        try:
            if thread.team != home:
                raise SlackPersonRefused
            _check(client, person, {})
            self._desk.submit(person, thread, value, view, value["s"], stays)
        except NatError as error:
            if stays is None or not _said_in_dialog(client, stays, shown_error(error.message, error.url)):
                _tell(client, person, thread, error)

    def opened(self, event: Mapping[str, Any], client: WebClient, context: Mapping[str, Any]) -> None:
        """Somebody opened the pane: it says what can be asked, and greets them the first time."""
        person = SlackPerson(context[HOME], event["user"])
        try:
            client.assistant_threads_setSuggestedPrompts(channel_id=event["channel"], prompts=list(PROMPTS))
        except SlackApiError as error:
            _log.info("no prompts", extra={"reason": error.response["error"]})
        if self._desk.greet(person):
            text = greeting(person.command, known=self._desk.knows(person))
            client.chat_postMessage(channel=event["channel"], text=text)

    def gone(self, body: Mapping[str, Any], home: str) -> None:
        """Nat was removed from a workspace, or its token taken away."""
        event = body["event"]
        if event["type"] == "tokens_revoked" and not event.get("tokens", {}).get("bot"):
            return
        self._workspaces.forget(home)

    def session_stopped(self, event: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        """Somebody pressed Slack's own Stop."""
        home: str = context[HOME]
        thread = Thread(home, event["channel"], event["thread_ts"])
        try:
            self._desk.stop(SlackPerson(home, event["user"]), thread.place)
        except NatError as error:
            _log.info("nothing stopped", extra={"code": error.code})


def bolt_app(listeners: Listeners, workspaces: Workspaces, token_of: TokenOf, url: str) -> App:
    """The app. Requests were verified and claimed before they were queued, so it verifies none."""

    def authorize(
        enterprise_id: str | None, team_id: str | None, context: Mapping[str, Any]
    ) -> AuthorizeResult | None:
        """Nothing can be done, nor told, where the app is no more."""
        try:
            found: Workspace = workspaces.installed(context[HOME])
        except SlackNotInstalled:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=found.bot_user,
            bot_token=token_of(context[HOME]),
        )

    app = App(
        authorize=authorize,  # type: ignore[arg-type] # Bolt's own code takes None
        signing_secret="verified before",  # what is queued has no signature any more
        request_verification_enabled=False,
        ssl_check_enabled=False,
        process_before_response=True,
        client=client("", url),
    )

    @app.error
    def failed(error: Exception) -> BoltResponse | None:
        """Where nobody can be reached any more nothing is left to do. Anything else comes again."""
        if isinstance(error, SlackApiError) and error.response["error"] in UNREACHABLE:
            _log.warning("nobody reached", extra={"reason": error.response["error"]})
            return BoltResponse(status=200)
        log.defect(error)
        return None

    app.event("app_mention")(listeners.message)
    app.event("message")(listeners.message)
    app.event("agent_session_stopped")(listeners.session_stopped)
    app.event(HOME_OPENED)(listeners.opened)
    app.view(DIALOG)(_submitted(listeners.submitted))
    app.command(re.compile("^/"))(_acknowledged(listeners.command))
    for button in BUTTONS:
        app.action(button)(_acknowledged(listeners.click))
    return app


def _acknowledged(listener: Callable[..., None]) -> Callable[..., None]:
    """Bolt wants to see it acknowledged, though Slack has its answer since long."""

    def acknowledged(
        ack: Callable[[], Any], body: Any, client: WebClient, context: Any, respond: Any, payload: Any
    ) -> None:
        ack()
        if listener.__name__ == "click":
            listener(body, payload, client, context, respond)
        else:
            listener(body, client, context, respond)

    return acknowledged


def _submitted(listener: Callable[..., None]) -> Callable[..., None]:
    """As `_acknowledged`."""

    def submitted(ack: Callable[[], Any], body: Any, view: Any, client: WebClient, context: Any) -> None:
        ack()
        listener(body, view, client, context)

    return submitted


def _check(client: WebClient, person: SlackPerson, event: Mapping[str, Any]) -> None:
    """Whether it is a full member of the workspace. Raises `SlackPersonRefused`."""
    if event.get("user_team") not in (None, person.team.rpartition(".")[2]):
        raise SlackPersonRefused
    try:
        found: Mapping[str, Any] = client.users_info(user=person.user)["user"]
    except SlackApiError as error:
        if error.response["error"] in ("user_not_found", "user_not_visible"):
            raise SlackPersonRefused from None
        raise
    if any(
        found.get(each)
        for each in ("is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "deleted")
    ):
        raise SlackPersonRefused


def _tell(client: WebClient, person: SlackPerson, thread: Thread, error: NatError) -> None:
    """Say no to the person alone, in the thread; in a direct message nobody else is there."""
    text = shown_error(error.message, error.url)
    if thread.channel.startswith("D"):
        told = {"event_type": EVENT_TYPE, "event_payload": {"refusal": error.code}}
        client.chat_postMessage(channel=thread.channel, thread_ts=thread.ts, text=text, metadata=told)
    else:
        client.chat_postEphemeral(channel=thread.channel, thread_ts=thread.ts, user=person.user, text=text)


def _said_in_dialog(client: WebClient, view: str, text: str) -> bool:
    """Say something in a dialog; False if it was closed meanwhile."""
    try:
        client.views_update(view_id=view, view=saying(text))
    except SlackApiError as error:
        _log.info("dialog not reached", extra={"reason": error.response["error"]})
        return False
    return True


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
