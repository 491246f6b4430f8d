"""The key with which CloudFront shows that a request came through it.

API Gateway answers under host names of its own as well, past the firewall. It takes no request signed by
CloudFront, as a Function URL does, so CloudFront sends a key with every request to an origin, and what comes
without it is refused. While the key is replaced the one before counts too.
"""

import hmac
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

from nat.aws.secrets import read_secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT_SECONDS: Final = 900
"""So long a key that is accepted no more may still be."""
PAUSE_SECONDS: Final = 10
"""Between two reads, so that who guesses costs nothing."""


class OriginKeyMissing(RuntimeError):
    """The secret with the key is not there, or is not readable."""


@dataclass(frozen=True)
class OriginKey:
    """What CloudFront sends now, and while it is replaced what some of its places still send."""

    current: str = field(repr=False)
    previous: str | None = field(default=None, repr=False)

    @classmethod
    def parsed(cls, text: str | None) -> "OriginKey":
        """The key as the secret holds it. Raises `OriginKeyMissing`."""
        try:
            held = json.loads(text or "")
            return cls(str(held["current"]), held.get("previous"))
        except (ValueError, TypeError, KeyError):
            raise OriginKeyMissing("The secret holds no origin key.") from None

    def as_text(self) -> str:
        """As the secret holds it."""
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None})

    def is_one(self, given: str) -> bool:
        """Whether this is what CloudFront sends. How long that takes says nothing about the key."""
        known = [each for each in (self.current, self.previous) if each]
        return sum(hmac.compare_digest(each.encode(), given.encode()) for each in known) > 0


class OriginKeys:
    """The key of a deployed platform, kept for a quarter of an hour. One that is not known makes it read
    again, so that a new one works at once."""

    def __init__(
        self, client: "SecretsManagerClient", name: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._name = name
        self._clock = clock
        self._key: OriginKey | None = None
        self._read_at = 0.0

    def accept(self, given: str | None) -> bool:
        """Whether a request with this key came through CloudFront. Raises `OriginKeyMissing`."""
        if not given:
            return False
        if self._held(KEPT_SECONDS).is_one(given):
            return True
        return self._held(PAUSE_SECONDS).is_one(given)

    def read(self) -> None:
        """Read the key now, so that no request waits for it. Raises `OriginKeyMissing`."""
        self._key = OriginKey.parsed(read_secret(self._client, self._name))
        self._read_at = self._clock()

    def _held(self, longest: float) -> OriginKey:
        """The key, not older than so many seconds."""
        if self._key is None or self._clock() - self._read_at >= longest:
            self.read()
        assert self._key is not None
        return self._key
