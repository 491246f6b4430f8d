"""Pushes are signed as botocore signs them, and a connection that is gone is told apart from a failure."""

import re
from collections.abc import Iterator

import boto3
import pytest
from botocore.credentials import Credentials

from nat.channels.push import LARGEST_PAYLOAD, Push, PushFailed
from tests.embedded import EmbeddedAws
from tests.unit.nat.gateway import Gateway, running_gateway

REGION = "us-east-1"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running_gateway() as running:
        yield running


@pytest.fixture
def push(gateway: Gateway) -> Push:
    return Push(gateway.url, Credentials("key", "secret", "token"), REGION)


def test_a_push_arrives_at_its_connection(gateway: Gateway, push: Push) -> None:
    assert push("L0SM9cOFvHcCIhw=", '{"text":"Grüße"}')

    assert gateway.pushed == {"L0SM9cOFvHcCIhw=": ['{"text":"Grüße"}']}


def test_a_push_is_signed_as_the_sdk_signs_it(gateway: Gateway, push: Push) -> None:
    client = boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=gateway.url,
        region_name=REGION,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        aws_session_token="token",
    )

    client.post_to_connection(ConnectionId="L0SM9cOFvHcCIhw=", Data=b"x")
    push("L0SM9cOFvHcCIhw=", "x")

    sdk, ours = gateway.headers
    scope = re.compile(r"Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})")
    theirs, mine = scope.search(sdk["authorization"]), scope.search(ours["authorization"])
    assert theirs is not None
    assert mine is not None
    assert mine.groups()[:2] == theirs.groups()[:2]
    if ours["x-amz-date"] == sdk["x-amz-date"]:
        assert mine.groups() == theirs.groups()
    assert gateway.paths[0] == gateway.paths[1]


def test_a_closed_connection_is_gone(gateway: Gateway, push: Push) -> None:
    gateway.gone.add("c1")

    assert push("c1", "x") is False


def test_a_passing_failure_is_tried_again(gateway: Gateway, push: Push) -> None:
    gateway.failures = [429, 503]

    assert push("c1", "x")
    assert gateway.pushed["c1"] == ["x"]


def test_a_refusal_is_not_tried_again(gateway: Gateway, push: Push) -> None:
    gateway.failures = [403]

    with pytest.raises(PushFailed, match="403"):
        push("c1", "x")

    assert len(gateway.paths) == 1


def test_no_answer_is_a_failure(embedded_aws: EmbeddedAws) -> None:
    with running_gateway() as gone:
        url = gone.url

    with pytest.raises(PushFailed, match="No answer"):
        Push(url, Credentials("key", "secret"), REGION)("c1", "x")


def test_what_a_push_cannot_carry_is_not_sent(gateway: Gateway, push: Push) -> None:
    with pytest.raises(PushFailed, match="bytes"):
        push("c1", "x" * (LARGEST_PAYLOAD + 1))

    assert gateway.paths == []


def test_an_endpoint_that_is_no_url_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="URL"):
        Push("prod", Credentials("key", "secret"), REGION)


def test_the_embedded_aws_takes_the_call_for_what_it_is(embedded_aws: EmbeddedAws) -> None:
    api = boto3.client("apigatewayv2").create_api(
        Name="sockets", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    push = Push.of_process(f"{embedded_aws.url}/_aws/execute-api/{api}/prod")

    assert push("nobody", "x") is False


def test_a_connection_is_ended_whether_or_not_it_is_there(gateway: Gateway, push: Push) -> None:
    gateway.gone.add("c2")

    push.hang_up("c1=")
    push.hang_up("c2")

    assert gateway.ended == ["c1="]
