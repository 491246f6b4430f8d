"""What Slack sent, and what its threads have to be told, is done from the queue: Bolt runs here."""

import json
import logging
from typing import Final

from slack_bolt import BoltRequest

from nat.errors import SlackNotInstalled
from nat.handlers.invocation import ComeAgain, Failed, each_message
from nat.handlers.request import LambdaEvent
from nat.ids import ApprovalId, TurnId
from nat.slack import services
from nat.slack.app import HOME
from nat.slack.inbound import CONTENT_TYPES, Kind

_log = logging.getLogger(__name__)
_GONE: Final = ("app_uninstalled", "tokens_revoked")
_SERVER_ERROR: Final = 500


def handler(event: LambdaEvent, context: object) -> Failed:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return each_message(event, take)


def take(body: str) -> None:
    """Do what one message asks for. Raises what should come again."""
    message = json.loads(body)
    try:
        if message["kind"] == "news":
            _news(message)
        else:
            _inbound(Kind(message["kind"]), message["body"], message["home"])
    except SlackNotInstalled as error:
        _log.warning("workspace without Nat", extra={"code": error.code})


def _news(message: dict[str, str]) -> None:
    threads = services.services().threads
    if "turn" in message:
        threads.show(TurnId(message["turn"]))
    if "approval" in message:
        threads.update(ApprovalId(message["approval"]))


def _inbound(kind: Kind, body: str, home: str) -> None:
    found = services.services()
    if kind is Kind.EVENT:
        event = json.loads(body)
        if event["event"]["type"] in _GONE:  # there is no token any more to authorise it with
            found.listeners.gone(event, home)
            return
    request = BoltRequest(body=body, headers={"content-type": CONTENT_TYPES[kind]}, context={HOME: home})
    answer = found.bolt.dispatch(request)
    if answer.status >= _SERVER_ERROR:
        raise ComeAgain("Slack's request was not done.")
