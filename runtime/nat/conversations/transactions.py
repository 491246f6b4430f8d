"""DynamoDB transactions, as this room and those below have always imported them: see `nat.transactions`."""

from nat.transactions import FIRST_PAUSE, TRIES, Cancelled, write

__all__ = ["FIRST_PAUSE", "TRIES", "Cancelled", "write"]
