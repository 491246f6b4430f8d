"""Plain values of a turn that its rows hold: the handlers of the API load them, and nothing of the agent with
them."""

import msgspec


class Usage(msgspec.Struct, frozen=True):
    """Tokens of one or more model calls."""

    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.output_tokens + other.output_tokens,
        )


class OpenPage(msgspec.Struct, frozen=True):
    """What the person has open in the control panel: `kind` is person, list, event, page, donation or other,
    `record_id` the number of its record. No address: a client sends it, and a page's address may hold any
    text."""

    kind: str = "other"
    record_id: str | None = None
