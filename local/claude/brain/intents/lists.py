"""Saved lists and who is on them."""

import re
from collections.abc import Generator

from local.claude.brain.answers import counted, listing
from local.claude.brain.criteria import PEOPLE
from local.claude.brain.intents.people import COMMAND, columns
from local.claude.brain.markdown import clean, date, field, linked, name_of, paragraphs, plural
from local.claude.brain.plan import Ask, Plan, Said, intent
from local.claude.brain.result import Result
from local.claude.brain.tools import Call, call


def find_list(ask: Ask, words: str) -> Generator[tuple[Call, ...], tuple[Result, ...], tuple[str, str]]:
    """Id and name of the list that `words` mean. Ends the plan with a question if none or several fit."""
    words = re.sub(
        r"^(?:the|our|my|saved|list|called|named| )+(?=\S)", "", words.strip(), flags=re.IGNORECASE
    )
    words = re.sub(r" lists?$", "", words, flags=re.IGNORECASE)
    if not words or words.lower() in ("this", "it", "this list", "here", "list"):
        record = ask.page_record
        if record is None or record[0] != "list":
            raise Said("Which list do you mean? Tell me its name, or open it in NationBuilder.")
        return record[1], "this list"
    if words.lstrip("#").isdigit():
        return words.lstrip("#"), f"list {words}"
    (found,) = yield (call("list_lists", query=words, limit=5),)
    exact = [each for each in found.items if name_of(each).lower() == words.lower()]
    if len(exact) == 1 or len(found.items) == 1:
        chosen = (exact or list(found.items))[0]
        return str(chosen.get("id")), name_of(chosen)
    if not found.items:
        raise Said(f"I found no list called “{clean(words)}”.")
    names = "\n".join(f"- {linked(each)}" for each in found.items)
    raise Said(
        paragraphs(
            f"I found {plural(found.count, 'list')} like “{clean(words)}”. Which one do you mean?", names
        )
    )


@intent(
    r"\b(?:who|people|members|everyone|how many|anyone)\b.*\b(?:is |are )?(?:on|in|of) (?:the |our |"
    r"my )?(?:list (?:called |named )?(?P<after>.+)|(?P<before>.+?) list|(?P<this>this) list)$",
    r"\blist members of (?P<after>.+)$",
    r"\bmembers of (?:the )?list (?P<after>.+)$",
    r"^(?:who|how many)(?: people)? (?:is|are) (?:on|in) (?P<this>it|this list)$",
    unless=COMMAND,
)
def list_members(ask: Ask, match: re.Match[str]) -> Plan:
    """ "who is on the list House Party Hosts?" """
    words = (
        ask.words.quoted[0]
        if ask.words.quoted
        else next(
            (
                ask.words.group(match, name)
                for name in ("after", "before", "this")
                if ask.words.group(match, name)
            ),
            "",
        )
    )
    list_id, name = yield from find_list(ask, words)
    if ask.wants_count and "get_list" in ask.tools:
        (one,) = yield (call("get_list", list_id=list_id),)
        record = one.record
        size = field(record, "people", "count", "size", "people_count")
        return f"**{plural(size if isinstance(size, int) else 0, *PEOPLE)}** are on {linked(record)}."
    (found,) = yield (call("list_list_members", list_id=list_id, limit=ask.limit),)
    about = f"on the list “{clean(name)}”" if name != "this list" else "on this list"
    return (
        counted(found, PEOPLE, about)
        if ask.wants_count
        else listing(ask, found, PEOPLE, columns(), about=about)
    )


@intent(
    r"\b(?:show|tell me about|details of|open|how big is|what is) (?:the |our |"
    r"this )?list (?P<name>(?!of\b|all\b).+)$",
    r"\b(?:size|owner|author) of (?:the |our )?(?:list )?(?P<name>.+?)(?: list)?$",
    unless=COMMAND + r"|\bevent|\bdonation|\bpeople tagged",
)
def one_list(ask: Ask, match: re.Match[str]) -> Plan:
    """ "tell me about the list House Party Hosts" """
    list_id, _ = yield from find_list(
        ask, ask.words.quoted[0] if ask.words.quoted else ask.words.group(match, "name")
    )
    (found,) = yield (call("get_list", list_id=list_id),)
    record = found.record
    size = field(record, "people", "count", "size", "people_count")
    owner = field(record, "author", "owner")
    return (
        f"{linked(record)} holds **{plural(size if isinstance(size, int) else 0, *PEOPLE)}**"
        + (f" and belongs to {linked(owner)}" if owner else "")
        + "."
    )


@intent(
    r"\b(?:which|what|show|list|find|any|all|our|my|how many|newest|latest|saved|biggest)\b.*\blists\b",
    r"^(?:saved )?lists$",
    r"\b(?:do we have|is there) (?:a |any )?lists?\b",
    r"\bfind (?:a |the )?list\b",
    unless=COMMAND,
)
def list_lists(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "which lists do we have?" """
    named = re.search(
        r"\blists? (?:called|named|like|about|for|with|containing|matching) (?P<query>.+)$", ask.text
    )
    query = ask.words.quoted[0] if ask.words.quoted else ask.words.group(named, "query") if named else None
    (found,) = yield (call("list_lists", query=query, limit=ask.limit),)
    if ask.wants_count:
        return counted(found, ("list", "lists"))
    return listing(
        ask,
        found,
        ("list", "lists"),
        {
            "List": linked,
            "People": lambda r: (
                f"{size:,}"
                if isinstance(size := field(r, "people", "count", "size", "people_count"), int)
                else "—"
            ),
            "Created": lambda r: date(field(r, "created_at")),
        },
        about=f"like “{clean(query)}”" if query else "",
    )
