"""The names of the tools that processes without pydantic know are those of the tools."""

from nat.agent.tool_names import NATIONBUILDER_TOOLS, OWN_TOOLS
from nat.agent.tools import load


def test_names_of_nationbuilder_tools_are_those_of_the_tools() -> None:
    assert {name for name, tool in load().items() if tool.group != "nat"} == NATIONBUILDER_TOOLS


def test_names_of_nats_own_tools_are_those_of_the_tools() -> None:
    assert {name for name, tool in load().items() if tool.group == "nat"} == OWN_TOOLS
