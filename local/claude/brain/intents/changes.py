"""Changing people and lists."""

import re
from typing import Any, Final

from local.claude.brain.changing import DO, EVERYONE, done, find_people, quoted_or
from local.claude.brain.intents.lists import find_list
from local.claude.brain.markdown import clean, plural
from local.claude.brain.people import find_person
from local.claude.brain.plan import Ask, Plan, Said, intent, say
from local.claude.brain.tools import call

FIELDS: Final = {
    r"email(?: address)?": "email",
    r"(?:mobile|cell)(?: phone)?(?: number)?": "mobile_number",
    r"phone(?: number)?|number": "phone_number",
    r"first name": "first_name",
    r"last name|surname": "last_name",
    r"support level": "support_level",
    r"priority level": "priority_level",
    r"note": "note",
    r"employer": "employer",
    r"occupation|job": "occupation",
}
FIELD: Final = "(?P<field>" + "|".join(FIELDS) + ")"
MARKS: Final[dict[str, dict[str, Any]]] = {
    r"(?:an? )?volunteers?": {"is_volunteer": True},
    r"(?:an? )?supporters?": {"is_supporter": True},
    r"(?:an? )?prospects?": {"is_prospect": True},
    r"do not contact": {"do_not_contact": True},
    r"do not call": {"do_not_call": True},
    r"opted out(?: of emails?)?": {"email_opt_in": False},
    r"(?:a )?strong supporters?": {"support_level": 1},
    r"undecided": {"support_level": 3},
}
MARK: Final = "(?P<mark>" + "|".join(MARKS) + ")"


def changes_of(ask: Ask, match: re.Match[str]) -> dict[str, Any]:
    """The changed fields that a command names."""
    groups = match.groupdict()
    if groups.get("mark"):
        return dict(next(value for pattern, value in MARKS.items() if re.fullmatch(pattern, groups["mark"])))
    name = next(value for pattern, value in FIELDS.items() if re.fullmatch(pattern, groups["field"]))
    text = ask.words.quoted[-1] if ask.words.quoted else ask.words.group(match, "value")
    if name.endswith("level"):
        number = re.search(r"\d", text)
        if number is None:
            raise Said("A support level is a number from 1 (strong support) to 5 (strong opposition).")
        return {name: int(number.group())}
    return {name: text}


def _words(changes: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} becomes {clean(value)}" for name, value in changes.items())


@intent(
    DO
    + r"(?:set|change|update) (?:the )?"
    + FIELD
    + r" (?:of|for) (?P<who>"
    + EVERYONE
    + r"(?: .+?)?) to (?P<value>.+)$",
    DO + r"(?:mark|set|flag) (?P<who>" + EVERYONE + r"(?: .+?)?) as " + MARK + "$",
    DO + r"(?:update|change) (?P<who>" + EVERYONE + r"(?: .+?)?) (?:to|so that they are) " + MARK + "$",
)
def bulk_update(ask: Ask, match: re.Match[str]) -> Plan:
    """ "set the support level of everyone tagged host to 1" """
    changes = changes_of(ask, match)
    ids = yield from find_people(ask, ask.words.group(match, "who"))
    (result,) = yield (call("bulk_update_people", person_ids=ids, changes=changes),)
    return done(result, f"For {plural(len(ids), 'person', 'people')}, {_words(changes)}.")


@intent(
    DO
    + r"(?:set|change|update|correct|fix) (?:the )?"
    + FIELD
    + r" (?:of|for) (?P<who>.+?) to (?P<value>.+)$",
    DO + r"(?:set|change|update|correct|fix) (?P<who>.+?)(?:'s)? " + FIELD + r" to (?P<value>.+)$",
    DO + r"(?:mark|flag|set) (?P<who>.+?) as " + MARK + "$",
    DO + r"make (?P<who>.+?) (?P<mark>a volunteer|a supporter|a prospect)$",
    DO + r"add (?:a |the )?(?P<field>note) (?:to|for|on) (?P<who>.+?)(?: (?:saying|that says|"
    r"that))? (?P<value>\S.*)$",
)
def update_person(ask: Ask, match: re.Match[str]) -> Plan:
    """ "change Maria Lopez's email to maria@example.org" """
    changes = changes_of(ask, match)
    who = ask.words.group(match, "who")
    colon = re.search(
        r"\bnote (?:to|for|on) (?P<who>[^:]+):\s*(?P<note>.+)$", ask.words.source, re.IGNORECASE
    )
    if colon and "note" in changes:
        who, changes = colon["who"], {"note": colon["note"].strip()}
    person = yield from find_person(ask, who)
    (result,) = yield (call("update_person", person_id=person.id, changes=changes),)
    return done(result, f"For {person.label}, {_words(changes)}.")


