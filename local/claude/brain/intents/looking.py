"""Questions that one tool answers: which, who, how many."""

import re
from typing import Any, Final

from local.claude.brain.answers import card, counted, listing
from local.claude.brain.finding import KINDS
from local.claude.brain.markdown import clean
from local.claude.brain.plan import Ask, Intents, Plan
from local.claude.brain.using import own_words, use

INTENTS: Final = Intents()
PEOPLE: Final = ("person", "people")
COMMAND: Final = (
    r"^(?:(?:please|can you|could you|nat|go ahead and) )*(?:tag|untag|add|remove|delete|create|update|"
    r"change|set|mark|put|make|rename|log|record|move|enroll|assign|rsvp|register|sign up|start|cancel|"
    r"complete)\b"
)
"""How an order begins, which no question does."""
SHOW: Final = (
    r"^(?:(?:please|can you|could you|nat|let me) )*(?:show|list|find|get|give|see|look up|search for)"
    r"(?: me| us| out)?(?: all| the| every| our| my)*"
)
ANYONE: Final = (
    r"(?:people|persons?|everyone|everybody|signups?|supporters?|contacts|members|volunteers?|donors?|"
    r"prospects?|organi[sz]ations?|companies)"
)

LIST: Final = r"(?:the |our )?(?:list (?P<list>.+)|(?P<list2>.+?) list|(?P<list3>this list))"


def looks(
    tool: str,
    *patterns: str,
    nouns: tuple[str, str],
    about: str = "",
    unless: str = COMMAND,
    **given: Any,
) -> None:
    """Declare questions that a tool answers. `about` may name groups of the patterns in braces."""

    def make(ask: Ask, match: re.Match[str]) -> Plan:
        words = own_words(ask, match)
        used = yield from use(ask, tool, words, given)
        if tool.startswith("get_"):
            return card(used.result.record)
        labels = {group: one.label(KINDS[group]) for group, one in used.found.items()}
        period = ask.period.label if ask.period and ask.period.name != "all_time" else ""
        told = about.format_map({name: clean(text) for name, text in words.items()} | labels)
        if used.arguments.get("after") == ask.calendar.now.isoformat():
            period = "coming up"
        told = " ".join(each for each in (told, period) if each)
        called = ("organisation", "organisations") if used.arguments.get("kind") == "organisation" else nouns
        if ask.wants_count:
            return counted(used.result, called, told)
        return listing(ask, used.result, called, told)

    INTENTS.on(*patterns, unless=unless)(make)


