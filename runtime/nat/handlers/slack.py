"""`/slack/events`, `/slack/commands`, `/slack/interactions`: Slack's requests are verified, claimed, queued
and answered at once. What follows is done from the queue, by the function that loads Bolt."""

from functools import cache
from typing import Final

from nat import settings
from nat.aws import clients, log
from nat.aws.store import Store
from nat.channels.slack_queue import SlackQueue
from nat.connections.slack_app import SlackApps
from nat.errors import Internal, NatError
from nat.handlers.front import behind_front
from nat.handlers.request import HttpAnswer, HttpRequest, Lambda, LambdaEvent, refusal
from nat.names import SLACK_COMMANDS, SLACK_EVENTS, SLACK_INTERACTIONS, Variable
from nat.settings import TableNames
from nat.slack.door import SlackDoor
from nat.slack.inbound import Kind

KINDS: Final = {
    SLACK_EVENTS: Kind.EVENT,
    SLACK_COMMANDS: Kind.COMMAND,
    SLACK_INTERACTIONS: Kind.INTERACTION,
}


@cache
def door() -> SlackDoor:
    """The door of this process. Raises `SettingMissing`, `SlackAppMissing`."""
    return SlackDoor(
        Store(clients.dynamodb(), TableNames.read()),
        lambda: SlackApps.read(clients.secrets()),
        SlackQueue(clients.sqs(), settings.read(Variable.SLACK_QUEUE_URL)),
    )


@behind_front
def handler(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point. 200 means that it is stored, or not for Nat; Slack sends again after others."""
    request = HttpRequest.read(event)
    log.structured().append_keys(request=request.request_id)
    try:
        answer = door().take(
            KINDS[request.route],
            request.content,
            timestamp=request.headers.get("x-slack-request-timestamp"),
            signature=request.headers.get("x-slack-signature"),
        )
    except NatError as error:
        log.structured().warning("request refused", extra={"code": error.code})
        return refusal(error).as_lambda()
    except Exception as error:
        log.defect(error, request=request.request_id)
        return refusal(Internal()).as_lambda()
    if answer is not None:
        return HttpAnswer(answer).as_lambda()
    return HttpAnswer("", headers={"content-type": "text/plain"}).as_lambda()


if settings.in_lambda():  # clients are built while Lambda gives a new function its full CPU, not in a request
    log.structured()
    clients.dynamodb()
    clients.sqs()
