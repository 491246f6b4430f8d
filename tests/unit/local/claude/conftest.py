"""A running stand-in and the real SDK's clients for it."""

from collections.abc import Iterator

import anthropic
import pytest

from local.claude import RunningClaude, running_claude


@pytest.fixture(scope="module")
def shared_claude() -> Iterator[RunningClaude]:
    with running_claude() as server:
        yield server


@pytest.fixture
def claude(shared_claude: RunningClaude) -> RunningClaude:
    shared_claude.reset()
    return shared_claude


@pytest.fixture(scope="module")
def shared_client(shared_claude: RunningClaude) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=shared_claude.base_url, api_key="key-one", max_retries=0) as client:
        yield client


@pytest.fixture
def client(claude: RunningClaude, shared_client: anthropic.Anthropic) -> anthropic.Anthropic:
    return shared_client
