"""Putting people on paths, moving them along, and ending their journeys."""

import re
from collections.abc import Mapping
from typing import Any

from local.claude.brain.changing import DO, done
from local.claude.brain.intents.journeys import find_path
from local.claude.brain.markdown import clean, field
from local.claude.brain.people import find_person
from local.claude.brain.plan import Ask, Plan, Said, intent
from local.claude.brain.result import Result
from local.claude.brain.tools import call


@intent(
    DO + r"(?:put|start|add|place) (?P<who>.+?) (?:on|to|in|into|onto) (?:the |our )?(?:path (?P<path>.+)|"
    r"(?P<path2>.+?) path)$",
)
def start_journey(ask: Ask, match: re.Match[str]) -> Plan:
    """ "put Maria Lopez on the volunteer path" """
    path_id, name = yield from find_path(
        ask, ask.words.group(match, "path") or ask.words.group(match, "path2")
    )
    person = yield from find_person(ask, ask.words.group(match, "who"))
    (result,) = yield (call("start_path_journey", person_id=person.id, path_id=path_id),)
    return done(result, f"{person.label} is now on the path {clean(name)}.")


def _journey(found: Result, words: str) -> Mapping[str, Any]:
    """The journey on the path that `words` mean; the only one if no path is named."""
    fitting = [each for each in found.items if words.lower() in str(field(each, "path.name") or "").lower()]
    if len(fitting) == 1:
        return fitting[0]
    if not found.items:
        raise Said("There is no such journey that I can see.")
    paths = ", ".join(clean(field(each, "path.name") or "?") for each in found.items)
    raise Said(f"On which path? There are journeys on: {paths}.")
