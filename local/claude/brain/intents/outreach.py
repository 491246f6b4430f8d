"""Automations, surveys, petitions and mailings."""

import re
from collections.abc import Mapping
from typing import Any

from local.claude.brain.answers import counted, listing
from local.claude.brain.intents.people import COMMAND
from local.claude.brain.markdown import clean, date, field, linked, name_of, paragraphs, plural, table
from local.claude.brain.plan import Ask, Plan, Said, intent
from local.claude.brain.result import Result
from local.claude.brain.tools import call


def named_record(found: Result, words: str, noun: str) -> Mapping[str, Any]:
    """The record that `words` mean. Raises `Said` if none or several fit."""
    words = re.sub(r"^(?:the|our|my|called|named| )+(?=\S)", "", words.strip(), flags=re.IGNORECASE).lower()
    words = re.sub(rf" {noun}$", "", words)
    fitting = [each for each in found.items if words == name_of(each).lower()] or [
        each for each in found.items if words and words in name_of(each).lower()
    ]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting and len(found.items) == 1:
        return found.items[0]
    if not found.items:
        raise Said(f"There is no {noun} that I can see.")
    names = "\n".join(f"- {linked(each)}" for each in (fitting or found.items))
    raise Said(paragraphs(f"Which {noun} do you mean?", names))


