"""What the platform itself says to people, by key: English here, other languages where they are shown.

    Worded("change.tag_people", people=23, tag="major donor")

is the text `Tag 23 people as “major donor”`, which also knows its key and parameters, so that a client can
say it in another language. A place is `{name}`, or `{name|one|several}` with two forms for a number, `#`
being the number. A parameter is a text, a number, another wording, or a list of these. What records say goes
in as parameters and is never translated.

No name of a product stands here: every brand says the same sentences.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypedDict

from nat.field_names import FIELD_NAMES, in_words
from nat.refusals import REFUSALS

MESSAGES: Final[Mapping[str, str]] = {
    # What a change does.
    "change.undo": "Undo: {change}",
    "change.prepared": "Prepared: {change}",
    "change.tag_person": "Tag {name} as {tags}",
    "change.untag_person": "Take {tags} off {name}",
    "change.tag_people": "Tag {people|# person|# people} as “{tag}”",
    "change.untag_people": "Take the tag “{tag}” off {people|# person|# people}",
    "change.tag_list": "Tag {people|# person|# people} on the list “{list}” as “{tag}”",
    "change.untag_list": "Take the tag “{tag}” off {people|# person|# people} on the list “{list}”",
    "change.rename_tag": "Rename the tag “{tag}” to “{name}” for {people|# person|# people}",
    "change.delete_tag": "Delete the tag “{tag}” and take it off {people|# person|# people}",
    "change.put_on_list": "Put {people|# person|# people} on the list “{list}”",
    "change.take_off_list": "Take {people|# person|# people} off the list “{list}”",
    "change.make_list": "Make the list “{list}”",
    "change.delete_list": "Delete the list “{list}” with {people|# person|# people}; the people stay",
    "change.add_person": "Add {name}{tagged}",
    "change.update_known_person": "Update {name}, who has this email address already{tagged}",
    "change.with_tags": ", tagged {tags}",
    "change.update_person": "Change {fields} of {name}",
    "change.update_people": "Set {values} for {people|# person|# people}",
    "change.delete_person": "Delete {name} for good",
    "change.log_contact": "Log a {method} with {name}",
    "change.correct_contact": "Correct the {method} with {name}",
    "change.delete_contact": "Delete the {method} with {name}",
    "change.record_donation": "Record {amount} from {name} ({kind}, {day})",
    "change.record_donation_and_tell": "Record {amount} from {name} ({kind}, {day}) and email a receipt",
    "change.update_donation": "Change {fields} of the donation of {name}",
    "change.delete_donation": "Delete the donation of {name} for good",
    "change.make_event": "Make the event “{event}”, {when} ({zone}), {status} on {site} as /{slug}",
    "change.update_event": "Change {fields} of the event “{event}”",
    "change.move_event": "Change {fields} of the event “{event}”, to {when}",
    "change.delete_event": "Delete the event “{event}”{when} for good{lost}",
    "change.on_day": " on {day}",
    "change.with_rsvps": ", with the RSVPs of {people|# person|# people}",
    "change.add_rsvp": "Put down {name}",
    "change.add_rsvp_with_guests": "Put down {name} with {guests|# guest|# guests}",
    "change.update_rsvp": "Change the RSVP of {name}",
    "change.resume_rsvp": "Take up again the RSVP of {name}",
    "change.cancel_rsvp": "Cancel the RSVP of {name}",
    "change.check_in": "Check in {name}",
    "change.uncheck_in": "Take back the check-in of {name}",
    "change.give_membership": "Give {name} the membership “{kind}”",
    "change.give_membership_until": "Give {name} the membership “{kind}” until {day}",
    "change.cancel_membership": "Cancel the membership {kind} of {name}",
    "change.set_membership": "Set to {status} the membership {kind} of {name}",
    "change.extend_membership": "Extend to {day} the membership {kind} of {name}",
    "change.update_membership": "Change the membership {kind} of {name}",
    "change.put_on_path": "Put {name} on the path “{path}”",
    "change.put_on_step": "Put {name} on the path “{path}”, at the step “{step}”",
    "change.move_journey": "Move {name} to the step “{step}”{path}",
    "change.update_journey": "Change the journey of {name}{path}",
    "change.on_path": " on the path “{path}”",
    "change.complete_journey": "Complete the journey of {name}{path}{reason}",
    "change.abandon_journey": "Abandon the journey of {name}{path}{reason}",
    "change.reactivate_journey": "Reactivate the journey of {name}{path}{reason}",
    "change.void_journey": "Void the journey of {name}{path}{reason}",
    "change.with_reason": ", with the reason “{reason}”",
    "change.record_answer": "Record the answer “{answer}” of {name} to “{question}”",
    "change.enrol": "Enrol {name} in the automation “{automation}”",
    "change.link": "Link {name} ({role}) with {other} ({other_role})",
    # Whom a change takes.
    "filter.tagged": "everyone tagged “{tag}”",
    "filter.list": "everyone on the list “{list}”",
    "filter.ids": "{people|# person|# people} by id",
    "filter.email": "the person with email {email}",
    "filter.people": "people; {criteria}",
    "filter.not": "not {criterion}",
    "filter.with_tag": "tagged “{tag}”",
    "filter.support": "support level {levels}",
    "filter.donated": "donated in all {amount}",
    "filter.more_than": "more than {amount}",
    "filter.less_than": "less than {amount}",
    "filter.at_least": "at least {amount}",
    "filter.at_most": "at most {amount}",
    "filter.between": "{low} and {high}",
    "filter.last_donated": "last donated {days}",
    "filter.created": "created {days}",
    # Whom it leaves alone.
    "skipped.already_so": "already so",
    "skipped.not_found": "NationBuilder has no such person",
    "skipped.already_tagged": "has the tag already",
    "skipped.not_tagged": "does not have the tag",
    "skipped.on_list": "is on the list already",
    "skipped.not_on_list": "is not on the list",
    "skipped.on_path": "is on the path already",
    "skipped.enrolled": "is enrolled already",
    "skipped.linked": "is linked like this already",
    "skipped.answered": "has answered like this already",
    # What to know before saying yes.
    "warning.tag_forgotten": "This cannot be undone: NationBuilder forgets who carried the tag.",
    "warning.look_alike": "“{tag}” is a new tag. There is one that is spelt alike: “{other}”.",
    "warning.tag_number": "“{tag}” is a new tag. It is also the number of another one: “{other}”.",
    "warning.person_lost": (
        "This cannot be undone: NationBuilder has no trash. Tags, memberships, paths and contacts of the "
        "person go with them."
    ),
    "warning.namesakes": "There are people of this name already: {people}.",
    "warning.new_namesake": (
        "{name} is added as a new person. There are people of this name already: {people}."
    ),
    "warning.other_name": "{email} is the address of {name}, so it is for them. No name is changed.",
    "warning.contact_anew": "Undo logs it anew, as of then: NationBuilder does not take the old date.",
    "warning.twin_donation": (
        "{name} has a donation of {amount} of that day already: {ids}. This would be another one."
    ),
    "warning.pledge_left": "Only {amount} of this pledge is still owed.",
    "warning.receipt": "NationBuilder emails the donor a receipt at once; an undo cannot take that back.",
    "warning.no_refund": "Cancelling changes the record only: a refund is made in the control panel.",
    "warning.donation_lost": (
        "This cannot be undone: NationBuilder has no trash. The donor's totals fall with it, and no money"
        " goes back. Cancelling it instead keeps the record."
    ),
    "warning.past": "This lies in the past.",
    "warning.auto_response": "NationBuilder will email an automatic answer to everyone who RSVPs.",
    "warning.not_told": "NationBuilder does not tell the {people} who are coming.",
    "warning.event_lost": (
        "This cannot be undone: NationBuilder has no trash. Nobody who RSVPed is told. Hiding its page "
        "instead keeps everything."
    ),
    "warning.capacity": "With this, {coming} would come; the event takes {capacity}.",
    "warning.no_rsvps": "The event does not take RSVPs on its page.",
    "warning.no_guests": "The event does not take guests.",
    "warning.rsvp_answer": (
        "NationBuilder may email an automatic answer to the person: the event is set up so."
    ),
    "warning.rsvp_there": "They have RSVP'd already.",
    "warning.list_anew": (
        "Undo makes the list anew with the same people, but with another id: what refers to the list "
        "loses it."
    ),
    "warning.list_lost": "This cannot be undone: the list is too long to save who is on it.",
    "warning.membership_stays": "Undo cancels the membership; it stays in the list as canceled.",
    "warning.membership_kept": "This cannot be undone: NationBuilder keeps a canceled membership.",
    "warning.member_told": "NationBuilder emails the member about it, which cannot be undone.",
    "warning.path_dates": "The path “{path}” is not set up for due dates.",
    "warning.path_values": "The path “{path}” is not set up for values.",
    "warning.void": "This cannot be undone: a voided journey does not come back.",
    "warning.answer_tags": "NationBuilder tags the person: {tags}. Undo does not take that off.",
    "warning.answered_before": "This person has answered the question before; that answer stays.",
    "warning.automation_sends": (
        "The automation may send messages at once; undo ends the enrolment, what was sent stays sent."
    ),
    "warning.automation_state": "The automation is {status}.",
    "warning.do_not_contact": "This person is marked “do not contact”.",
    # Why something was not done, or not taken back.
    "result.changed_since": "the record was changed after this was planned",
    "result.not_confirmed": "NationBuilder did not confirm it, so it may or may not have been done",
    "result.not_answered": "NationBuilder did not answer, and the record is unchanged",
    "result.still_working": "NationBuilder is still working on it",
    "result.gone": "the record no longer exists",
    "result.need_missing": "what it needs could not be made",
    "result.otherwise": "NationBuilder knew the record already and changed it, so it cannot be taken back",
    "result.half_done": "only a part of it went through",
    "result.left_alone": "NationBuilder answered, but left it as it was",
    "result.not_reached": "NationBuilder could not be reached",
    "result.given_up": "NationBuilder gave it up",
    # Notices.
    "notice.partial": "This conversation is long: its beginning was left out of this answer.",
    "notice.reconnect": (
        "The connection to your NationBuilder is lost. An admin can connect it again in the settings."
    ),
    "notice.reconnected": "Your NationBuilder is connected.",
    "notice.cost_warning": (
        "Your nation has used {percent} % of the computing that its plan includes in this period. When "
        "all of it is used, questions stop; upgrade to have more."
    ),
    "notice.cost_limit": (
        "Your nation has used the computing that its plan includes in this period, so no new question can"
        " be asked until the next one begins. Upgrade to go on now, or write to support."
    ),
    "notice.usage_warning": (
        "Your nation has used {percent} % of its queries of this period: {used} of {limit}. At the limit "
        "questions stop; upgrade to go on."
    ),
    "notice.usage_warning_soft": (
        "Your nation has used {percent} % of its queries of this period: {used} of {limit}. Upgrade to "
        "have more."
    ),
    "notice.limit_reached": (
        "Your nation has used all {limit} queries of this period, this one included. Upgrade to go on now."
    ),
    "notice.limit_reached_soft": (
        "Your nation has used all {limit} queries that its plan includes in this period. You can go on; "
        "consider an upgrade."
    ),
    # Why a message did not arrive.
    "delivery.no_member": "This person does not belong to the nation any more.",
    "delivery.no_address": "This person has no proven email address.",
    "delivery.comes_back": "Emails to this person's address come back.",
    "delivery.no_such_address": "This person's email address cannot be written to.",
    "delivery.not_sent": "The email could not be sent.",
    "delivery.not_in_channel": "The app is not in this Slack channel. Invite it there, or choose another.",
    "delivery.not_connected": "Slack is not connected any more.",
    "delivery.not_linked": "This Slack workspace is not linked to the nation any more.",
    "delivery.not_known": "It is not known who this person is in Slack.",
    "delivery.silent": "Slack does not answer.",
    # Fields of records.
    "field.part": "{whole} {part}",
    "field.also": "{field}, {others}",
    "field.set": "{field} to {value}",
    "field.new_amount": "amount (to {amount})",
    "value.yes": "yes",
    "value.no": "no",
    "value.nothing": "nothing",
    **REFUSALS,
    **{f"field.{attribute}": words for attribute, words in FIELD_NAMES.items()},
}
"""English by key. A key that clients know is not used for another sentence."""

_PLACE: Final = r"\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}"
_CONSTANT: Final[Mapping[str, str]] = {
    text: key
    for key, text in MESSAGES.items()
    if "{" not in text and not key.startswith(("field.", "value."))
}
"""Whole sentences. A word by itself may as well be a record's."""


