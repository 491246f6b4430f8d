"""Putting tags on people and taking them off."""

import re

from local.claude.brain.changing import DO, EVERYONE, done, find_people, quoted_or, several, whom
from local.claude.brain.intents.lists import find_list
from local.claude.brain.markdown import clean, name_of, plural
from local.claude.brain.people import find_person
from local.claude.brain.plan import Ask, Plan, Said, intent
from local.claude.brain.tools import call

LIST = (
    r"(?:everyone|everybody|all|people|all people|members|the members) (?:on|in|of) (?:the |our |"
    r"my )?(?:list (?P<list>.+?)|(?P<list2>.+?) list|(?P<list3>this list))"
)
TAGS = r"(?:the |a |these )?tags? (?P<tag>.+?)"


def _list_words(ask: Ask, match: re.Match[str]) -> str:
    return next((words for name in ("list", "list2", "list3") if (words := ask.words.group(match, name))), "")


@intent(
    DO + r"(?P<verb>tag|label|mark) " + LIST + r" (?:as|with) (?:the tag |a )?(?P<tag>.+)$",
    DO + r"(?P<verb>add|put) " + TAGS + r" (?:to|on) " + LIST + r"$",
    DO + r"(?P<verb>untag) " + LIST + r" (?:as|from|with) (?:the tag )?(?P<tag>.+)$",
    DO + r"(?P<verb>remove|take) " + TAGS + r" (?:from|off) " + LIST + r"$",
)
def tag_list(ask: Ask, match: re.Match[str]) -> Plan:
    """ "tag everyone on the list Hosts as host" """
    remove = match["verb"] in ("untag", "remove", "take")
    tag = quoted_or(ask, ask.words.group(match, "tag"))
    list_id, name = yield from find_list(ask, _list_words(ask, match))
    (result,) = yield (
        call("untag_list_members" if remove else "tag_list_members", list_id=list_id, tag=tag),
    )
    return done(result, f"Everyone on {clean(name)} {'loses' if remove else 'gets'} the tag “{clean(tag)}”.")


@intent(
    DO
    + r"(?P<verb>tag|label) (?P<who>"
    + EVERYONE
    + r"(?: .+?)?) (?:as|with) (?:the tag |an? )?(?P<tag>.+)$",
    DO + r"(?P<verb>add|put|give) " + TAGS + r" (?:to|on) (?P<who>" + EVERYONE + r"(?: .+)?)$",
    DO + r"(?P<verb>untag) (?P<who>" + EVERYONE + r"(?: .+?)?) (?:as|from|with) (?:the tag )?(?P<tag>.+)$",
    DO + r"(?P<verb>remove|take) " + TAGS + r" (?:from|off) (?P<who>" + EVERYONE + r"(?: .+)?)$",
)
def bulk_tag(ask: Ask, match: re.Match[str]) -> Plan:
    """ "tag everyone who donated over $100 as major donor" """
    remove = match["verb"] in ("untag", "remove", "take")
    tag = quoted_or(ask, ask.words.group(match, "tag"))
    ids = yield from find_people(ask, ask.words.group(match, "who"))
    (result,) = yield (
        call(
            "bulk_tag_people",
            **whom(ask, ask.words.group(match, "who"), ids, "bulk_tag_people"),
            tag=tag,
            action="remove" if remove else "add",
        ),
    )
    people = plural(len(ids), "person", "people")
    return done(result, f"The tag “{clean(tag)}” {'comes off' if remove else 'goes to'} {people}.")


@intent(DO + r"(?:rename|change) (?:the )?tag (?P<tag>.+?) (?:to|into|as) (?P<new>.+)$")
def rename_tag(ask: Ask, match: re.Match[str]) -> Plan:
    """ "rename the tag volunter to volunteer" """
    old, new = (
        ([*ask.words.quoted, "", ""])[:2]
        if len(ask.words.quoted) > 1
        else (ask.words.group(match, "tag"), ask.words.group(match, "new"))
    )
    (result,) = yield (call("rename_tag", tag=old, new_name=new),)
    return done(result, f"The tag “{clean(old)}” is now called “{clean(new)}” for everyone.")


@intent(
    DO + r"untag (?P<who>.+?) (?:as|from|with) (?:the tag )?(?P<tag>.+)$",
    DO + r"(?:remove|take|delete) " + TAGS + r" (?:from|off) (?P<who>.+)$",
    DO + r"(?:remove|take) (?:the )?(?P<tag>[\w -]+?) tags? (?:from|off) (?P<who>.+)$",
)
def untag_person(ask: Ask, match: re.Match[str]) -> Plan:
    """ "remove the tag host from Maria Lopez" """
    tags = ask.words.quoted or several(ask.words.group(match, "tag"))
    person = yield from find_person(ask, ask.words.group(match, "who"))
    (result,) = yield (call("remove_tags_from_person", person_id=person.id, tags=tags),)
    return done(result, f"{person.label} no longer has {_tags(tags)}.")


@intent(
    DO + r"(?:delete|remove|get rid of) (?:the )?(?:tag (?P<tag>.+?)|(?P<tag2>[\w -]+?) tag)(?: (?:entirely|"
    r"completely|for good|for everyone))?$"
)
def delete_tag(ask: Ask, match: re.Match[str]) -> Plan:
    """ "delete the tag old campaign": looks up how many carry it first."""
    tag = quoted_or(ask, ask.words.group(match, "tag") or ask.words.group(match, "tag2"))
    if "delete_tag" not in ask.tools:
        (result,) = yield (call("delete_tag", tag=tag),)
        return done(result, "")
    (found,) = yield (call("list_tags", query=tag, limit=5),)
    record = next((each for each in found.items if name_of(each).lower() == tag.lower()), None)
    if record is None:
        raise Said(f"There is no tag “{clean(tag)}”.")
    count = next(
        (record[name] for name in ("people", "taggings_count", "count") if isinstance(record.get(name), int)),
        0,
    )
    (result,) = yield (call("delete_tag", tag=name_of(record), confirm_count=count),)
    return done(
        result,
        f"The tag “{clean(tag)}” goes away for {plural(count, 'person', 'people')}; this cannot be undone.",
    )


@intent(
    DO + r"tag (?P<who>.+?) (?:as|with) (?:the tags? |an? )?(?P<tag>.+)$",
    DO + r"(?:add|put|give) " + TAGS + r" (?:to|on) (?P<who>.+)$",
    DO + r"(?:add|put) (?:the )?(?P<tag>[\w -]+?) tags? (?:to|on) (?P<who>.+)$",
    DO + r"give (?P<who>.+?) (?:the )?tags? (?P<tag>.+)$",
)
def tag_person(ask: Ask, match: re.Match[str]) -> Plan:
    """ "tag Maria Lopez as volunteer" """
    tags = ask.words.quoted or several(ask.words.group(match, "tag"))
    person = yield from find_person(ask, ask.words.group(match, "who"))
    (result,) = yield (call("add_tags_to_person", person_id=person.id, tags=tags, create_missing=True),)
    return done(result, f"{person.label} now has {_tags(tags)}.")


def _tags(tags: list[str]) -> str:
    names = " and ".join(f"“{clean(tag)}”" for tag in tags)
    return f"the tag {names}" if len(tags) == 1 else f"the tags {names}"
