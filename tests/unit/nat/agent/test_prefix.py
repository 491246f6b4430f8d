"""What all nations and roles share in the prompt cache: the bytes on the wire, with all tools."""

import json
from typing import Any

from nat.agent.loop import Agent
from nat.agent.models.claude import AnthropicModel, Clients
from nat.agent.ports import Message
from nat.agent.tools import load
from nat.changes.policy import NO_POLICY, policy_of
from tests.unit.nat.agent.models.scripted import Script, Server, message, scripted, text
from tests.unit.nat.agent.scripted_model import KeptSteps, Nation, asked

HELLO = Script(message(text("Hello.")))
HISTORY: list[Message] = [
    {"role": "user", "content": "Hello?"},
    {"role": "assistant", "content": [{"type": "text", "text": "Hello."}]},
]


def ask(server: Server, *, key: str = "sk-1", history: list[Message] | None = None, **varies: Any) -> None:
    nation: Any = Nation()
    policy = varies.pop("policy", NO_POLICY)
    with Clients(server.url) as clients:
        Agent(AnthropicModel(clients, key), load()).answer(
            asked(**varies),
            history=history or [],
            steps=KeptSteps(),
            v2=nation,
            emit=lambda _: None,
            stopped=lambda: False,
            policy=policy,
            metadata={"user_id": varies.get("nation_slug", "demo")},
        )


def prefixes(server: Server) -> set[bytes]:
    """Everything up to what varies: the body begins with system and tools."""
    return {raw[: raw.index(b'"model":')] for raw in server.raw}


def test_prompt_and_tools_are_the_same_bytes_for_all_nations_roles_policies_and_keys() -> None:
    with scripted(HELLO) as server:
        for slug in ("demo", "greens"):
            for role in ("viewer", "member", "admin", "owner"):
                ask(server, nation_slug=slug, role=role)
        ask(server, policy=policy_of({"tools": {"delete_person": "deny"}}))
        ask(server, key="sk-of-a-nation")
        ask(server, history=HISTORY)

    assert len(server.raw) == 11
    assert len(prefixes(server)) == 1


def test_the_prefix_holds_every_tool_sorted_and_nothing_of_a_nation() -> None:
    with scripted(HELLO) as server:
        ask(server, nation_slug="greens")

    body = server.requests[0]
    names = [each["name"] for each in body["tools"]]
    assert names == sorted(load())
    assert b"greens" not in prefixes(server).pop()


def test_the_prefix_ends_with_a_breakpoint_and_there_are_never_more_than_four() -> None:
    with scripted(HELLO) as server:
        ask(server, history=HISTORY * 30)

    body = server.requests[0]
    assert body["system"][-1]["cache_control"] == {"type": "ephemeral"}
    assert 2 <= json.dumps(body).count("cache_control") <= 4
