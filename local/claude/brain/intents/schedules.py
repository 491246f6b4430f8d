"""Questions that come again on a schedule: "every Monday at 9 tell me who donated last week"."""

import re
from typing import Final

from local.claude.brain.markdown import clean, paragraphs
from local.claude.brain.periods import DAYS
from local.claude.brain.plan import Ask, Intents, Plan, Said, say
from local.claude.brain.tools import call

INTENTS: Final = Intents()
_DAY: Final = "|".join(DAYS)
_WHEN: Final = re.compile(
    rf"\b(?:on )?(?:every|each) (?P<which>(?:{_DAY})s?(?:(?:,? and |, )(?:every |each )?(?:{_DAY})s?)*"
    r"|weekday|working day|day|morning|week|month)\b"
    r"|\bon the (?P<day>\d{1,2}|last)(?:st|nd|rd|th)?(?: day)? of (?:every|each|the) month\b",
    re.IGNORECASE,
)
_TIME: Final = re.compile(
    r"\bat (?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s?(?P<half>am|pm)?(?: o'clock)?\b", re.IGNORECASE
)
_ZONE: Final = re.compile(r"(?:\b(?:in|zone) )?\b(?P<zone>[A-Z][a-z]+/[A-Z][A-Za-z_]+)\b(?: time)?")
_ASKING: Final = re.compile(
    r"^(?:please |can you |could you |i want you to |then )*"
    r"(?:send|tell|e?mail|give|show|write|let|report)(?: me| us)?(?: know)?(?: an?| the)? "
    r"(?:report (?:on|about|of) |email (?:with|about) |summary of )?",
    re.IGNORECASE,
)
_NINE: Final = "09:00"


@INTENTS.on(r"\b(?:every|each) (?:second|other|two|2|third) (?:week|day|month|" + _DAY + r")|\bevery \d+ \w+")
def beyond_schedules(_ask: Ask, _match: re.Match[str]) -> Plan:
    """ "every second Monday tell me …" """
    return say(
        "I cannot schedule that: an automation runs daily, on days of the week, or on one day of every "
        "month. The nearest is every week, with a question that looks at the last two."
    )


@INTENTS.on(
    rf"\b(?:every|each) (?:{_DAY}|weekday|working day|day|morning|week|month)\b",
    r"\bon the (?:\d{1,2}(?:st|nd|rd|th)?|last)(?: day)? of (?:every|each|the) month\b",
)
def scheduled(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "every Monday at 9 tell me who donated last week" """
    source = ask.words.source
    when, time, zone = _WHEN.search(source), _TIME.search(source), _ZONE.search(source)
    if when is None:
        raise Said("When should I ask this? Say it such as “every Monday at 9”.")
    question = source
    for found in sorted((each for each in (when, time, zone) if each), key=lambda each: -each.start()):
        question = f"{question[: found.start()]} {question[found.end() :]}"
    question = _ASKING.sub("", re.sub(r"\s+", " ", question).strip(" ,.;:"))
    if not question:
        raise Said("What should I ask each time? Say it in the same sentence.")
    question = question[0].upper() + question[1:]
    kind, days, day = _days(when)
    (drafted,) = yield (
        call(
            "schedule_question",
            name=question.rstrip("?.!")[:100],
            question=question,
            kind=kind,
            time=_clock(time),
            days=days,
            day=day,
            zone=zone["zone"] if zone else None,
        ),
    )
    runs = drafted.data.get("next_runs") or [""]
    told = [
        f"I drafted an automation: “{clean(question)}”, {clean(drafted.data.get('schedule', ''))}.",
        f"The next time would be {clean(runs[0])}.",
        *(clean(each, 300) for each in drafted.data.get("warnings", ())),
    ]
    if not drafted.data.get("zone_was_said"):
        told.append("That is the nation's time zone; say if you mean another.")
    return paragraphs(
        " ".join(told),
        "It does not run yet: open it with the link below, try it on the last time it would have run, and "
        "enable it.",
    )


def _days(when: re.Match[str]) -> tuple[str, list[str] | None, int | str | None]:
    if when["day"]:
        return "monthly", None, "last" if when["day"].lower() == "last" else int(when["day"])
    which = when["which"].lower()
    if which in ("day", "morning"):
        return "daily", None, None
    if which == "month":
        return "monthly", None, 1
    if which == "week":
        return "weekly", ["MON"], None
    if which in ("weekday", "working day"):
        return "weekly", ["MON", "TUE", "WED", "THU", "FRI"], None
    return "weekly", [each[:3].upper() for each in DAYS if each in which], None


def _clock(time: re.Match[str] | None) -> str:
    if time is None:
        return _NINE
    hour = int(time["hour"])
    half = (time["half"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02}:{time['minute'] or '00'}"
