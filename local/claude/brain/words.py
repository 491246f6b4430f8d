"""A question as words: lower case, without punctuation, misspellings of known words put right.

Patterns match the normalised text; names, tags and notes are taken from the words as the person wrote them.
"""

import re
from functools import lru_cache
from typing import Final

TOKEN: Final = re.compile(r"\$?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[^\s,;:!?()\[\]{}\"“”<>]+")
QUOTED: Final = re.compile(r"[\"“”]([^\"“”]+)[\"“”]|(?<!\w)['‘]([^'’]+)['’](?!\w)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KNOWN: Final = _words(
    """
    donate donated donates donating donation donations donor donors gave give given gift gifts raise raised
    raising money pledge pledges pledged amount total totals average biggest largest compare compared versus
    people person everyone everybody member members membership memberships supporter supporters contact
    contacts volunteer volunteers volunteered tag tags tagged untag untagged list lists event events
    upcoming rsvp rsvps attending attended register registered signup signups path paths journey journeys
    step steps stage automation automations survey surveys petition petitions signature signatures signed
    relationship relationships mailing mailings email emails emailed page pages website custom field fields
    tracking code codes expire expires expiring expired renewal renew today yesterday tomorrow week weeks
    month months year years quarter monday tuesday wednesday thursday friday saturday sunday january
    february march april june july august september october november december last this next recent recently
    latest history timeline details information profile search find show look many much count number who
    what when where which how remove delete create update change record answer answers question questions
    response responses export import merge duplicate duplicates refund send sent message messages hello
    thanks thank help current connected account
    """
)
"""Words that patterns look for, and so the targets of correction."""

ORDINARY: Final = _words(
    """
    about above after again against alone also always among another any anyone anything around because been
    before being below best better between both bring call called came cannot city close come could does
    doing done door down each early else email even ever every fact far fast few first five for four free
    from full gets given goes going good great group had half hand hard has have having head hear heard held
    here high him his hold home hope hour house into isn its just keep kept kind knew know known large late
    later least leave left less let letter life like line linked link little live long lost made main make
    makes male mail man mark may mean meant meet men mine more most move moved must name names near need
    needs never new news note notes nothing now off office often old once one only open other our out over
    own paid part party past place plan play please point post posted present put quick ran rate read ready
    real really rest result right room run said same save saw say see seem seen sell set she short should
    side since site six size small some someone something soon sort spend stand start started state stay
    still stop store street such sure take taken talk talked team tell ten term test text than that the
    their them then there these they thing things think third those three through time times title to
    together told too took top toward town try turn two type under until upon use used user using very view
    vote voted voter voters want wanted was way well went were while white whole whom whose why will wish
    with within without woman women won word words work worked works world would write wrote yes yet you
    young your address adress phone county precinct district leader friend friends family company board
    employee spouse major minor strong weak active lapsed monthly weekly daily dollar dollars cents paper
    check cash card online offline coming canceled cancelled cancel guest guests meeting canvass phonebank
    support supports supported supporting contacted contacting visited volunteering knocked canvassed texted
    logged related connected located created updated removed deleted recorded enrolled completed abandoned
    overdue finished attendees attendance registration organizing organizer interested active
    rally fundraiser dinner march night morning evening afternoon noon hours minutes days day
    """
)
"""Ordinary words that are never "corrected" into a known one."""

SHORTHAND: Final = {
    "whos": "who is",
    "who's": "who is",
    "what's": "what is",
    "whats": "what is",
    "hows": "how is",
    "how's": "how is",
    "ppl": "people",
    "vols": "volunteers",
    "vol": "volunteer",
    "thx": "thanks",
    "thanx": "thanks",
    "ty": "thanks",
    "pls": "please",
    "plz": "please",
    "u": "you",
    "yr": "year",
    "wk": "week",
    "mo": "month",
    "tdy": "today",
    "2day": "today",
    "dontations": "donations",
    "hw": "how",
    "mny": "many",
    "peeps": "people",
    "organisation": "organization",
    "organisations": "organizations",
    "e-mail": "email",
    "e-mails": "emails",
    "rsvp'd": "rsvp",
    "rsvped": "rsvp",
    "rsvpd": "rsvp",
    "i'm": "i am",
    "im": "i am",
    "there's": "there is",
    "didn't": "did not",
    "didnt": "did not",
    "haven't": "have not",
    "havent": "have not",
    "hasn't": "has not",
    "hasnt": "has not",
    "can't": "can not",
    "cant": "can not",
    "don't": "do not",
    "dont": "do not",
    "isn't": "is not",
}


class Words:
    """One text. `text` is normalised; `original` gives what the person wrote for a part of it."""

    def __init__(self, source: str) -> None:
        self.source = source.replace("’", "'").replace("‘", "'")
        starts: list[tuple[int, int, int, int]] = []
        parts: list[str] = []
        length = 0
        for token in TOKEN.finditer(self.source):
            raw = token.group().strip("'").rstrip(".")
            if not raw:
                continue
            # A capital inside a sentence is a name, and a name is not a misspelling: "find Lisa Park".
            name = bool(parts) and raw[0].isupper() and not raw.isupper()
            normal = SHORTHAND.get(raw.lower(), raw.lower()) if name else normalise(raw)
            begin = self.source.index(raw, token.start())
            parts.append(normal)
            starts.append((length, length + len(normal), begin, begin + len(raw)))
            length += len(normal) + 1
        self.text = " ".join(parts)
        self._spans = starts

    def original(self, begin: int, end: int) -> str:
        """The person's own words for `text[begin:end]`."""
        touched = [span for span in self._spans if span[1] > begin and span[0] < end]
        if not touched:
            return ""
        return self.source[touched[0][2] : touched[-1][3]].strip(" \"'“”.")

    def group(self, match: re.Match[str], name: str) -> str:
        """The person's own words for a group of a match on `text`; empty if it took no part."""
        if name not in match.re.groupindex or match.group(name) is None:
            return ""
        return self.original(*match.span(name))

    @property
    def quoted(self) -> list[str]:
        """What stands between quotation marks."""
        return [first or second for first, second in QUOTED.findall(self.source)]


@lru_cache(maxsize=20_000)
def normalise(word: str) -> str:
    """One word in lower case, spelt as a known word if it is nearly one."""
    lower = word.lower().replace(",", "")
    if lower in SHORTHAND:
        return SHORTHAND[lower]
    if lower.endswith("'s"):
        return normalise(lower[:-2]) + "'s"
    if (
        re.sub(r"(?:ed|ing|es|s|d)$", "", lower) in KNOWN
        or lower in KNOWN
        or lower in ORDINARY
        or len(lower) < 4
        or not lower.isalpha()
    ):
        return lower
    allowed = 1 if len(lower) < 7 else 2
    near = [
        (distance, known)
        for known in KNOWN
        if known[0] == lower[0] and abs(len(known) - len(lower)) <= allowed and len(known) >= 4
        # Of four letters, one changed one makes another word: "lisa" is no "list", but "lsit" is.
        if not (len(lower) == len(known) == 4 and sorted(lower) != sorted(known))
        if (distance := edits(lower, known)) <= allowed
    ]
    return min(near)[1] if near else lower


def edits(left: str, right: str) -> int:
    """Letters to change, add, drop, or swap with their neighbour (Damerau's distance, adjacent swaps)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]
