"""Tags, and who carries them."""

import re

from local.claude.brain.answers import counted, listing
from local.claude.brain.criteria import PEOPLE
from local.claude.brain.intents.people import COMMAND, bare_name, columns
from local.claude.brain.markdown import Record, clean, field, linked, name_of, paragraphs, plural
from local.claude.brain.people import find_person
from local.claude.brain.plan import Ask, Plan, intent
from local.claude.brain.tools import call

TAGGED = (
    r"\b(?:tagged|with (?:the )?tags?|have (?:the )?tags?|has (?:the )?tags?|"
    r"carry(?:ing)? (?:the )?tags?)(?: (?:as|with|called|"
    r"named))*(?: the)? (?P<tag>.+?)(?: tags?)?(?: (?:do we have|are there|there are|in total|right now|"
    r"currently|please))*$"
)


def tag_of(ask: Ask, match: re.Match[str]) -> str:
    """The tag that is meant, as the person wrote it."""
    quoted = ask.words.quoted
    return quoted[0] if quoted else ask.words.group(match, "tag")


@intent(
    TAGGED,
    r"\b(?:who|people|everyone) (?:is |are |all )*(?:in|under|on) (?:the )?tag (?P<tag>.+)$",
    r"\bhow many (?:people )?(?:have|carry|are) (?:the |in the )*(?P<tag>.+?) tag$",
    r"\b(?:who has|who have|show|list) (?:the )?(?P<tag>(?!all\b|our\b|my\b|unused\b)[\w -]+?) tag$",
    unless=COMMAND,
)
def people_with_tag(ask: Ask, match: re.Match[str]) -> Plan:
    """ "how many people are tagged volunteer?" """
    tag = tag_of(ask, match)
    (found,) = yield (
        call(
            "list_people_with_tag",
            tag=tag,
            limit=1 if ask.wants_count else ask.limit,
            count_only=True if ask.wants_count else None,
        ),
    )
    about = f"tagged “{clean(tag)}”"
    return (
        counted(found, PEOPLE, about)
        if ask.wants_count
        else listing(ask, found, PEOPLE, columns(), about=about)
    )


@intent(
    r"\b(?:what|which|show|list|any|all)\b.*\btags? (?:does|do|did|has|have|are on|on|of|for|"
    r"is on) (?P<who>(?!we\b|you\b|people\b|our\b|nobody\b|most\b).+?)(?: have| has| got)?$",
    r"\b(?:what|which) tags? (?P<who>(?!do\b|does\b|we\b|people\b|most\b).+?) (?:has|have)$",
    r"\b(?:how|what) (?:is|are|was) (?P<who>(?!people\b).+?) tagged(?: as| with)?$",
    r"\b(?P<who>this person|(?!people|everyone)\w+(?: \w+)?)(?:'s) tags\b",
    r"^(?:show )?(?P<who>his|her|their) tags$",
    unless=COMMAND,
)
def tags_of_person(ask: Ask, match: re.Match[str]) -> Plan:
    """ "what tags does Maria have?" """
    person = yield from find_person(ask, bare_name(ask.words.group(match, "who")))
    (found,) = yield (call("get_person_tags", person_ids=[person.id]),)
    record = next((each for each in found.items if str(each.get("id")) == person.id), None) or (
        found.items[0] if len(found.items) == 1 and "tags" in found.items[0] else None
    )
    tags = (record or {}).get("tags") if record is not None else found.data.get("tags")
    tags = tags if tags is not None else list(found.items)
    label = linked(record) if record is not None and field(record, "name") else person.label
    label = label[0].upper() + label[1:]
    if not tags:
        return f"{label} has no tags."
    return paragraphs(
        f"{label} has **{plural(len(tags), 'tag')}**:", "\n".join(f"- {clean(name_of(tag))}" for tag in tags)
    )


@intent(
    r"\b(?:unused|empty|look-?alike|similar|duplicate|rare) tags?\b",
    r"\btags? (?:nobody|no one|that nobody|without)\b",
    r"\btags\b",
    r"\b(?:find|search|is there) (?:a |the )?tags? (?P<query>.+)$",
    unless=COMMAND,
)
def list_tags(ask: Ask, match: re.Match[str]) -> Plan:
    """ "which tags do we have?" """
    unused = bool(re.search(r"\b(?:unused|empty|nobody|no one|without)\b", ask.text))
    about_tag = re.search(
        r"\btags? (?:like|about|named|called|starting with|containing|matching|for|with) (?P<query>.+)$",
        ask.text,
    )
    query = (
        ask.words.quoted[0]
        if ask.words.quoted
        else ask.words.group(about_tag, "query")
        if about_tag
        else ask.words.group(match, "query") or None
    )
    most = re.search(r"\b(?:fewer|less) than (\d+)\b", ask.text)
    least = re.search(r"\b(?:more than|at least|over) (\d+)\b", ask.text)
    (found,) = yield (
        call(
            "list_tags",
            query=query,
            min_people=int(least[1]) if least else None,
            look_alikes=bool(re.search(r"\b(?:look-?alike|similar|duplicate|spelt alike)\b", ask.text))
            or None,
            max_people=0 if unused else int(most[1]) if most else None,
            limit=ask.limit,
        ),
    )
    if ask.wants_count:
        return counted(found, ("tag", "tags"))
    return listing(
        ask,
        found,
        ("tag", "tags"),
        {"Tag": linked, "People": people_count, "Spelt": _spellings},
        about="that nobody carries" if unused else f"like “{clean(query)}”" if query else "",
    )


def people_count(record: Record) -> object:
    """How many people a tag or list holds."""
    value = field(record, "people", "taggings_count", "count", "size", "people_count")
    return (
        f"{value:,}"
        if isinstance(value, int)
        else "0"
        if any(record.get(k) == 0 for k in ("people", "taggings_count", "count"))
        else "—"
    )


def _spellings(record: Record) -> str:
    """The spellings of look-alike tags, with how many people carry each."""
    return (
        ", ".join(f"{clean(name_of(tag))} ({people_count(tag)})" for tag in field(record, "tags") or ())
        or "—"
    )
