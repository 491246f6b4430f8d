"""A person's own conversation: read it, rename it, delete it with everything that belongs to it."""

from typing import Final

from boto3.dynamodb.conditions import Attr, Key

from nat.aws.store import Cancelled, Store
from nat.aws.writes import Entry, Update
from nat.contract.parsing import is_blank
from nat.conversations.listing import Conversation, conversation_of
from nat.conversations.turns import (
    LOCK_ITEM,
    META_ITEM,
    TITLE_CHARACTERS,
    conversation_key,
    lock,
    person_key,
)
from nat.errors import BadRequest, ConversationBusy, NotFound
from nat.ids import ConversationId, NationSlug, UserId
from nat.names import Table
from nat.wording import Worded

ERASING: Final = "erasing"
"""What holds the lock of a conversation that is being deleted; no turn has such an id."""


class OwnConversations:
    """Conversations as their person sees them. Somebody else's does not exist: `NotFound`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, nation_slug: NationSlug, user_id: UserId, conversation_id: ConversationId) -> Conversation:
        """One conversation, strongly consistent. Raises `NotFound`."""
        row = self._store.get(Table.CONVERSATIONS, _meta(nation_slug, conversation_id))
        if row is None or row.get("person") != person_key(nation_slug, user_id):
            raise NotFound("There is no such conversation.")
        return conversation_of(row)

    def rename(
        self, nation_slug: NationSlug, user_id: UserId, conversation_id: ConversationId, title: str
    ) -> Conversation:
        """Give it another title of at most 80 characters on one line; its place in the list stays.

        Raises `BadRequest` for a title that is empty or too long, `NotFound`.
        """
        line = " ".join(title.split())
        if is_blank(line) or len(line) > TITLE_CHARACTERS:
            raise BadRequest(Worded("refused.title", most=TITLE_CHARACTERS))
        renamed = self._store.updated(
            Update(
                Table.CONVERSATIONS,
                _meta(nation_slug, conversation_id),
                set={"title": line},
                when=Attr("person").eq(person_key(nation_slug, user_id)),
            )
        )
        if renamed is None:
            raise NotFound("There is no such conversation.")
        return conversation_of(renamed)

    def erase(self, nation_slug: NationSlug, user_id: UserId, conversation_id: ConversationId) -> None:
        """Delete everything of it: questions, answers, events, what the model remembers, feedback, proposals,
        frozen changes and their journals. Nothing of it can be decided or taken back afterwards.

        First it is taken from the person's list and locked, so that no question can begin; whoever repeats
        the call after a crash goes on. Raises `NotFound`, and `ConversationBusy` while a turn runs.
        """
        try:
            self._store.transact(self._closing(nation_slug, user_id, conversation_id))
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                raise NotFound("There is no such conversation.") from None
            raise ConversationBusy(Worded("refused.being_worked_in")) from None
        conversation = conversation_key(nation_slug, conversation_id)
        if Table.ACTIONS in self._store.tables.names:
            self._delete(Table.ACTIONS, conversation, keep=())
        # The entry goes last: as long as it is there, the deletion can be gone on with.
        self._delete(Table.CONVERSATIONS, conversation, keep=(META_ITEM, LOCK_ITEM))
        self._delete(Table.CONVERSATIONS, conversation, keep=())

    def _closing(
        self, nation_slug: NationSlug, user_id: UserId, conversation_id: ConversationId
    ) -> list[Entry]:
        mine = person_key(nation_slug, user_id)
        erased = f"{mine}#{ERASING}"
        taken_away = Update(
            Table.CONVERSATIONS,
            _meta(nation_slug, conversation_id),
            set={"person": erased},
            when=Attr("person").is_in([mine, erased]),
        )
        return [
            taken_away,
            lock(conversation_key(nation_slug, conversation_id), ERASING, self._store.clock()),
        ]

    def _delete(self, table: Table, conversation: str, *, keep: tuple[str, ...]) -> None:
        where = Key("conversation").eq(conversation)
        keys = self._store.query(table, where, attributes=("conversation", "item"), consistent=True)
        self._store.delete_many(table, [key for key in keys if key["item"] not in keep])


def _meta(nation_slug: NationSlug, conversation_id: ConversationId) -> dict[str, object]:
    try:
        return {"conversation": conversation_key(nation_slug, conversation_id), "item": META_ITEM}
    except ValueError:
        raise NotFound("There is no such conversation.") from None
