"""Orders: one tool each, whom and what it is about, and how it closes."""

import json
import re
from collections.abc import Generator
from dataclasses import replace
from typing import Any, Final

from local.claude.brain.arguments import spoken
from local.claude.brain.markdown import clean, field, name_of
from local.claude.brain.plan import Ask, Intents, NotOffered, Plan, Said
from local.claude.brain.result import Result
from local.claude.brain.tools import Call, call
from local.claude.brain.using import own_words, use
from local.claude.brain.words import Words

INTENTS: Final = Intents()
DO: Final = (
    r"^(?:(?:please|can you|could you|would you|will you|nat|go ahead and|now|then|and|also|ok|okay|"
    r"i want to|i need to|i would like to|we need to|let us) )*"
)
"""How an order may begin."""
EVERYONE: Final = (
    r"(?:(?:all|every|any)(?: of)?(?: the| our| my| those| these)? ?(?:people|persons?|supporters?|"
    r"volunteers?|donors?|members|contacts|one)?|everyone|everybody|anyone|anybody|people|donors|"
    r"volunteers|supporters|them(?: all)?|these people|those people|those|these)"
)
MANY: Final = rf"(?P<people>{EVERYONE}(?: .+?)?)"
"""Many people."""
LIST: Final = r"(?:the |our |my )?(?:list (?P<list>.+?)|(?P<list2>.+?) list|(?P<list3>this list))"
MEMBERS: Final = rf"(?:{EVERYONE}|the members) (?:on|in|of) {LIST}"
TAG: Final = r"(?:the |a |these )?tags? (?P<tag>.+?)"
EVENT: Final = r"(?:the )?(?:event (?P<event>.+?)|(?P<event2>.+?) event)"
AMOUNT: Final = r"\$? ?\d[\d.]*k?(?: dollars| usd)?"
MOST: Final = 1000
"""How many records a search for a bulk change asks for; the tool's own maximum applies."""
FIELDS: Final = {
    r"email(?: address)?": "email",
    r"(?:mobile|cell)(?: phone)?(?: number)?": "mobile_number",
    r"phone(?: number)?": "phone_number",
    r"first name": "first_name",
    r"last name": "last_name",
    r"support level": "support_level",
    r"note": "note",
    r"employer": "employer",
    r"occupation": "occupation",
}
FIELD: Final = "(?P<field>" + "|".join(FIELDS) + ")"
MARKS: Final[dict[str, dict[str, Any]]] = {
    r"(?:an? )?volunteers?": {"is_volunteer": True},
    r"(?:an? )?supporters?": {"is_supporter": True},
    r"(?:an? )?prospects?": {"is_prospect": True},
    r"do not contact": {"do_not_contact": True},
}
MARK: Final = "(?P<mark>" + "|".join(MARKS) + ")"


def does(tool: str, *patterns: str, **given: Any) -> None:
    """Declare orders that a tool carries out."""

    def make(ask: Ask, match: re.Match[str]) -> Plan:
        if tool not in ask.tools:
            raise NotOffered(tool)
        words = own_words(ask, match)
        more = dict(given)
        if "tag" in words:
            tags = ask.words.quoted or re.split(r",| and | & ", words.pop("tag"))
            more |= {"tag": tags[0], "tags": tags}
        if ask.tools.has(tool, "changes"):
            more["changes"] = _changes(ask, words)
        if "people" in words:
            more |= yield from _everyone(ask, words.pop("people"), tool)
        if ask.tools.has(tool, "confirm_count"):
            more |= yield from _counted(str(more["tag"]))
        used = yield from use(ask, tool, words, more)
        return done(used.result, clean(ask.words.source.rstrip(" .!"), 300))

    INTENTS.on(*(DO + pattern for pattern in patterns))(make)


def done(result: Result, order: str) -> str:
    """The closing words of a change: done, or waiting for a yes, as the tool says."""
    said = json.dumps(result.data, ensure_ascii=False).lower() if result.data else result.text.lower()
    if re.search(r"\b(?:approval|awaiting|waiting|proposed|pending)\b", said):
        return (
            f"I have prepared this and need your approval first: “{order}”. Please check it and choose "
            "**Proceed** or **Cancel**."
        )
    failed = result.number("failed")
    return f"Done: “{order}”." + (f" {failed:,} failed." if failed else "")