class WordingParts(TypedDict):
    """What a sentence of ours was made of, as JSON has it."""

    key: str
    parameters: Mapping[str, object]


class Worded(str):
    """A sentence of ours: its English text, with the key and the parameters that it was made of."""

    key: str
    parameters: Mapping[str, object]

    def __new__(cls, key: str, /, **parameters: object) -> "Worded":
        """The sentence of a key. Raises `KeyError` for a key or a place that nobody knows."""
        return cls.of(_filled(MESSAGES[key], parameters), key, parameters)

    @classmethod
    def of(cls, text: str, key: str, parameters: Mapping[str, object]) -> "Worded":
        """The same from its parts, whatever English says today."""
        made = super().__new__(cls, text)
        made.key, made.parameters = key, parameters
        return made

    @classmethod
    def constant(cls, text: str) -> str:
        """A sentence without parameters as one that knows its key, if it is one of ours."""
        key = _CONSTANT.get(text)
        return text if key is None else cls.of(text, key, {})

    def __deepcopy__(self, _: object) -> "Worded":
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return Worded.of, (str(self), self.key, self.parameters)

    @property
    def wording(self) -> "WordingParts":
        """Key and parameters as JSON has them."""
        parameters = {name: _plain(value) for name, value in self.parameters.items()}
        return {"key": self.key, "parameters": parameters}


