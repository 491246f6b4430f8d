"""Putting people on paths, moving them along, and ending their journeys."""

import re
from collections.abc import Mapping
from typing import Any

from local.claude.brain.changing import DO, done
from local.claude.brain.intents.journeys import find_path
from local.claude.brain.markdown import clean, field, name_of
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


@intent(
    DO + r"(?P<verb>complete|finish|abandon|reactivate|void|close) (?P<who>.+?)(?:'s)? (?:path |"
    r"journey)(?:journey)?(?: (?:on|in) (?:the )?(?P<path>.+?)(?: path)?)?$",
    DO + r"(?P<verb>complete|finish|abandon|reactivate|void|"
    r"close) (?:the )?(?:path )?journey of (?P<who>.+?)(?: (?:on|"
    r"in) (?:the )?(?P<path>.+?)(?: path)?)?$",
)
def journey_status(ask: Ask, match: re.Match[str]) -> Plan:
    """ "complete Maria's journey" """
    verb = {"finish": "complete", "close": "complete"}.get(match["verb"], match["verb"])
    status = {"complete": "completed", "abandon": "abandoned", "reactivate": "active", "void": "voided"}[verb]
    person = yield from find_person(ask, ask.words.group(match, "who"))
    (found,) = yield (call("list_path_journeys", person_id=person.id),)
    journey = _journey(found, ask.words.group(match, "path"))
    (result,) = yield (
        call(
            "set_path_journey_status", journey_id=str(journey.get("id")), status=_offered(ask, status, verb)
        ),
    )
    return done(result, f"The journey of {person.label} is {status}.")


def _journey(found: Result, words: str) -> Mapping[str, Any]:
    """The journey on the path that `words` mean; the only one if no path is named."""
    fitting = [each for each in found.items if words.lower() in str(field(each, "path.name") or "").lower()]
    if len(fitting) == 1:
        return fitting[0]
    if not found.items:
        raise Said("There is no such journey that I can see.")
    paths = ", ".join(clean(field(each, "path.name") or "?") for each in found.items)
    raise Said(f"On which path? There are journeys on: {paths}.")


def _offered(ask: Ask, status: str, verb: str) -> str:
    fitted = (
        ask.tools.fit(call("set_path_journey_status", status=status))
        if "set_path_journey_status" in ask.tools
        else {}
    )
    return status if "status" in fitted else verb


@intent(
    DO + r"(?:move|advance|push) (?P<who>.+?) (?:to|on to|onto|into) (?:the )?(?:(?P<next>next step)|"
    r"step (?P<step>.+?)|(?P<step2>.+?) step)(?: (?:on|of|in) (?:the )?(?:path (?P<path>.+)|"
    r"(?P<path2>.+?) path))?$"
)
def move_journey(ask: Ask, match: re.Match[str]) -> Plan:
    """ "move Maria Lopez to the step Interview": finds the journey, then the step, then moves."""
    person = yield from find_person(ask, ask.words.group(match, "who"))
    (found,) = yield (call("list_path_journeys", person_id=person.id),)
    journey = _journey(found, ask.words.group(match, "path") or ask.words.group(match, "path2"))
    path_id = field(journey, "path.id", "path_id")
    (paths,) = yield (call("list_paths", path_id=str(path_id)),)
    record = (
        next((each for each in paths.items if str(each.get("id")) == str(path_id)), None)
        or paths.data.get("path")
        or paths.data
    )
    steps = list(field(record, "steps", "path_steps") or ())
    words = (ask.words.group(match, "step") or ask.words.group(match, "step2")).lower()
    if match["next"] is not None:
        current = str(field(journey, "current_step.id", "step.id", "current_step_id"))
        places = [place for place, step in enumerate(steps) if str(step.get("id")) == current]
        chosen = steps[places[0] + 1] if places and places[0] + 1 < len(steps) else None
    else:
        chosen = next((step for step in steps if words in name_of(step).lower()), None)
    if chosen is None:
        names = ", ".join(clean(name_of(step)) for step in steps)
        raise Said(
            f"I found no such step. The steps are: {names}."
            if names
            else "This path has no steps that I can see."
        )
    (result,) = yield (
        call("update_path_journey", journey_id=str(journey.get("id")), step_id=str(chosen.get("id"))),
    )
    return done(result, f"{person.label} is now at the step {clean(name_of(chosen))}.")
