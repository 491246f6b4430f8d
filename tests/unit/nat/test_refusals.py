"""What people are refused with has a key, so that clients say it in their language.

A sentence that names what only a program writes (a parameter, the body, a header) is told to programs and
stays English; so do rooms that no client of the HTTP API listens to, and tools that only read: their refusals
go to the model, which says them in the person's words. Everything else that says more than its code has a
key.
"""

import ast
import importlib
import inspect
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from nat import errors
from nat.errors import BadRequest, NatError
from nat.refusals import REFUSALS
from nat.wording import MESSAGES, Worded

RUNTIME: Final = Path(errors.__file__).parent
UNHEARD: Final = ("cli/", "migration/", "ops/", "slack/", "contract/parsing.py")
"""Rooms of other listeners; and what reads requests, which speaks of nothing but parameters."""
READING: Final = RUNTIME / "agent" / "tools"
FOR_PROGRAMS: Final = re.compile(r"`|\b[a-z]+_[a-z]|\b[Bb]ody\b|\b[Rr]equest\b")
SAID_BY_CODE: Final = (
    errors.NotFound,
    errors.RecordNotFound,
    errors.QueryRejected,
    errors.Internal,
    errors.Unauthenticated,
    errors.BillingUnavailable,
)
"""Whose code says all that there is to do; only logs and programs read more."""


def refusals() -> Iterator[tuple[str, type[NatError], ast.expr]]:
    """Where an error of ours is made with a sentence of its own: the place, the class, the sentence."""
    for path in sorted(RUNTIME.rglob("*.py")):
        room = path.relative_to(RUNTIME)
        if str(room).startswith(UNHEARD) or path.parent == READING:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args:
                kind = getattr(errors, ast.unparse(node.func).removeprefix("errors."), None)
                if isinstance(kind, type) and issubclass(kind, NatError) and takes_a_sentence(kind):
                    yield f"{room}:{node.lineno}", kind, node.args[0]


def takes_a_sentence(kind: type[NatError]) -> bool:
    return "message" in inspect.signature(kind).parameters


def is_keyed(place: str, sentence: ast.expr) -> bool:
    """Whether it is a `Worded`: where it is raised, or in the constant, the table or the function named."""
    named = sentence.func if isinstance(sentence, ast.Call) else sentence
    if isinstance(named, ast.Subscript):
        named = named.value
    if not isinstance(named, ast.Name):
        return False
    if named.id == "Worded":
        return True
    module = importlib.import_module("nat." + place.partition(".py")[0].replace("/", "."))
    found = getattr(module, named.id, None)
    if inspect.isfunction(found):
        return typing.get_type_hints(found).get("return") is Worded
    return all(isinstance(each, Worded) for each in (found.values() if isinstance(found, dict) else [found]))


def constants(sentence: ast.expr) -> str:
    """What is written out of a sentence, without what is filled in."""
    return "".join(
        each.value
        for each in ast.walk(sentence)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def test_every_refusal_that_people_read_has_a_key() -> None:
    keyless = {
        place: ast.unparse(sentence)
        for place, kind, sentence in refusals()
        if not issubclass(kind, SAID_BY_CODE)
        and not is_keyed(place, sentence)
        and not (issubclass(kind, BadRequest) and FOR_PROGRAMS.search(constants(sentence)))
    }

    assert keyless == {}


def test_every_key_of_a_refusal_is_used() -> None:
    code = "".join(path.read_text() for path in RUNTIME.rglob("*.py") if path.name != "refusals.py")
    patterns = re.findall(r'Worded\(f"((?:form|refused)\.)\{', code)

    unused = [key for key in REFUSALS if f'"{key}"' not in code and not key.startswith(tuple(patterns))]

    assert unused == []


def test_every_key_that_is_used_is_known() -> None:
    code = "".join(path.read_text() for path in RUNTIME.rglob("*.py"))

    assert [key for key in re.findall(r'Worded\(\s*"([^"]+)"', code) if key not in MESSAGES] == []


@pytest.mark.parametrize("told", ["", "https://app.example/x"])
def test_a_refusal_tells_its_key_beside_its_english(told: str) -> None:
    refused = BadRequest(Worded("refused.title", most=120), url=told or None)

    assert refused.as_body() == {
        "error": {
            "code": "bad_request",
            "message": "A title has 1 to 120 characters.",
            "retryable": False,
            "wording": {"key": "refused.title", "parameters": {"most": 120}},
            **({"url": told} if told else {}),
        }
    }
    assert type(refused.told()["message"]) is str
