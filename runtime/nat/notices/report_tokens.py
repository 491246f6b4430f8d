"""The token by which somebody ends their weekly reports without signing in.

It names person and nation and is signed, so it can be made up by nobody; it works as long as the key does,
because an email may be read years later. All that it can do is to end reports.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nat.aws.isolation import checked_slug
from nat.errors import StateInvalid
from nat.ids import NationSlug, UserId

LONGEST: Final = 1_000
"""Characters; ours have some 150."""
_SEPARATION: Final = b"nat weekly reports off 1\n"
"""What the key signs begins with this: a signature of it is good for nothing else."""


@dataclass(frozen=True)
class ReportTokens:
    """Makes and reads tokens. `key` gives what signs them."""

    key: Callable[[], bytes]

    def make(self, nation_slug: NationSlug, user_id: UserId) -> str:
        """The token of a person in a nation."""
        payload = _text(json.dumps([nation_slug, user_id], separators=(",", ":")).encode())
        return f"{payload}.{self._signature(payload)}"

    def read(self, token: str) -> tuple[NationSlug, UserId]:
        """Whose token it is. Raises `StateInvalid` for one that we did not sign."""
        payload, _, signature = token.partition(".")
        if len(token) > LONGEST or not hmac.compare_digest(
            self._signature(payload).encode(), signature.encode(errors="replace")
        ):
            raise StateInvalid
        slug, user_id = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return NationSlug(checked_slug(slug)), UserId(user_id)

    def _signature(self, payload: str) -> str:
        signed = hmac.new(self.key(), _SEPARATION + payload.encode(errors="replace"), hashlib.sha256)
        return _text(signed.digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