def _changes(ask: Ask, words: dict[str, str]) -> dict[str, Any]:
    """The changed fields that an order names; takes their groups off its words."""
    mark, name, value = (words.pop(group, "") for group in ("mark", "field", "value"))
    if mark:
        return next(changes for pattern, changes in MARKS.items() if re.fullmatch(pattern, mark, re.I))
    if name:
        known = next(each for pattern, each in FIELDS.items() if re.fullmatch(pattern, name, re.I))
        note = ask.words.source.partition(": ")[2] if known == "note" else ""
        text = ask.first_quoted or note or value
        return {known: int(text) if text.isdigit() and known.endswith("level") else text}
    changes = {each: spoken(ask, "create_event").get(each) for each in ("start_at", "capacity")}
    if changes["start_at"] is None and changes["capacity"] is None:
        raise Said("To which day and time? Say it such as “friday at 7pm”.")
    return {each: value for each, value in changes.items() if value is not None}


Filling = Generator[tuple[Call, ...], tuple[Result, ...], dict[str, Any]]


def _everyone(ask: Ask, words: str, tool: str) -> Filling:
    """All people that `words` mean, for a bulk tool: those last listed, carriers of a tag, or a search.

    By the search itself where the tool takes it, so that a proposal says in words whom it takes; else by ids.
    """
    text = Words(words).text
    if re.fullmatch(r"(?:all of )?(?:them|these|those)(?: all| people)?", text):
        if ids := _last_listed(ask):
            return {"person_ids": ids}
        raise Said("Which people do you mean? Say for example “everyone tagged volunteer”.")
    tagged = re.search(r"\b(?:tagged|with the tag|who have the tag)(?: as| with)? (?P<tag>.+)$", text)
    if tagged:
        wanted = call("list_people_with_tag", tag=Words(words).group(tagged, "tag"), limit=MOST)
    else:
        search = spoken(replace(ask, words=Words(words)), "search_people")
        search = {key: value for key, value in search.items() if key not in ("limit", "sort", "count_only")}
        if not search:
            raise Said(
                "That would change everyone in the nation. Say which people you mean, for example "
                "“everyone tagged volunteer”."
            )
        wanted = Call("search_people", {**search, "limit": MOST})
    (found,) = yield (wanted,)
    ids = [str(person["id"]) for person in found.items if person.get("id")]
    if not ids:
        raise Said("I found nobody like that, so there is nothing to change.")
    if found.total is not None and found.total > len(ids):
        raise Said(
            f"I found {found.total:,} people, but can only take {len(ids):,} at a time. Narrow it down."
        )
    if not tagged and search.keys() == {"donated_cents"} and ask.tools.has(tool, "search"):
        return {"search": search}
    return {"person_ids": ids}


def _last_listed(ask: Ask) -> list[str]:
    """The people of the last list that was shown."""
    for past in reversed(ask.conversation.earlier):
        people = [str((field(each, "person", "donor") or each).get("id") or "") for each in past.result.items]
        if past.name.startswith(("search_people", "list_")) and any(people):
            return list(dict.fromkeys(each for each in people if each))
    return []


def _counted(tag: str) -> Filling:
    """A tag as it is spelt, and how many carry it."""
    (found,) = yield (call("list_tags", query=tag, limit=5),)
    record = next((each for each in found.items if name_of(each).lower() == tag.lower()), None)
    if record is None:
        raise Said(f"There is no tag “{clean(tag)}”.")
    return {"tag": name_of(record), "confirm_count": record.get("people") or 0}


