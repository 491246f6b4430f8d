"""Every handler of API Gateway answers only what came through CloudFront."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nat.aws import clients
from nat.handlers import (
    api,
    billing,
    connecting,
    front,
    oauth_callback,
    operator,
    privacy,
    slack,
    slack_callback,
    slack_connecting,
    stripe_webhook,
    weekly_reports,
    ws,
)
from nat.handlers.request import LambdaEvent
from nat.names import ORIGIN_KEY_HEADER, Secret, Variable
from tests.embedded import EmbeddedAws

KEY = "what-cloudfront-sends"
Handler = Callable[[dict[str, Any], object], dict[str, Any]]
HANDLERS: dict[str, Handler] = {
    "nat.handlers.api.handler": api.handler,
    "nat.handlers.billing.handler": billing.handler,
    "nat.handlers.connecting.handler": connecting.handler,
    "nat.handlers.oauth_callback.handler": oauth_callback.handler,
    "nat.handlers.operator.handler": operator.handler,
    "nat.handlers.privacy.routes": privacy.routes,
    "nat.handlers.slack.handler": slack.handler,
    "nat.handlers.slack_callback.handler": slack_callback.handler,
    "nat.handlers.slack_connecting.handler": slack_connecting.handler,
    "nat.handlers.stripe_webhook.handler": stripe_webhook.handler,
    "nat.handlers.weekly_reports.off": weekly_reports.off,
    "nat.handlers.ws.handler": ws.handler,
}
"""All that stand behind an API; a test of the templates compares."""


@pytest.fixture(autouse=True)
def secret(embedded_aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The key's secret, named in the environment as in a deployed function."""
    assert embedded_aws
    name = Secret.origin_key(uuid.uuid4().hex)
    clients.secrets().create_secret(Name=name, SecretString=json.dumps({"current": KEY}))
    monkeypatch.setenv(Variable.ORIGIN_KEY, name)
    front._keys.cache_clear()
    yield name
    front._keys.cache_clear()


def event(headers: dict[str, str] | None = None, **context: str) -> dict[str, Any]:
    return {"requestContext": {"routeKey": "GET /v1/me", **context}, "headers": headers or {}}


@front.behind_front
def answering(event: LambdaEvent, context: object) -> dict[str, Any]:
    return {"statusCode": 200}


@pytest.mark.parametrize("handler", HANDLERS.values(), ids=HANDLERS)
@pytest.mark.parametrize("headers", [{}, {ORIGIN_KEY_HEADER: "guessed"}, {ORIGIN_KEY_HEADER: ""}])
def test_what_came_another_way_is_refused_before_anything_is_done(
    handler: Handler, headers: dict[str, str]
) -> None:
    answer = handler(event(headers, eventType="CONNECT"), None)

    assert answer["statusCode"] == 403
    assert json.loads(answer["body"])["error"]["code"] == "forbidden"


def test_what_cloudfront_sent_is_answered() -> None:
    assert answering(event({ORIGIN_KEY_HEADER.title(): KEY}), None) == {"statusCode": 200}


def test_a_header_that_stands_twice_is_refused() -> None:
    given = {ORIGIN_KEY_HEADER: KEY, ORIGIN_KEY_HEADER.title(): KEY}

    assert answering(event(given), None)["statusCode"] == 403


@pytest.mark.parametrize("kind", ["MESSAGE", "DISCONNECT"])
def test_messages_of_a_connection_that_was_let_in_need_no_key(kind: str) -> None:
    assert answering({"requestContext": {"routeKey": "ask", "eventType": kind}}, None)["statusCode"] == 200


def test_nobody_is_answered_where_the_key_cannot_be_read(secret: str) -> None:
    clients.secrets().delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)

    assert answering(event({ORIGIN_KEY_HEADER: KEY}), None)["statusCode"] == 500


def test_without_a_key_in_the_environment_nobody_is_asked_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(Variable.ORIGIN_KEY)
    front._keys.cache_clear()

    assert answering(event(), None)["statusCode"] == 200
