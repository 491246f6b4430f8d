"""`nat tools` and `nat tool call`: what the agent can do, to read and to try by hand."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console
from rich.table import Table

from nat.agent.tool import ArgumentsRejected, Effect, Tool
from nat.agent.tool_context import OWN_GROUP, ToolContext
from nat.agent.tools import load as all_tools
from nat.cli.files import LocalFiles
from nat.cli.nation import open_nation
from nat.cli.terminal import CommandFailed, clean

_EFFECT_STYLES: Final = {"read": "green", "write": "yellow", "bulk": "magenta", "destructive": "red"}


def tools_of(group: str | None) -> list[Tool]:
    """All tools, or those of one group. Raises `CommandFailed` for an unknown group."""
    tools = list(all_tools().values())
    groups = sorted({tool.group for tool in tools})
    if group is None:
        return sorted(tools, key=lambda tool: (tool.group, tool.name))
    if group not in groups:
        raise CommandFailed(f"There is no group {group}. Groups: {', '.join(groups)}.", status=2)
    return [tool for tool in tools if tool.group == group]


def as_json(tools: list[Tool]) -> str:
    """The tools as a JSON list: name, group, effect, sends, label, description, schema, endpoints, undo."""
    return json.dumps(
        [
            {
                "name": tool.name,
                "group": tool.group,
                "effect": tool.effect.value,
                "sends": tool.sends,
                "label": tool.label,
                "description": tool.description,
                "schema": tool.schema,
                "endpoints": list(tool.endpoints),
                "undo": tool.undo,
            }
            for tool in tools
        ],
        indent=2,
        ensure_ascii=False,
    )


def as_table(tools: list[Tool]) -> Table:
    """The tools for reading."""
    table = Table(title=f"{len(tools)} tools", title_justify="left", header_style="bold", show_lines=False)
    for heading in ("Group", "Tool", "Effect", "What it does", "V2 endpoints"):
        table.add_column(heading, overflow="fold")
    group = ""
    for tool in tools:
        effect = f"[{_EFFECT_STYLES[tool.effect.value]}]{tool.effect.value}[/]" + (" ✉" if tool.sends else "")
        summary = " ".join(tool.description.split("\n\n", 1)[0].split())
        if tool.group != group and group:
            table.add_section()
        table.add_row(
            tool.group if tool.group != group else "",
            tool.name,
            effect,
            summary,
            "\n".join(tool.endpoints),
        )
        group = tool.group
    return table


def call(name: str, arguments: str, *, slug: str, token: Callable[[], str], base_url: str) -> str:
    """Run one tool and give its outcome as JSON text; of a tool that writes, the change that it would make,
    and nothing is changed. Raises `CommandFailed`, `NatError`."""
    tool = all_tools().get(name)
    if tool is None:
        raise CommandFailed(f"There is no tool {name}. `nat tools` lists them.", status=2)
    try:
        parsed = json.loads(arguments)
    except ValueError as error:
        raise CommandFailed(f"The arguments are not valid JSON: {error}.", status=2) from None
    if not isinstance(parsed, dict):
        raise CommandFailed("The arguments must be a JSON object, such as '{\"limit\": 5}'.", status=2)
    with open_nation(slug, token(), base_url) as nation:
        try:
            reads = tool.effect is Effect.READ
            subject = (
                ToolContext(nation, lambda _: True, LocalFiles(Path.cwd()))
                if tool.group == OWN_GROUP
                else nation
            )
            outcome = tool.call(subject, parsed) if reads else tool.plan(nation, parsed)
        except ArgumentsRejected as error:
            raise CommandFailed(error.message, status=2) from None
    return clean(json.dumps(asdict(outcome), indent=2, ensure_ascii=False, default=_plain))


def print_tools(group: str | None, json_wanted: bool, console: Console) -> None:
    """Print the catalogue."""
    tools = tools_of(group)
    if json_wanted:
        console.out(as_json(tools), highlight=False)
    else:
        console.print(as_table(tools))


def _plain(value: object) -> object:
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
