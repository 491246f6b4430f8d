"""Paths and the journeys of people on them."""

import re
from collections.abc import Generator
from typing import Final

from local.claude.brain.answers import counted, listing
from local.claude.brain.intents.people import COMMAND
from local.claude.brain.markdown import clean, date, field, linked, name_of, paragraphs, plural
from local.claude.brain.plan import Ask, Plan, Said, intent
from local.claude.brain.result import Result
from local.claude.brain.tools import Call, call

JOURNEY: Final = ("journey", "journeys")


def find_path(_ask: Ask, words: str) -> Generator[tuple[Call, ...], tuple[Result, ...], tuple[str, str]]:
    """Id and name of the path that `words` mean. Ends the plan with a question if none or several fit."""
    words = re.sub(r"^(?:the|our|my|path|called|named| )+(?=\S)", "", words.strip(), flags=re.IGNORECASE)
    words = re.sub(r" paths?$", "", words, flags=re.IGNORECASE)
    if re.fullmatch(r"#?\d+", words):
        return words.lstrip("#"), f"path {words}"
    (found,) = yield (call("list_paths", query=words or None),)
    exact = [each for each in found.items if name_of(each).lower() == words.lower()]
    if len(found.items) == 1 or len(exact) == 1:
        chosen = (exact or list(found.items))[0]
        return str(chosen.get("id")), name_of(chosen)
    if not found.items:
        raise Said(f"I found no path called “{clean(words)}”.")
    names = "\n".join(f"- {linked(each)}" for each in found.items)
    raise Said(paragraphs(f"There are {plural(found.count, 'path')}. Which one do you mean?", names))


@intent(
    r"\b(?:who|people|how many|anyone|show|list|journeys)\b.*\b(?:on|in|through) (?:the |"
    r"our )?(?:path (?:called |named )?(?P<after>.+?)|(?P<before>.+?) path)(?: (?:right )?now)?$",
    r"\bjourneys (?:on|of|in|for) (?:the )?(?P<after>.+?)(?: path)?$",
    unless=COMMAND,
)
def on_path(ask: Ask, match: re.Match[str]) -> Plan:
    """ "who is on the volunteer path?" """
    words = (
        ask.words.quoted[0]
        if ask.words.quoted
        else ask.words.group(match, "after") or ask.words.group(match, "before")
    )
    path_id, name = yield from find_path(ask, words)
    return (yield from _journeys(ask, {"path_id": path_id}, f"on the path “{clean(name)}”"))


@intent(r"\bpaths?\b", r"\bsteps of\b", unless=COMMAND)
def list_paths(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "which paths do we have?" """
    named = re.search(
        r"\b(?:steps (?:of|in|on)(?: the)?|path (?:called|named)|about the path) (?P<query>.+?)(?: path)?$",
        ask.text,
    )
    query = ask.words.quoted[0] if ask.words.quoted else ask.words.group(named, "query") if named else None
    (found,) = yield (call("list_paths", query=query),)
    if (
        len(found.items) == 1
        and found.items[0].get("id")
        and "steps" not in found.items[0]
        and ask.tools.has("list_paths", "path_id")
    ):
        (found,) = yield (call("list_paths", path_id=str(found.items[0]["id"])),)
    return listing(
        ask,
        found,
        ("path", "paths"),
        {
            "Path": linked,
            "Steps": lambda r: clean(
                " → ".join(name_of(step) for step in field(r, "steps", "path_steps") or ()) or "—", 400
            ),
        },
        about=f"like “{clean(query)}”" if query else "",
    )


def _journeys(ask: Ask, arguments: dict[str, object], about: str) -> Plan:
    (found,) = yield (
        call(
            "list_path_journeys",
            **arguments,
            limit=1 if ask.wants_count else ask.limit,
            count_only=True if ask.wants_count else None,
        ),
    )
    if ask.wants_count:
        return counted(found, JOURNEY, about)
    return listing(
        ask,
        found,
        JOURNEY,
        {
            "Person": lambda r: linked(
                field(r, "person", "signup") or field(r, "person_name", "name") or "—"
            ),
            "Path": lambda r: clean(field(r, "path", "path_name") or "—"),
            "Step": lambda r: clean(field(r, "current_step", "step", "step_name") or "—"),
            "Status": lambda r: clean(field(r, "status", "journey_status") or "—"),
            "Due": lambda r: date(field(r, "due_date", "due_on")),
            "Owner": lambda r: linked(field(r, "point_person")) if field(r, "point_person") else "—",
        },
        about=about,
    )