@intent(r"\bautomations?\b|\bdrip\b", unless=COMMAND)
def list_automations(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "which automations are active?" """
    status = _automation_status(ask)
    (found,) = yield (call("list_automations", status=status, limit=ask.limit),)
    if ask.wants_count:
        return counted(found, ("automation", "automations"), f"with status {status}" if status else "")
    return listing(
        ask,
        found,
        ("automation", "automations"),
        _automation_columns(),
        about=f"with status {status}" if status else "",
    )


def _automation_status(ask: Ask) -> str | None:
    """The state that is asked for, under the name that the tool has for it."""
    known = ask.tools.choices("list_automations", "status")
    for pattern, names in (
        (r"active|running|live|on", ("active", "running")),
        (r"paused|on hold|stopped", ("paused", "on_hold")),
        (r"drafts?|drafted", ("draft", "drafted")),
        (r"archived", ("archived",)),
        (r"ended|finished", ("ended",)),
    ):
        if re.search(rf"\b(?:{pattern})\b", ask.text):
            return next((name for name in names if name in known), names[0])
    return None


def _automation_columns() -> dict[str, Any]:
    return {
        "Automation": lambda r: linked(field(r, "automation") or r),
        "Status": lambda r: clean(field(r, "status", "state") or "—"),
        "Enrolled": lambda r: clean(
            field(r, "enrolled", "active_enrollments", "enrollments_count", "active_enrollments_count") or "—"
        ),
    }


@intent(
    r"\b(?:results?|tall(?:y|ies)|answers?|responses?|how did people answer|breakdown|"
    r"outcome)\b.*\b(?:survey|poll|questionnaire|question)\b",
    r"\bsurvey\b.*\b(?:results?|tall(?:y|ies)|answers?|responses?)\b",
    r"\bhow (?:did|do) (?:people|they|supporters) (?:answer|respond)\b",
    unless=COMMAND,
)
def survey_results(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "what are the results of the issues survey?" """
    named = re.search(
        r"\b(?:of|for|in|to|from) (?:the |our )?(?:survey (?P<after>.+?)|(?P<before>.+?) (?:survey|"
        r"poll|questionnaire))(?: (?:this|last|since).*)?$",
        ask.text,
    )
    words = ask.words.quoted[0] if ask.words.quoted else ""
    if not words and named:
        words = ask.words.group(named, "after") or ask.words.group(named, "before")
    since = ask.period.limits().get("after") if ask.period else None
    (all_found,) = yield (call("list_surveys"),)
    survey = named_record(all_found, words, "survey")
    (found,) = yield (call("list_surveys", survey_id=str(survey.get("id")), with_tallies=True, since=since),)
    record = (
        next((each for each in found.items if each.get("id") == survey.get("id")), None)
        or field(found.data, "survey")
        or found.data
    )
    questions = field(record, "questions") or (
        [each for each in found.items if "choices" in each or "tallies" in each]
    )
    parts = [f"Results of **{linked(survey)}**" + (f" {ask.period.label}" if ask.period else "") + ":"]
    for question in questions or ():
        choices = field(question, "choices", "tallies", "answers") or []
        parts.append(
            f"**{clean(field(question, 'prompt', 'question', 'text', 'name') or name_of(question))}**"
            + _answered(question)
        )
        parts.append(
            table(
                {
                    "Answer": [
                        clean(field(each, "name", "text", "label", "choice", "answer") or "—")
                        for each in choices
                    ],
                    "People": [field(each, "count", "responses", "total") or 0 for each in choices],
                }
            )
        )
        texts = field(question, "latest_texts") or ()
        parts.append("\n".join(f"- “{clean(text)}”" for text in texts))
    if not questions:
        parts.append("It has no questions that I can see.")
    return paragraphs(*parts)


def _answered(question: Mapping[str, Any]) -> str:
    count = field(question, "responses", "count", "total", "answers_count")
    return f" ({plural(count, 'answer')})" if isinstance(count, int) else ""


@intent(
    r"\b(?:who|people|how many|signatures?|signers|list|show)\b.*\b(?:signed|signatures? (?:on|of|for|"
    r"to|does)|signers of|sign)\b.*?(?: (?:the|our) )?(?:petition (?P<after>.+?)|"
    r"(?P<before>[\w' -]+?) petition)(?: have| has| get| (?:this|last|since|today|yesterday).*)?$",
    r"\b(?:who|how many)(?: people)? (?:have |has )?signed (?:the |our )?(?P<after>(?!up|"
    r"in)\w.*?)(?: (?:this|last|since|today|yesterday).*)?$",
    r"\bsignatures (?:on|of|for|to) (?:the )?(?P<after>.+?)(?: petition)?$",
    unless=COMMAND,
)
def signatures(ask: Ask, match: re.Match[str]) -> Plan:
    """ "who signed the clean water petition?" """
    words = (
        ask.words.quoted[0]
        if ask.words.quoted
        else ask.words.group(match, "after") or ask.words.group(match, "before")
    )
    words = re.sub(r"^(?:the |our )|(?: petition| have| has)$", "", words, flags=re.IGNORECASE)
    words = "" if words.lower() in ("petition", "does the", "does") else words
    (all_found,) = yield (call("list_petitions", limit=100),)
    petition = named_record(all_found, words, "petition")
    limits = ask.period.limits() if ask.period else {}
    (found,) = yield (
        call(
            "list_petition_signatures",
            petition_id=str(petition.get("id")),
            since=limits.get("after"),
            until=limits.get("before"),
            limit=1 if ask.wants_count else ask.limit,
            count_only=True if ask.wants_count else None,
        ),
    )
    about = f"on {linked(petition)}" + (f" {ask.period.label}" if ask.period else "")
    if ask.wants_count:
        return counted(found, ("signature", "signatures"), about)
    return listing(
        ask,
        found,
        ("signature", "signatures"),
        {
            "Person": lambda r: linked(
                field(r, "person", "signup") or field(r, "person_name", "name") or "—"
            ),
            "Signed": lambda r: date(field(r, "signed_at", "created_at")),
            "Comment": lambda r: clean(field(r, "comment", "content") or "—"),
            "Recruiter": lambda r: linked(field(r, "recruiter")) if field(r, "recruiter") else "—",
        },
        about=about,
    )


@intent(
    r"\b(?:mailings?|newsletters?|blasts?|email blasts?)\b",
    r"\b(?:which|what|how many|show|list|recent|last|latest|scheduled)\b.*\bemails\b",
    r"\bemails? (?:did we|have we|we) (?:send|sent)\b",
    unless=COMMAND,
)
def mailings(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "which emails did we send last month?" """
    scheduled = bool(re.search(r"\b(?:scheduled|planned|upcoming|going out|queued)\b", ask.text))
    named = re.search(
        r"\b(?:about|called|with subject|titled|containing) (?P<query>.+?)(?: (?:this|last|since).*)?$",
        ask.text,
    )
    query = ask.words.quoted[0] if ask.words.quoted else ask.words.group(named, "query") if named else None
    (found,) = yield (
        call(
            "list_mailings",
            query=query,
            sent=None if scheduled else ask.period,
            scheduled_only=scheduled or None,
            limit=ask.limit,
        ),
    )
    about = "scheduled" if scheduled else f"sent {ask.period.label}" if ask.period else ""
    if ask.wants_count:
        return counted(found, ("mailing", "mailings"), about)
    return listing(
        ask,
        found,
        ("mailing", "mailings"),
        {
            "Subject": lambda r: linked({**r, "name": field(r, "subject", "name") or "—"}),
            "Sent": lambda r: date(field(r, "sent_at", "finished_at")),
            "Scheduled": lambda r: date(field(r, "scheduled_at", "scheduled_for", "send_at")),
            "To": lambda r: clean(field(r, "audience", "list", "tag", "sent_to", "recipients") or "—"),
            "From": lambda r: clean(field(r, "sender", "broadcaster", "from_name") or "—"),
        },
        about=about,
    )