looks("get_current_user", r"\b(?:who am i|my account|which (?:user|account)|connected as)\b", nouns=PEOPLE)
looks(
    "list_automations",
    r"\bautomations?\b",
    nouns=("automation", "automations"),
)
looks(
    "list_surveys",
    r"\b(?:results?|answers?|responses?)\b.*?\b(?:(?:survey|poll) (?P<survey>.+)|(?P<survey2>[\w ]+?) "
    r"(?:survey|poll))$",
    r"\bhow (?:did|do) (?:people|they|supporters) (?:answer|respond)(?P<survey>.*)",
    nouns=("survey", "surveys"),
    with_tallies=True,
)
looks(
    "list_petition_signatures",
    r"\b(?:signed|signatures (?:on|of|for|to)) (?:the |our )?(?:petition (?P<petition>.+)|"
    r"(?P<petition2>(?!up\b|in\b)\w.*?)(?: petition)?)(?: (?:this|last|since|today|yesterday).*)?$",
    nouns=("signature", "signatures"),
    about="on {petition}",
)
looks(
    "list_mailings",
    r"\b(?:mailings?|newsletters?|blasts?)\b",
    r"\b(?:which|what|how many|show|list|recent|last|latest|scheduled)\b.*\bemails\b",
    nouns=("mailing", "mailings"),
)
looks(
    "list_path_journeys",
    r"\b(?:who|people|how many|anyone|show|list|journeys)\b.*\b(?:on|in|through) (?:the |our )?"
    r"(?:path (?P<path>.+?)|(?P<path2>.+?) path)(?: (?:right )?now)?$",
    nouns=("journey", "journeys"),
    about="on the path {path}",
)
looks("list_paths", r"\bpaths?\b", nouns=("path", "paths"))
looks(
    "list_memberships",
    r"\bmemberships?\b",
    r"\b(?:active|lapsed|expired|current|paying)\b.*\bmembers\b",
    nouns=("membership", "memberships"),
)
looks(
    "list_contacts",
    r"\bwhen was (?P<person>.+?) last (?:contacted|called|visited)\b",
    r"\bwho (?:has |last )?(?:contacted|called|visited|met) (?P<person>(?!this |last|today|us\b).+)$",
    r"\b(?:contacts|calls|visits) (?:with|to) (?P<person>.+)$",
    r"\b(?:calls?|visits?|door knocks?|meetings?|contacts?)\b.*\b(?:log|logged|made|recorded|did we)\b",
    r"\b(?:recent|latest|last|how many|all|list)\b.*\b(?:contacts|calls|visits|door knocks)\b",
    nouns=("contact", "contacts"),
    about="logged",
)
looks(
    "get_list",
    r"\b(?:how big is|size of|tell me about|open) (?:the |our )?list (?P<list>.+)$",
    rf"\bhow many\b.*\b(?:on|in) {LIST}$",
    nouns=PEOPLE,
)
looks(
    "list_list_members",
    rf"\b(?:who|people|members|everyone|list)\b.*\b(?:on|in|of) {LIST}$",
    nouns=PEOPLE,
    about="on the list {list}",
)
looks(
    "list_lists",
    r"\b(?:which|what|show|list|find|all|our|my|how many)\b.*\blists\b",
    nouns=("list", "lists"),
)
looks(
    "list_event_rsvps",
    r"\b(?:who|how many|people)\b.*\b(?:rsvps?|rsvped|coming|attending|going|attended|came|signed up)\b"
    r"(?: (?:to|for|at) (?:the )?(?P<event>.+?)| (?P<event2>here))?(?: without.*)?$",
    r"\brsvps? (?:for|to|of) (?:the )?(?P<event>.+)$",
    unless=COMMAND + r"|\bsigned up (?:this|last|today|yesterday|since|in)\b|\bcame in\b|\bwho signed up$",
    nouns=("RSVP", "RSVPs"),
    about="for {event}",
)
looks(
    "list_events",
    r"\bevents?\b",
    r"\bwhat is (?:on|happening|coming up)\b",
    unless=COMMAND + r"|\btagged\b",
    nouns=("event", "events"),
)
looks(
    "list_people_with_tag",
    r"\b(?:tagged|with (?:the )?tags?|(?:have|has|carry) (?:the )?tags?)(?: as| with| called)?(?: the)? "
    r"(?P<tag>.+?)(?: tags?)?(?: (?:do we have|are there|in total|right now|please|spelt just so))*$",
    r"\bhow many (?:people )?(?:have|carry) (?:the )?(?P<tag>.+?) tag$",
    nouns=PEOPLE,
    about="tagged “{tag}”",
)
looks(
    "get_person_tags",
    r"\b(?:what|which|show|list)\b.*\btags? (?:does|do|has|have|of|for) (?P<person>(?!we\b|people\b|nobody\b)"
    r".+?)(?: have| has)?$",
    r"\b(?:what|which) tags? (?P<person>(?!do\b|we\b|people\b).+?) (?:has|have)$",
    r"\bhow is (?P<person>.+?) tagged$",
    nouns=PEOPLE,
)
looks("list_tags", r"\btags\b", nouns=("tag", "tags"))
looks("get_person", r"(?P<person>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)", nouns=PEOPLE)
looks(
    "search_people",
    rf"\bhow many (?:new )?{ANYONE}\b",
    rf"\b(?:number|count) of (?:our |all |the |new )*{ANYONE}\b",
    rf"\bnew {ANYONE}\b",
    r"\bwho (?:joined|signed up|is new)\b",
    r"\b(?:signups?|people) (?:who )?(?:joined|created|added|signed up)? ?(?:this|last|today|since)\b",
    rf"{SHOW} {ANYONE}\b(?! (?:named|called))",
    rf"\b{ANYONE}\b.* (?:in|from|near|with support level|who) \w+",
    rf"^(?:our |all |the )*{ANYONE}$",
    nouns=PEOPLE,
)
looks(
    "get_person",
    r"\b(?:details|phone(?: number)?|email(?: address)?|address|record|profile) (?:of|for|about) "
    r"(?P<person>(?!the list|list|event|path).+)$",
    r"\bwhat is (?P<person>(?!the\b|our\b|this page).+?)(?:'s)? (?:email|phone|number|address)\b",
    r"\b(?:tell me about|summari[sz]e|what do (?:we|you) know about|who is|do we (?:have|know)|who has)"
    r" (?P<person>(?!the |our |a |on |in |page).+)$",
    rf"{SHOW} (?P<person>(?!(?:it|that|them|more|something|anything|everything)\b)[^\d].*)$",
    unless=COMMAND + r"|\b(?:report|dashboard|chart|graph|money|income|records)\b",
    nouns=PEOPLE,
)
