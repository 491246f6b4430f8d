"""A conversation as its person reads it: ended questions with their answers, what they thought of them, and
the question that is being answered now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nat.aws.cursors import cursor, not_a_cursor, parts_of
from nat.aws.items import moment
from nat.aws.store import Store
from nat.conversations.feedback import Feedback, Feedbacks
from nat.conversations.history import Answered, History
from nat.conversations.listing import Conversation
from nat.conversations.own_conversations import ERASING, OwnConversations
from nat.conversations.turns import LOCK_ITEM, Turn, Turns, conversation_key
from nat.errors import NotFound
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import Table

PAGE: Final = 50
LARGEST_PAGE: Final = 200


@dataclass(frozen=True)
class Exchange:
    """One ended turn and what the person said of its answer."""

    answered: Answered
    feedback: Feedback | None = None


@dataclass(frozen=True)
class Pages:
    """Part of a conversation, oldest first. `earlier` continues with what came before; `None` at the
    beginning. `running` is the turn that has not ended, if there is one."""

    conversation: Conversation
    exchanges: tuple[Exchange, ...]
    earlier: str | None
    running: Turn | None


class Exchanges:
    """Reads conversations. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._own = OwnConversations(store)
        self._history = History(store)
        self._turns = Turns(store)
        self._feedbacks = Feedbacks(store)

    def read(
        self,
        nation_slug: NationSlug,
        user_id: UserId,
        conversation_id: ConversationId,
        *,
        limit: int = PAGE,
        before: str | None = None,
    ) -> Pages:
        """The newest exchanges of the person's own conversation, or those before a place; strongly
        consistent. Raises `NotFound`, and `BadRequest` for a place that no page gave."""
        conversation = self._own.get(nation_slug, user_id, conversation_id)
        answers = self._history.answers(
            nation_slug,
            conversation_id,
            limit=limit + 1,
            before=None if before is None else _place(before),
        )
        more = len(answers) > limit
        kept = answers[-limit:]
        feedback = self._feedbacks.of_conversation(nation_slug, conversation_id)
        return Pages(
            conversation,
            tuple(Exchange(each, feedback.get(each.turn_id)) for each in kept),
            _cursor(kept[0]) if more else None,
            self._running(nation_slug, conversation_id) if before is None else None,
        )

    def _running(self, nation_slug: NationSlug, conversation_id: ConversationId) -> Turn | None:
        key = {"conversation": conversation_key(nation_slug, conversation_id), "item": LOCK_ITEM}
        lock = self._store.get(Table.CONVERSATIONS, key)
        turn_id = ERASING if lock is None else lock["turn"]
        if turn_id == ERASING:
            return None
        try:
            turn = self._turns.get(nation_slug, conversation_id, TurnId(turn_id))
        except NotFound:
            return None
        return None if turn.state.final else turn


def _cursor(answered: Answered) -> str:
    return cursor(answered.ended_at.isoformat(), answered.turn_id)


def _place(text: str) -> tuple[datetime, str]:
    ended_at, turn_id = parts_of(text, 2, name="before", of="earlier")
    try:
        return moment(ended_at), turn_id
    except ValueError:
        raise not_a_cursor("before", "earlier") from None