@intent(
    DO + r"(?:create|make|start|add|build) (?:a |an )?(?:new )?(?:empty )?list(?: (?:called|named|for|"
    r"of))? (?P<name>.+)$"
)
def create_list(ask: Ask, match: re.Match[str]) -> Plan:
    """ "create a list called Spring hosts" """
    name = quoted_or(ask, ask.words.group(match, "name"))
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    (result,) = yield (call("create_list", name=name, slug=slug),)
    return done(result, f"The list “{clean(name)}” is there and empty.")


@intent(
    DO + r"(?:add|put) (?P<who>.+?) (?:to|on|onto|in) (?:the |our |my )?(?:list (?P<list>.+)|"
    r"(?P<list2>.+?) list|(?P<list3>this list))$",
    DO + r"(?P<remove>remove|take|drop) (?P<who>.+?) (?:from|off|out of) (?:the |our |"
    r"my )?(?:list (?P<list>.+)|(?P<list2>.+?) list|(?P<list3>this list))$",
)
def list_people_changed(ask: Ask, match: re.Match[str]) -> Plan:
    """ "add everyone tagged host to the list Spring hosts" """
    words = next((text for name in ("list", "list2", "list3") if (text := ask.words.group(match, name))), "")
    list_id, name = yield from find_list(ask, words)
    who = ask.words.group(match, "who")
    if re.match(EVERYONE + r"\b", match["who"]):
        ids = yield from find_people(ask, who)
    else:
        ids = [(yield from find_person(ask, who)).id]
    remove = bool(match.groupdict().get("remove"))
    (result,) = yield (
        call("remove_people_from_list" if remove else "add_people_to_list", list_id=list_id, person_ids=ids),
    )
    people = plural(len(ids), "person", "people")
    return done(result, f"{'Taken off' if remove else 'Put on'} the list {clean(name)}: {people}.")


@intent(
    DO
    + r"(?:delete|remove) (?:the |our |my )?(?:list (?P<list>.+)|(?P<list2>.+?) list|(?P<list3>this list))$"
)
def delete_list(ask: Ask, match: re.Match[str]) -> Plan:
    """ "delete the list Old hosts" """
    words = next((text for name in ("list", "list2", "list3") if (text := ask.words.group(match, name))), "")
    if "delete_list" not in ask.tools:
        (result,) = yield (call("delete_list", list_id="0"),)
        return done(result, "")
    list_id, name = yield from find_list(ask, words)
    (result,) = yield (call("delete_list", list_id=list_id, confirm_name=name),)
    return done(result, f"The list {clean(name)} is deleted; its people stay.")


@intent(
    DO + r"(?:delete|erase|permanently (?:delete|remove)) (?P<who>(?!.*\b(?:donation|contact|event|tag|list|"
    r"rsvp|membership|relationship|page|survey)\b).+)$",
    DO + r"remove (?P<who>(?!.*\b(?:donation|contact|event|tag|list|rsvp|membership|relationship|page|"
    r"survey)\b).+?) (?:from (?:our |the )?(?:nation|database|system|nationbuilder))$",
)
def delete_person(ask: Ask, match: re.Match[str]) -> Plan:
    """ "delete Jo Park" """
    if re.match(EVERYONE + r"\b(?! person)", match["who"]):
        return (
            yield from say(
                "I delete people only one by one, each with a confirmation. Tell me whose record it is."
            )
        )
    if "delete_person" not in ask.tools:
        (result,) = yield (call("delete_person", person_id="0"),)
        return done(result, "")
    person = yield from find_person(ask, ask.words.group(match, "who"))
    name = person.name
    if not name:
        (found,) = yield (call("get_person", person_id=person.id),)
        record = found.record
        name = str(record.get("name") or "")
    (result,) = yield (call("delete_person", person_id=person.id, confirm_name=name),)
    return done(result, f"The record of {clean(name)} is deleted; this cannot be undone.")
