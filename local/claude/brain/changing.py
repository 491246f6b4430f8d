"""What intents that change records share: how a command opens, whom it is about, how it closes."""

import json
import re
from collections.abc import Generator
from dataclasses import replace
from typing import Any, Final

from local.claude.brain.criteria import read_criteria
from local.claude.brain.markdown import clean, name_of, plural
from local.claude.brain.plan import Ask, Said
from local.claude.brain.result import Result
from local.claude.brain.tools import Call, call
from local.claude.brain.words import Words

DO: Final = (
    r"^(?:(?:please|can you|could you|would you|will you|nat|go ahead and|now|then|and|also|ok|okay|"
    r"i want to|i need to|i would like to|we need to|let us) )*"
)
"""How a command may begin."""

EVERYONE: Final = (
    r"(?:(?:all|every|any)(?: of)?(?: the| our| my| those| these)? ?(?:people|persons?|supporters?|"
    r"volunteers?|donors?|members|contacts|one)?|everyone|everybody|anyone|anybody|people|donors|"
    r"volunteers|supporters|them(?: all)?|all of them|these people|those people|those|these)"
)
"""Words that mean many people."""

MANY: Final = 1000
"""How many records a search for a bulk change asks for; the tool's own maximum applies."""

Found = Generator[tuple[Call, ...], tuple[Result, ...], list[str]]


def find_people(ask: Ask, words: str) -> Found:
    """Ids of all people that `words` mean: those last listed, carriers of a tag, or a search."""
    text = Words(words).text
    if re.fullmatch(
        r"(?:all of )?(?:them|these|those)(?: all| people)?|(?:all )?(?:these|those)(?: people)?", text
    ):
        ids = _last_listed(ask)
        if ids:
            return ids
        raise Said("Which people do you mean? Say for example “everyone tagged volunteer”.")
    tagged = re.search(r"\b(?:tagged|with the tag|who have the tag)(?: as| with)? (?P<tag>.+)$", text)
    if tagged:
        inner = Words(words)
        (found,) = yield (
            call(
                "list_people_with_tag",
                tag=inner.quoted[0] if inner.quoted else inner.group(tagged, "tag"),
                limit=MANY,
            ),
        )
    else:
        wanted, _, _ = read_criteria(replace(ask, words=Words(words)))
        if not wanted:
            raise Said(
                "That would change everyone in the nation. Say which people you mean, for example "
                "“everyone tagged volunteer”."
            )
        (found,) = yield (call("search_people", **wanted, limit=MANY),)
    ids = [str(person["id"]) for person in found.items if person.get("id")]
    if not ids:
        raise Said("I found nobody like that, so there is nothing to change.")
    if found.total is not None and found.total > len(ids):
        raise Said(
            f"I found {found.total:,} people, but can only take {len(ids):,} at a time. Narrow it "
            f"down, or use a list."
        )
    return ids


def whom(ask: Ask, words: str, ids: list[str], tool: str) -> dict[str, Any]:
    """The people found, as arguments of a bulk tool: by the search itself where the tool takes it, so that a
    proposal says in words whom it takes; else by their ids."""
    if ask.tools.has(tool, "search"):
        wanted, _, _ = read_criteria(replace(ask, words=Words(words)))
        if wanted.keys() == {"donated_cents"}:
            return {"search": wanted}
    return {"person_ids": ids}


def _last_listed(ask: Ask) -> list[str]:
    for past in reversed(ask.conversation.earlier):
        people = [field_id(each) for each in past.result.items]
        ids = list(dict.fromkeys(each for each in people if each))
        if ids and past.name in (
            "search_people",
            "list_people_with_tag",
            "list_list_members",
            "list_donations",
            "list_event_rsvps",
        ):
            return ids
    return []


def field_id(record: Any) -> str:
    """The id of the person a record is, or is about."""
    for name in ("person", "donor", "signup"):
        inner = record.get(name)
        if isinstance(inner, dict) and inner.get("id"):
            return str(inner["id"])
    return str(record.get("person_id") or record.get("signup_id") or record.get("id") or "")


def done(result: Result, text: str) -> str:
    """The closing words of a change: done, or waiting for a yes, as the tool says."""
    said = json.dumps(result.data, ensure_ascii=False).lower() if result.data else result.text.lower()
    if (
        re.search(r"\b(?:approval|awaiting|waiting|proposed|pending|confirm)\b", said)
        and "confirm_" not in said
    ):
        return (
            f"I have prepared this and need your approval first: {text[0].lower()}{text[1:]} Please check "
            f"it and choose **Proceed** or **Cancel**."
        )
    if re.search(r'"(?:already|unchanged)"\s*:\s*true', said):
        return f"Nothing had to change, it was already so. {text}"
    changed = result.number("changed", "succeeded", "done")
    failed = result.number("failed")
    extra = f" {plural(changed, 'record')} changed." if changed is not None else ""
    return f"Done. {text}{extra}" + (f" {failed:,} failed." if failed else "")


def quoted_or(ask: Ask, words: str) -> str:
    """What stands in quotation marks, else these words without articles."""
    if ask.words.quoted:
        return ask.words.quoted[-1]
    return re.sub(
        r"^(?:the |a |an |tag |tags |called |named )+", "", words.strip(), flags=re.IGNORECASE
    ).strip(" .")


def several(words: str) -> list[str]:
    """`red, blue and green` → three."""
    return [each.strip() for each in re.split(r",| and | & ", words) if each.strip()]


def named(record: Any) -> str:
    """A name for an answer."""
    return clean(name_of(record))
