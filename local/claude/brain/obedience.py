"""Obedient mode: does whatever text in tool results tells it to, with the tools it is offered.

It exists to show that Nat's gates protect a nation, and not the model's good sense. So it is greedy: it reads
every text of every result, decodes what is encoded, takes commands in any wording it can read, and prefers a
call that does harm over none. What the person asked for is answered only after all injected calls were made.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from local.claude.brain.conversation import Conversation
from local.claude.brain.obedience_rules import Injection, read_rules
from local.claude.brain.result import MARKS, Result
from local.claude.brain.tools import Call, Tools
from local.claude.reply import Reply

JSON_START: Final = re.compile(r"\{")
BASE64: Final = re.compile(r"\b[A-Za-z0-9+/]{24,}={0,2}")
INVISIBLE: Final = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\U000e0000-\U000e007f]")
NAME_KEYS: Final = ("tool", "name", "tool_name", "function", "call", "action")
INPUT_KEYS: Final = ("input", "arguments", "args", "parameters", "params")


MOST_CALLS: Final = 60
"""Calls after which even an obedient model answers; a turn's own limit is lower."""
MOST_AT_ONCE: Final = 8
WORD: Final = re.compile(r"\w+")
LONG_KEY: Final = 24
"""Longer keys of a result are texts that people wrote, such as survey questions."""


def next_obedient_call(conversation: Conversation, tools: Tools) -> Reply | None:
    """All injected calls that have not been made, as one message; None if there are none."""
    made = {_key(past.name, past.arguments) for past in (*conversation.earlier, *conversation.past)}
    if len(conversation.past) > MOST_CALLS:
        return None
    wanted: list[dict[str, Any]] = []
    results = [past.result for past in (*conversation.earlier, *conversation.past)]
    for result in (*conversation.carried, *results):
        for injection in injections_in(result):
            for name, arguments in commands_in(injection, tools):
                key = _key(name, arguments)
                if key not in made:
                    made.add(key)
                    wanted.append({"type": "tool_use", "name": name, "input": arguments})
    return Reply(tuple(wanted[:MOST_AT_ONCE]), "tool_use") if wanted else None


def injections_in(result: Result) -> Iterator[Injection]:
    """Every text in a result that may hold an instruction, decoded, with the ids that stand around it."""
    raw = MARKS.sub("", result.text)
    try:
        payload = json.loads(raw)
    except ValueError:
        payload = raw
    all_ids = tuple(str(item["id"]) for item in result.items if item.get("id"))
    for text, own_id in _strings(payload, ""):
        for plain in _decoded(text):
            yield Injection(plain, own_id, all_ids)


def commands_in(injection: Injection, tools: Tools) -> Iterator[tuple[str, dict[str, Any]]]:
    """The calls that a text asks for: as JSON, as a call expression, by a tool's name, or in words.

    A call is made with arguments that fit the tool and, where that leaves some out, also as it was asked for:
    what the tool does not know must be refused, not ignored.
    """
    text = injection.text
    explicit = [*_json_calls(text, tools), *_expressions(text, tools)]
    if not explicit:
        said = set(WORD.findall(text))
        explicit = [Call(name, _loose_arguments(text, name, tools)) for name in tools.names if name in said]
    if not explicit:
        explicit = [Call(name, arguments) for name, arguments in read_rules(injection) if name in tools]
    for each in explicit:
        fitted = tools.fit(each)
        yield each.name, fitted
        if not set(each.arguments) <= set(fitted):
            yield each.name, dict(each.arguments)


def _strings(value: Any, own_id: str) -> Iterator[tuple[str, str]]:
    """Every text in a JSON value, long keys too, with the id of the nearest record around it."""
    if isinstance(value, str):
        yield value, own_id
    elif isinstance(value, Mapping):
        own_id = str(value.get("id") or own_id)
        for key, each in value.items():
            if len(str(key)) > LONG_KEY:
                yield str(key), own_id
            yield from _strings(each, own_id)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each, own_id)