def field_name(attribute: str) -> str:
    """What a field of a record is called, `home_address.city` as of an attribute in two parts. A custom field
    is called by its slug."""
    whole, _, part = attribute.removeprefix("custom_values.").partition(".")
    if attribute.startswith("custom_values.") or whole not in FIELD_NAMES:
        return in_words(whole)
    return (
        Worded("field.part", whole=field_name(whole), part=field_name(part))
        if part
        else Worded(f"field.{whole}")
    )


def enumerated(names: Sequence[str]) -> str:
    """Names of fields, one after the other; at least one."""
    first, *others = names
    return Worded("field.also", field=first, others=enumerated(others)) if others else first


def wordings(texts: Iterable[str]) -> dict[str, WordingParts]:
    """Of the texts that know their key, key and parameters by the text."""
    return {str(each): each.wording for each in texts if isinstance(each, Worded)}


def places(template: str) -> frozenset[str]:
    """Names of the places of a sentence."""
    return frozenset(found[1] for found in re.finditer(_PLACE, template))


def _filled(template: str, parameters: Mapping[str, object]) -> str:
    def fill(found: re.Match[str]) -> str:
        value = parameters[found[1]]
        if found[2] is None:
            return _shown(value)
        return (found[2] if value == 1 else found[3]).replace("#", _shown(value))

    return re.sub(_PLACE, fill, template)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return "; ".join(map(_shown, value))
    return f"{value:,}" if isinstance(value, int) else str(value)


def _plain(value: object) -> object:
    if isinstance(value, Worded):
        return value.wording
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
