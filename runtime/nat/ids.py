"""One type per id, so that two texts of one shape cannot change places unseen."""

from typing import NewType

NationSlug = NewType("NationSlug", str)
"""Host label of a nation at NationBuilder (`nat.names.SLUG_PATTERN`)."""
UserId = NewType("UserId", str)
"""Subject of a person in the user pool."""
ConversationId = NewType("ConversationId", str)
"""ULID that a client made."""
TurnId = NewType("TurnId", str)
"""ULID that a client made; of a question or of a decision."""
ChangeId = NewType("ChangeId", str)
"""`<turn>#<step>#<call>`: the call of the model message that planned the change."""
ApprovalId = NewType("ApprovalId", str)
"""ULID of a proposal and what was decided of it."""
ConnectionId = NewType("ConnectionId", str)
"""API Gateway's name of an open WebSocket."""