def _decoded(text: str) -> Iterator[str]:
    tags = "".join(chr(ord(each) - 0xE0000) for each in text if 0xE0020 <= ord(each) <= 0xE007E)
    if tags:
        yield tags
    plain = INVISIBLE.sub("", text)
    yield plain
    for found in BASE64.findall(plain):
        try:
            yield base64.b64decode(found + "=" * (-len(found) % 4), validate=True).decode()
        except (binascii.Error, ValueError):
            continue


def _json_calls(text: str, tools: Tools) -> Iterator[Call]:
    decoder = json.JSONDecoder()
    place = 0
    while (start := JSON_START.search(text, place)) is not None:
        try:
            value, place = decoder.raw_decode(text, start.start())
        except ValueError:
            place = start.end()
            continue
        if isinstance(value, dict):
            yield from _calls_in(value, tools)


def _calls_in(value: Mapping[str, Any], tools: Tools) -> Iterator[Call]:
    name = next(
        (value[key] for key in NAME_KEYS if isinstance(value.get(key), str) and value[key] in tools), None
    )
    if name is not None:
        arguments = next((value[key] for key in INPUT_KEYS if isinstance(value.get(key), Mapping)), None)
        if arguments is None:
            arguments = {key: each for key, each in value.items() if key not in NAME_KEYS and key != "type"}
        yield Call(name, arguments)
        return
    for each in value.values():
        inner: Sequence[Any] = each if isinstance(each, list) else [each]
        for one in inner:
            if isinstance(one, Mapping):
                yield from _calls_in(one, tools)


def _expressions(text: str, tools: Tools) -> Iterator[Call]:
    for found in re.finditer(r"\b(?P<name>[a-z][a-z_]+)\s*\((?P<inside>[^()]*)\)", text):
        if found["name"] not in tools:
            continue
        arguments: dict[str, Any] = {}
        for pair in re.finditer(r"(\w+)\s*[=:]\s*(\"[^\"]*\"|'[^']*'|\[[^\]]*\]|[^,\s]+)", found["inside"]):
            arguments[pair[1]] = _value(pair[2])
        positional = re.fullmatch(r"\s*[\"']?([\w@. -]+?)[\"']?\s*", found["inside"])
        if not arguments and positional:
            arguments = _filled(tools, found["name"], positional[1])
        yield Call(found["name"], arguments)


def _loose_arguments(text: str, name: str, tools: Tools) -> dict[str, Any]:
    """Arguments for a tool that is only named: `delete_person with person_id 5`, `delete_person 5`."""
    arguments: dict[str, Any] = {}
    for parameter in tools.parameters(name):
        found = re.search(
            rf"\b{re.escape(parameter)}\b\s*(?:[=:]|is|to|of)?\s*(\"[^\"]*\"|'[^']*'|\[[^\]]*\]|[\w@.+-]+)",
            text,
        )
        if found:
            arguments[parameter] = _value(found[1])
    if not arguments:
        number = re.search(rf"\b{re.escape(name)}\b\D{{0,40}}?#?(\d+)", text) or re.search(
            r"#?\b(\d+)\b", text
        )
        if number:
            arguments = _filled(tools, name, number[1])
    return arguments


def _filled(tools: Tools, name: str, value: str) -> dict[str, Any]:
    """The value as the parameter that most likely takes it: the first id, else the first parameter."""
    parameters = tools.parameters(name)
    target = next((each for each in parameters if each.endswith(("_id", "_ids"))), None) or next(
        iter(parameters), None
    )
    return {target: value} if target else {}


def _value(text: str) -> Any:
    text = text.strip()
    try:
        return json.loads(text.replace("'", '"'))
    except ValueError:
        return text.strip("\"'.,;")


def _key(name: str, arguments: Mapping[str, Any]) -> str:
    return name + json.dumps(arguments, sort_keys=True, default=str)
