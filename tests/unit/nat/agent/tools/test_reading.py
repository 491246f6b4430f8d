"""What people are offered while changes cannot be decided where they ask."""

from nat.agent.effects import Effect
from nat.agent.tools import load, reading


def test_only_the_32_tools_that_read_are_offered() -> None:
    offered = reading()

    assert len(offered) == 32
    assert {each.effect for each in offered.values()} == {Effect.READ}
    assert offered.items() <= load().items()
