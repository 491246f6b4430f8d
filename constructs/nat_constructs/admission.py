"""Tables that a question and its end change, whichever way it came in."""

from typing import Final

from nat.names import Table

ADMISSION: Final = (
    Table.NATIONS,
    Table.USERS,
    Table.CONVERSATIONS,
    Table.ONCE,
    Table.SOCKETS,
    Table.USAGE,
)
"""What a question changes on its way in: the count, the cooldown, the turn, the limit, the subscriber, the
person's budget."""
DECISION: Final = (Table.ACTIONS, Table.AUDIT)
"""What a decision on an approval changes besides: the approval that it carries out, and the audit log's entry
of a no."""
SETTLING: Final = (Table.CONVERSATIONS, Table.NATIONS, Table.USERS, Table.USAGE, Table.SOCKETS, Table.ACTIONS)
"""What changes when a turn ends without a worker: the turn, the refund, the cooldown, the usage, subscribers
that are gone, and the approval that it was to carry out."""
