"""A state is used once: also when the answer to its use is lost on the way."""

import boto3
import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.connections.oauth_state import Begun, OAuthStates, Purpose
from nat.errors import OtherBrowser, StateInvalid
from nat.ids import NationSlug, UserId
from nat.settings import TableNames
from tests.unit.nat.faults import losing_answers
from tests.unit.nat.world import START


def states_of(tables: TableNames, url: str | None = None) -> OAuthStates:
    client = clients.dynamodb() if url is None else boto3.client("dynamodb", endpoint_url=url)
    return OAuthStates(Store(client, tables), lambda: b"k" * 32)


def begun_by_ann(states: OAuthStates) -> tuple[Begun, str]:
    begun, _, browser = states.begin(
        NationSlug("demo"), UserId("ann"), Purpose.CONNECT, app="own", web_app="https://app", now=START
    )
    return begun, browser


def test_a_state_whose_use_was_not_answered_is_good_and_used_up(tables: TableNames) -> None:
    begun, browser = begun_by_ann(states_of(tables))

    with losing_answers("TransactWriteItems") as url:
        finished = states_of(tables, url).finish(begun.state, browser)

    assert finished == begun
    with pytest.raises(StateInvalid):
        states_of(tables).finish(begun.state, browser)


def test_another_browser_leaves_a_state_unused(tables: TableNames) -> None:
    states = states_of(tables)
    begun, browser = begun_by_ann(states)

    with pytest.raises(OtherBrowser):
        states.finish(begun.state, "x" * 43)

    assert states.finish(begun.state, browser) == begun
