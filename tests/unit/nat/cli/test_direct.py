"""`nat chat --direct` and `nat tool call` against the stand-ins for NationBuilder and Claude."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from local.claude import RunningClaude, running_claude
from local.nationbuilder.figures import people_with_tag
from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder


@dataclass(frozen=True)
class Here:
    """Both stand-ins, and the command among them."""

    nationbuilder: RunningNationBuilder
    claude: RunningClaude

    def nat(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from nat.cli import main; main()", *arguments, "-n", "demo"],
            env={
                **os.environ,
                "NAT_V2_TOKEN": self.nationbuilder.access_token("demo"),
                "NAT_NATIONBUILDER_URL": self.nationbuilder.base_url,
                "NAT_ANTHROPIC_URL": self.claude.base_url,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def volunteers(self) -> int:
        """How many there are, counted in the stand-in's own data."""
        return len(people_with_tag(self.nationbuilder.nation("demo"), "volunteer"))


@pytest.fixture(scope="module")
def here() -> Iterator[Here]:
    with running_nationbuilder() as nationbuilder, running_claude() as claude:
        yield Here(nationbuilder, claude)


def test_a_question_is_answered_with_the_nations_own_number(here: Here) -> None:
    done = here.nat("chat", "--direct", "-m", "How many people are tagged volunteer?")

    assert (done.returncode, f"{here.volunteers()} people" in done.stdout) == (0, True)
    assert done.stderr.startswith("✓ ")


def test_one_tool_by_hand_gives_data_counts_and_links(here: Here) -> None:
    done = here.nat("tool", "call", "list_tags", '{"query": "volunteer", "limit": 1}')

    given = json.loads(done.stdout)
    assert given["data"]["items"][0]["people"] == here.volunteers()
    assert given["links"]


def test_what_nationbuilder_does_not_have_is_one_line(here: Here) -> None:
    done = here.nat("tool", "call", "get_person", '{"person_id": "999999999"}')

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "Traceback" not in done.stderr
