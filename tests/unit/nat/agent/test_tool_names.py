"""The names of the tools that processes without pydantic know are those of the tools."""

import subprocess
import sys

from nat.agent.tool_names import tool_names
from nat.agent.tools import load


def test_the_names_are_those_of_the_tools() -> None:
    assert tool_names() == set(load())


def test_they_are_known_without_loading_a_tool() -> None:
    code = "import sys, nat.agent.tool_names as names; names.tool_names(); print('pydantic' in sys.modules)"

    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