does(
    "tag_list_members",
    rf"(?:tag|label|mark) {MEMBERS} (?:as|with) (?P<tag>.+)$",
    rf"(?:add|put) {TAG} (?:to|on) {MEMBERS}$",
)
does(
    "untag_list_members",
    rf"untag {MEMBERS} (?:as|from|with) (?P<tag>.+)$",
    rf"(?:remove|take) {TAG} (?:from|off) {MEMBERS}$",
)
does(
    "bulk_tag_people",
    rf"(?:tag|label) {MANY} (?:as|with) (?:the tag |an? )?(?P<tag>.+)$",
    rf"(?:add|put|give) {TAG} (?:to|on) {MANY}$",
    action="add",
)
does(
    "bulk_tag_people",
    rf"untag {MANY} (?:as|from|with) (?P<tag>.+)$",
    rf"(?:remove|take) {TAG} (?:from|off) {MANY}$",
    action="remove",
)
does("rename_tag", r"(?:rename|change) (?:the )?tag (?P<tag>.+?) (?:to|into|as) (?P<new_name>.+)$")
does(
    "remove_tags_from_person",
    r"untag (?P<person>.+?) (?:as|from|with) (?P<tag>.+)$",
    rf"(?:remove|take|delete) {TAG} (?:from|off) (?P<person>.+)$",
)
does(
    "delete_tag",
    r"(?:delete|remove) (?:the )?tag (?P<tag>.+?)(?: (?:everywhere|entirely|for everyone)\b.*)?$",
)
does(
    "add_tags_to_person",
    r"tag (?P<person>.+?) (?:as|with) (?:the tags? |an? )?(?P<tag>.+)$",
    rf"(?:add|put|give) {TAG} (?:to|on) (?P<person>.+)$",
)
does(
    "log_contact",
    r"(?:log|record|note|add) (?:a |an |my )?(?:phone call|call|door knock|meeting|visit|text|contact)"
    r" (?:with |to |at )?(?P<person>.+)$",
    r"i (?:called|phoned|met|visited|texted|emailed)(?: with)? (?P<person>.+)$",
)
does(
    "record_donation",
    rf"(?:record|log|add|enter) (?:an? )?(?:cash|check|offline)? ?donation (?:of|for) {AMOUNT}"
    r"(?: in)?(?: (?:cash|check))? (?:from|by) (?P<person>.+)$",
    rf"(?:record|log|add|enter) {AMOUNT} (?:in |by )?(?:cash |check )?(?:donation )?(?:from|by) "
    r"(?P<person>.+)$",
)
does(
    "create_event",
    r"(?:create|schedule|add|plan) (?:an |the )?(?:new )?event(?: called| named)? (?P<name>.+?)"
    r" (?:on|at|this|next|tomorrow)\b.*$",
)
does("update_event", rf"(?:move|reschedule|postpone|change) {EVENT} to .+$")
does("update_event", r"(?:set|change) (?:the )?capacity of (?P<event>.+?) to \d+$")
does("delete_event", r"(?:delete|remove) (?:the )?(?:event (?P<event>.+)|(?P<event2>.+?) event)$")
does(
    "add_event_rsvp",
    r"(?:rsvp|register|sign up) (?P<person>.+?) (?:to|for) (?:the )?(?P<event>.+?)(?: with \d+ guests?)?$",
)
does(
    "create_membership",
    r"(?:give|sell) (?P<person>.+?) (?:a |an |the )(?P<type>.+?) membership(?: (?:until|till) .+)?$",
)
does("add_tags_to_person", r"give (?P<person>.+?) (?:the )?tags? (?P<tag>.+)$")
does(
    "enroll_in_automation",
    r"(?:enroll?|add|put) (?P<person>.+?) (?:in|into|to) (?:the )?(?:automation (?P<automation>.+)|"
    r"(?P<automation2>.+?) automation)$",
)
does(
    "start_path_journey",
    r"(?:put|start|add) (?P<person>.+?) (?:on|to|in) (?:the |our )?(?:path (?P<path>.+)|"
    r"(?P<path2>.+?) path)$",
)
does(
    "bulk_update_people",
    rf"(?:set|change) (?:the )?{FIELD} (?:of|for) {MANY} to (?P<value>.+)$",
    rf"(?:mark|set|flag) {MANY} as {MARK}$",
)
does(
    "update_person",
    rf"(?:set|change|update|correct) (?:the )?{FIELD} (?:of|for) (?P<person>.+?) to (?P<value>.+)$",
    rf"(?:set|change|update|correct) (?P<person>.+?)(?:'s)? {FIELD} to (?P<value>.+)$",
    rf"(?:mark|flag) (?P<person>.+?) as {MARK}$",
    r"add (?:a |the )?(?P<field>note) (?:to|for|on) (?P<person>.+)$",
)
does("create_list", r"(?:create|make|start) (?:a )?(?:new )?(?:empty )?list(?: called| named)? (?P<name>.+)$")
does("add_people_to_list", rf"(?:add|put) {MANY} (?:to|on|in) {LIST}$")
does("add_people_to_list", rf"(?:add|put) (?P<person>.+?) (?:to|on|in) {LIST}$")
does("remove_people_from_list", rf"(?:remove|take|drop) (?P<person>.+?) (?:from|off) {LIST}$")
does("delete_list", rf"(?:delete|remove) {LIST}$")
does(
    "delete_person",
    r"(?:delete|erase) (?P<person>(?!.*\b(?:donation|contact|event|tag|list|rsvp|membership|page|survey|"
    rf"journey|relationship)\b|{EVERYONE}\b).+)$",
)
