"""Search in a person's own conversations: words in titles, questions and answers.

There is no index of words. The person's newest conversations are read from index `by_person`, their answers
by key, some conversations at a time: 200 in one call, which is more than most people have, for some hundred
read units. A result says whether everything was looked through, and where to go on.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from nat.aws.store import Store
from nat.conversations.history import Answered, History
from nat.conversations.listing import LARGEST_PAGE, Conversation, Listing
from nat.errors import BadRequest
from nat.ids import NationSlug, TurnId, UserId
from nat.parallel import together
from nat.wording import Worded

LOOKED_THROUGH: Final = 200
"""Conversations that one search reads at most, newest first."""
ANSWERS: Final = 200
"""Answers of one conversation that are read at most, newest first."""
AT_ONCE: Final = 8
"""Conversations that are read at the same time."""
MOST_WORDS: Final = 10
LONGEST_QUERY: Final = 200
_AROUND: Final = 80
"""Characters of an excerpt before and after the first word found."""


@dataclass(frozen=True)
class Hit:
    """A conversation that has all the words. `turn_id` and `excerpt` are where most of them stand; `None`
    and empty when they stand in the title."""

    conversation: Conversation
    turn_id: TurnId | None
    excerpt: str


@dataclass(frozen=True)
class Found:
    """Hits, newest conversation first. `searched` conversations were looked through; `complete` says that
    these are all there are; `next` goes on with older ones."""

    hits: tuple[Hit, ...]
    searched: int
    complete: bool
    next: str | None


class Search:
    """Searches conversations. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store, *, looked_through: int = LOOKED_THROUGH) -> None:
        self._listing = Listing(store)
        self._history = History(store)
        self._looked_through = looked_through

    def find(
        self, nation_slug: NationSlug, user_id: UserId, query: str, *, after: str | None = None
    ) -> Found:
        """Conversations of this person in which every word of the query occurs, in whatever place, however
        accented or capitalised. Raises `BadRequest`."""
        words = _words(query)
        conversations: list[Conversation] = []
        place = after
        while len(conversations) < self._looked_through:
            page = self._listing.of_person(
                nation_slug,
                user_id,
                limit=min(LARGEST_PAGE, self._looked_through - len(conversations)),
                after=place,
            )
            conversations += page.conversations
            place = page.next
            if place is None:
                break
        looked = together([partial(self._look, nation_slug, each, words) for each in conversations], AT_ONCE)
        whole = all(complete for _, complete in looked)
        return Found(
            tuple(hit for hit, _ in looked if hit is not None),
            len(conversations),
            complete=whole and place is None,
            next=place,
        )

    def _look(
        self, nation_slug: NationSlug, conversation: Conversation, words: frozenset[str]
    ) -> tuple[Hit | None, bool]:
        """The hit in one conversation, and whether all of it was read."""
        title = folded(conversation.title)
        if all(word in title for word in words):
            return Hit(conversation, None, ""), True
        answers = self._history.answers(nation_slug, conversation.conversation_id, limit=ANSWERS)
        return _hit(conversation, title, answers, words), len(answers) < ANSWERS


def folded(text: str) -> str:
    """Text without accents and capitals, for comparing."""
    return "".join(
        each for each in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(each)
    )


def _words(query: str) -> frozenset[str]:
    words = frozenset(folded(query).split())
    if not words or len(words) > MOST_WORDS or len(query) > LONGEST_QUERY:
        raise BadRequest(Worded("refused.search", words=MOST_WORDS, most=LONGEST_QUERY))
    return words


def _hit(
    conversation: Conversation, title: str, answers: Iterable[Answered], words: frozenset[str]
) -> Hit | None:
    missing = {word for word in words if word not in title}
    best: tuple[int, str, str] | None = None
    for turn_id, text in _texts(answers):
        plain = folded(text)
        found = {word for word in words if word in plain}
        missing -= found
        if found and (best is None or len(found) > best[0]):
            best = len(found), turn_id, _excerpt(text, found)
    if missing:
        return None
    return Hit(conversation, TurnId(best[1]), best[2]) if best else Hit(conversation, None, "")


def _texts(answers: Iterable[Answered]) -> Iterator[tuple[str, str]]:
    for each in answers:
        yield each.turn_id, each.question
        yield each.turn_id, each.text


def _excerpt(text: str, words: Iterable[str]) -> str:
    """The text around the first word found, on one line. Folding may change lengths, so the place is looked
    for word by word."""
    line = " ".join(text.split())
    pieces = line.split(" ")
    start = 0
    for piece in pieces:
        if any(word in folded(piece) for word in words):
            break
        start += len(piece) + 1
    start = 0 if start > len(line) else max(0, start - _AROUND)
    end = min(len(line), start + 2 * _AROUND + 40)
    return f"{'…' if start else ''}{line[start:end].strip()}{'…' if end < len(line) else ''}"
