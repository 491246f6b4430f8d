"""Who may run what: the table of roles, whether the person said it, and a nation's policy on top."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nat.agent.tool import Effect, Tool, ToolOutcome
from nat.changes.policy import (
    Policy,
    Refusal,
    Rule,
    Verdict,
    by_role,
    decide,
    refusal,
    strictest,
)

ROLES = ("viewer", "member", "admin", "owner")
TIGHTNESS = {Verdict.RUN: 0, Verdict.ASK: 1, Verdict.REFUSE: 2}


def tool(effect: Effect, *, sends: bool = False, name: str = "some_tool") -> Tool:
    def function() -> ToolOutcome:
        """Nothing."""
        return ToolOutcome({})

    return Tool(name, "people", effect, "Working", (), sends, None, function)


tools = st.builds(tool, st.sampled_from(Effect), sends=st.booleans())
roles = st.sampled_from(ROLES)
rules = st.sampled_from(Rule)
policies = st.builds(
    Policy,
    classes=st.dictionaries(st.sampled_from([*Effect, "sends"]), rules),
    tools=st.dictionaries(st.just("some_tool"), rules),
)


@pytest.mark.parametrize(
    ("effect", "sends", "verdicts"),
    [
        (Effect.READ, False, ("run", "run", "run", "run")),
        (Effect.WRITE, False, ("refuse", "run", "run", "run")),
        (Effect.WRITE, True, ("refuse", "ask", "ask", "ask")),
        (Effect.BULK, False, ("refuse", "refuse", "ask", "ask")),
        (Effect.BULK, True, ("refuse", "refuse", "ask", "ask")),
        (Effect.DESTRUCTIVE, False, ("refuse", "refuse", "ask", "ask")),
    ],
)
def test_the_table_of_roles_holds(effect: Effect, sends: bool, verdicts: tuple[str, ...]) -> None:
    assert tuple(decide(tool(effect, sends=sends), role, said=True) for role in ROLES) == verdicts


def test_an_unknown_role_may_not_even_read() -> None:
    assert decide(tool(Effect.READ), "superuser") is Verdict.REFUSE


def test_a_write_that_nobody_said_asks() -> None:
    assert decide(tool(Effect.WRITE), "owner") is Verdict.ASK


def test_reading_needs_nobodys_words() -> None:
    assert decide(tool(Effect.READ), "viewer") is Verdict.RUN


def test_a_policy_makes_also_what_was_said_ask() -> None:
    policy = Policy(classes={"write": Rule.ASK})

    assert decide(tool(Effect.WRITE), "owner", policy, said=True) is Verdict.ASK


def test_a_rule_for_a_tool_goes_before_the_rule_for_its_class() -> None:
    policy = Policy(classes={"write": Rule.DENY}, tools={"some_tool": Rule.ALLOW})

    assert decide(tool(Effect.WRITE), "member", policy, said=True) is Verdict.RUN


def test_of_two_classes_the_stricter_rule_holds() -> None:
    policy = Policy(classes={"write": Rule.ALLOW, "sends": Rule.DENY})

    assert decide(tool(Effect.WRITE, sends=True), "owner", policy) is Verdict.REFUSE


@settings(deadline=None)
@given(tools, roles, policies, st.booleans())
def test_no_policy_is_looser_than_the_role(each: Tool, role: str, policy: Policy, said: bool) -> None:
    assert TIGHTNESS[decide(each, role, policy, said=said)] >= TIGHTNESS[by_role(each, role)]


@settings(deadline=None)
@given(tools, roles, policies)
def test_nothing_but_a_read_runs_unless_it_was_said(each: Tool, role: str, policy: Policy) -> None:
    assert each.effect is Effect.READ or decide(each, role, policy) is not Verdict.RUN


@settings(deadline=None)
@given(tools, st.integers(0, 2), policies, st.booleans())
def test_a_higher_role_is_never_stricter(each: Tool, rank: int, policy: Policy, said: bool) -> None:
    lower, higher = (TIGHTNESS[decide(each, ROLES[at], policy, said=said)] for at in (rank, rank + 1))

    assert higher <= lower


@settings(deadline=None)
@given(tools, roles, policies)
def test_whatever_may_reach_a_supporter_or_many_people_never_just_runs(
    each: Tool, role: str, policy: Policy
) -> None:
    if each.sends or each.effect in {Effect.BULK, Effect.DESTRUCTIVE}:
        assert decide(each, role, policy, said=True) is not Verdict.RUN


@settings(deadline=None)
@given(tools, roles, policies, st.booleans())
def test_every_refusal_is_explained(each: Tool, role: str, policy: Policy, said: bool) -> None:
    refused = decide(each, role, policy, said=said) is Verdict.REFUSE
    why = refusal(each, role, policy)

    assert isinstance(why, Refusal) is refused


def test_the_strictest_of_several_wins() -> None:
    assert strictest(Verdict.ASK, Verdict.RUN, Verdict.REFUSE) is Verdict.REFUSE
