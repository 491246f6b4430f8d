"""What Lambda tells a function about its invocation."""

from typing import Protocol


class LambdaContext(Protocol):
    """The second argument of every handler, as far as one of ours uses it."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""
        ...
