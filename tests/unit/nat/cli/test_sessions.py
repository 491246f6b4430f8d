"""What a conversation on the platform says before the first question."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nat.cli.chat import Wanted
from nat.cli.platform import PlatformClient
from nat.cli.profile import SessionFile
from nat.cli.sessions import PlatformTalk
from nat.errors import Reconnect
from tests.unit.nat.cli.platform_server import Platform, running_platform, session


@pytest.fixture
def platform() -> Iterator[Platform]:
    with running_platform() as running:
        yield running


def warning(platform: Platform, folder: Path) -> str | None:
    profile = platform.profile(folder)
    with PlatformClient(profile, session()) as client:
        return PlatformTalk(client, SessionFile(profile), Wanted("demo")).warning()


def test_a_nation_that_has_to_be_connected_anew_is_named_at_once(platform: Platform, tmp_path: Path) -> None:
    platform.answers["/v1/nation"] = {"nb_connected": True, "nb_needs_reauth": True}

    assert warning(platform, tmp_path) == Reconnect.default


def test_a_connected_nation_needs_no_warning(platform: Platform, tmp_path: Path) -> None:
    platform.answers["/v1/nation"] = {"nb_connected": True, "nb_needs_reauth": False}

    assert warning(platform, tmp_path) is None


def test_a_state_that_cannot_be_read_is_left_to_the_first_question(
    platform: Platform, tmp_path: Path
) -> None:
    assert warning(platform, tmp_path) is None
