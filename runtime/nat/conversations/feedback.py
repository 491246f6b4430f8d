"""What people say of an answer: a thumb and a comment, one row `feedback#<turn>` per answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from boto3.dynamodb.conditions import Attr, Key

from nat.aws.items import Row, moment
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Check, Delete, Put
from nat.conversations.turns import META_ITEM, Turn, Turns, conversation_key, person_key
from nat.errors import BadRequest, NotFound
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import TTL_ATTRIBUTE, Table
from nat.wording import Worded

FEEDBACK: Final = "feedback#"
LONGEST_COMMENT: Final = 2_000


class Thumb(StrEnum):
    """Whether an answer helped."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Feedback:
    """What a person says of one answer; at least one of thumb and comment."""

    turn_id: TurnId
    thumb: Thumb | None
    comment: str
    at: datetime


class Feedbacks:
    """Feedback rows. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turns = Turns(store)

    def give(
        self,
        nation_slug: NationSlug,
        user_id: UserId,
        conversation_id: ConversationId,
        turn_id: TurnId,
        *,
        thumb: Thumb | None,
        comment: str = "",
    ) -> Feedback:
        """Say something of an answer, in place of what was said of it before.

        Raises `NotFound` for a turn that is not this person's, `BadRequest` for one that has not ended, for
        nothing said, and for a comment over 2,000 characters.
        """
        turn = self._own(nation_slug, user_id, conversation_id, turn_id)
        said = comment.strip()
        if not turn.state.final:
            raise BadRequest(Worded("refused.no_answer"))
        if thumb is None and not said:
            raise BadRequest(Worded("refused.feedback"))
        if len(said) > LONGEST_COMMENT:
            raise BadRequest(Worded("refused.comment", most=LONGEST_COMMENT))
        feedback = Feedback(turn_id, thumb, said, self._store.clock())
        row = {
            "conversation": turn.conversation,
            "item": f"{FEEDBACK}{turn_id}",
            "turn_id": turn_id,
            "thumb": None if thumb is None else thumb.value,
            "comment": said,
            "at": feedback.at,
            TTL_ATTRIBUTE: turn.expires(turn.ended_at or feedback.at),
        }
        try:
            self._store.transact(
                [
                    Check(
                        Table.CONVERSATIONS,
                        {"conversation": turn.conversation, "item": META_ITEM},
                        when=Attr("person").eq(person_key(nation_slug, user_id)),
                    ),
                    Put(Table.CONVERSATIONS, row),
                ]
            )
        except Cancelled:
            raise NotFound("There is no such conversation.") from None
        return feedback

    def take_back(
        self, nation_slug: NationSlug, user_id: UserId, conversation_id: ConversationId, turn_id: TurnId
    ) -> None:
        """Remove what was said of an answer, if anything was. Raises `NotFound`."""
        turn = self._own(nation_slug, user_id, conversation_id, turn_id)
        key = {"conversation": turn.conversation, "item": f"{FEEDBACK}{turn_id}"}
        self._store.write(Delete(Table.CONVERSATIONS, key))

    def of_conversation(
        self, nation_slug: NationSlug, conversation_id: ConversationId
    ) -> dict[str, Feedback]:
        """All feedback of a conversation by turn, strongly consistent."""
        conversation = Key("conversation").eq(conversation_key(nation_slug, conversation_id))
        where = conversation & Key("item").begins_with(FEEDBACK)
        found = map(_feedback, self._store.query(Table.CONVERSATIONS, where, consistent=True))
        return {each.turn_id: each for each in found}

    def _own(
        self, nation_slug: NationSlug, user_id: UserId, conversation_id: ConversationId, turn_id: TurnId
    ) -> Turn:
        try:
            turn = self._turns.get(nation_slug, conversation_id, turn_id)
        except ValueError:
            raise NotFound("There is no such question in this conversation.") from None
        if turn.user_id != user_id:
            raise NotFound("There is no such question in this conversation.")
        return turn


def _feedback(item: Row) -> Feedback:
    thumb = item.get("thumb")
    return Feedback(
        item["turn_id"], None if thumb is None else Thumb(thumb), item["comment"], moment(item["at"])
    )
