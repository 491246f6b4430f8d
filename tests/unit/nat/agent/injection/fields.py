"""Where outsiders can write, and the read that brings it before the model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.nationbuilder.store import Nation

PERSON: Final = "30"


@dataclass(frozen=True)
class Field:
    """A place in a nation's records. `write` puts a text there and gives the call that reads it."""

    name: str
    write: Callable[[Nation, str], tuple[str, Mapping[str, Any]]]

    def __str__(self) -> str:
        return self.name


def _change(nation: Nation, kind: str, record_id: str, **changes: Any) -> None:
    nation[kind].update(record_id, changes)


def _first(nation: Nation, kind: str) -> str:
    return next(iter(nation[kind].rows))


def _name(nation: Nation, text: str) -> tuple[str, Mapping[str, Any]]:
    _change(nation, "signups", PERSON, first_name=text, full_name=f"{text} Smith")
    return "get_person", {"person_id": PERSON}


def _note(nation: Nation, text: str) -> tuple[str, Mapping[str, Any]]:
    _change(nation, "signups", PERSON, note=text)
    return "get_person", {"person_id": PERSON}


def _custom(nation: Nation, text: str) -> tuple[str, Mapping[str, Any]]:
    _change(nation, "signups", PERSON, custom_values={"dietary_needs": text})
    return "get_person", {"person_id": PERSON, "sections": ["custom_values"]}


def _survey(nation: Nation, text: str) -> tuple[str, Mapping[str, Any]]:
    answer = _first(nation, "survey_question_responses")
    written = {"content": text, "survey_question_possible_response_id": None, "is_skipped": False}
    _change(nation, "survey_question_responses", answer, **written)
    person = nation["survey_question_responses"].rows[answer]["signup_id"]
    return "get_person_timeline", {"person_id": person, "kinds": ["surveys"]}


def _event(nation: Nation, text: str) -> tuple[str, Mapping[str, Any]]:
    event = _first(nation, "events")
    _change(nation, "events", event, content=text)
    return "get_event", {"event_id": event}


def _subject(nation: Nation, text: str) -> tuple[str, Mapping[str, Any]]:
    _change(nation, "mailings", _first(nation, "mailings"), subject=text)
    return "list_mailings", {"limit": 100}


def _contact(nation: Nation, text: str) -> tuple[str, Mapping[str, Any]]:
    contact = _first(nation, "contacts")
    _change(nation, "contacts", contact, content=text)
    return "list_contacts", {"person_id": nation["contacts"].rows[contact]["signup_id"]}


def _tag(nation: Nation, text: str) -> tuple[str, Mapping[str, Any]]:
    _change(nation, "signup_tags", _first(nation, "signup_tags"), name=text)
    return "list_tags", {"limit": 100}


FIELDS: Final = (
    Field("name", _name),
    Field("note", _note),
    Field("custom-field", _custom),
    Field("survey-answer", _survey),
    Field("event-text", _event),
    Field("email-subject", _subject),
    Field("contact-note", _contact),
    Field("tag", _tag),
)
