"""What is left of "find …" and "do we have …": names of people."""

import re

from local.claude.brain.intents.people import COMMAND, SHOW, one_person, search_by_name
from local.claude.brain.plan import Ask, Plan, intent


@intent(
    SHOW + r" (?P<name>(?!(?:me|it|that|this|them|more|something|anything|everything|stuff|things?|"
    r"out)\b)[^\d].*)$",
    unless=COMMAND + r"|\b(?:report|dashboard|chart|graph|money|income)\b",
)
def found_by_name(ask: Ask, match: re.Match[str]) -> Plan:
    """ "find Maria Lopez" """
    return (yield from search_by_name(ask, match))


@intent(
    r"^(?:do we (?:have|know)|is there|have we got) (?:a |an |any ?one called |someone called |"
    r"anyone named |someone named )*(?P<who>[a-z][\w'-]+ [a-z][\w'-]+)(?: in (?:our|the) (?:database|"
    r"nation|system))?$",
    unless=COMMAND,
)
def known(ask: Ask, match: re.Match[str]) -> Plan:
    """ "do we have Maria Lopez?" """
    return (yield from one_person(ask, match))
