"""Relationships, web pages and custom fields."""

import re

from local.claude.brain.answers import counted, listing
from local.claude.brain.intents.people import COMMAND
from local.claude.brain.markdown import clean, field, linked
from local.claude.brain.people import find_person
from local.claude.brain.plan import Ask, Plan, intent
from local.claude.brain.tools import call

RELATION = (
    r"employees?|employers?|board members?|spouse|husband|wife|partner|parents?|child(?:ren)?|siblings?|"
    r"colleagues?|friends?|staff"
)


@intent(
    r"\b(?:relationships?|connections?|relations?|links?) (?:of|for|does|with|has|"
    r"to) (?P<who>.+?)(?: have| has)?$",
    r"\bwho (?:is|are) (?:related|connected|linked) (?:to|with) (?P<who>.+)$",
    r"\b(?:how|who) (?:is|are) (?P<who>.+?) (?:related|connected|linked)(?: to| with)?$",
    r"\bwho (?:is|are) (?:the )?(?:" + RELATION + r") (?:of|at|for) (?P<who>.+)$",
    r"\bwho (?:works|work) (?:at|for) (?P<who>.+)$",
    r"\bwho (?:is|are) (?P<who>this person|\w+(?: \w+)?)(?:'s) (?:" + RELATION + r")$",
    r"\b(?P<who>this person|\w+(?: \w+)?)(?:'s) (?:relationships?|connections|relations|family)\b",
    r"\b(?P<who>)(?:show|list|any) relationships?$",
    unless=COMMAND,
)
def relationships(ask: Ask, match: re.Match[str]) -> Plan:
    """ "who is related to Maria Lopez?" """
    person = yield from find_person(ask, ask.words.group(match, "who"))
    (found,) = yield (call("list_relationships", person_id=person.id),)
    return listing(
        ask,
        found,
        ("relationship", "relationships"),
        {
            "Person": lambda r: linked(field(r, "other", "person", "second_person") or r),
            "Is": lambda r: clean(field(r, "other_role", "type") or "—").replace("\\_", " "),
            "Title": lambda r: clean(field(r, "title") or "—"),
        },
        about=f"of {person.label}",
    )


@intent(r"\bcustom (?:fields?|values?|questions?)\b|\bwhich fields\b", unless=COMMAND)
def custom_fields(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "which custom fields do we have?" """
    applies = (
        "Donation"
        if re.search(r"\bdonations?\b", ask.text)
        else "Signup"
        if re.search(r"\b(?:people|person|signups?)\b", ask.text)
        else None
    )
    (found,) = yield (call("list_custom_fields", applies_to=applies),)
    if ask.wants_count:
        return counted(found, ("custom field", "custom fields"))
    return listing(
        ask,
        found,
        ("custom field", "custom fields"),
        {
            "Field": linked,
            "Slug": lambda r: clean(field(r, "slug") or "—"),
            "Kind": lambda r: clean(field(r, "kind", "field_type", "type") or "—"),
            "For": lambda r: clean(field(r, "applies_to", "context") or "—"),
            "Choices": lambda r: clean(field(r, "choices", "options") or "—"),
        },
    )


@intent(
    r"\b(?:web ?pages?|landing pages?|blog posts?|pages?)\b|\b(?:web ?site)\b",
    unless=COMMAND + r"|\bthis page\b",
)
def pages(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "find the donation page" """
    named = re.search(
        r"\bpages? (?:called|named|about|like|for|with) (?P<after>.+)$|\b(?:find|search for|show me|"
        r"where is|open|link to|"
        r"link of|url of) (?:the |our )?(?P<before>.+?) pages?$",
        ask.text,
    )
    query = ask.words.quoted[0] if ask.words.quoted else None
    if query is None and named:
        query = ask.words.group(named, "after") or ask.words.group(named, "before")
    status = next(
        (word for word in ("published", "unlisted", "hidden", "drafted") if word in ask.text.split()), None
    )
    (found,) = yield (call("list_pages", query=query, status=status, limit=ask.limit),)
    if ask.wants_count:
        return counted(found, ("page", "pages"))
    return listing(
        ask,
        found,
        ("page", "pages"),
        {
            "Page": linked,
            "Slug": lambda r: clean(field(r, "slug") or "—"),
            "Status": lambda r: clean(field(r, "status") or "—"),
            "Site": lambda r: clean(field(r, "site", "site_name") or "—"),
        },
        about=f"like “{clean(query)}”" if query else "",
    )
