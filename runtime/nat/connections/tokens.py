"""One nation's token pair at NationBuilder, and the form it is stored in."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

from nat.aws.items import moment, timestamp
from nat.ids import NationSlug


@dataclass(frozen=True)
class NbTokens:
    """One nation's pair. The refresh token is good for one use; it is empty where there is none."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    nation_slug: NationSlug
    updated_at: datetime

    def usable(self, now: datetime, refused: str = "") -> bool:
        """Whether the access token can be sent: it has not ended and is not the one that was refused."""
        return self.access_token != refused and self.expires_at > now


class PairUnreadable(ValueError):
    """What is stored is not a pair of this nation. Carries no text: it might quote a token."""


def to_json(tokens: NbTokens) -> str:
    """The pair as it is stored: `{access_token, refresh_token, expires_at, nation_slug, updated_at}`."""
    return json.dumps(
        {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "expires_at": timestamp(tokens.expires_at),
            "nation_slug": tokens.nation_slug,
            "updated_at": timestamp(tokens.updated_at),
        }
    )


def from_json(text: str, nation_slug: NationSlug) -> NbTokens:
    """The pair behind a stored text. Raises `PairUnreadable`, also for the pair of another nation."""
    try:
        value = json.loads(text)
        tokens = NbTokens(
            access_token=value["access_token"],
            refresh_token=value["refresh_token"],
            expires_at=moment(value["expires_at"]),
            nation_slug=value["nation_slug"],
            updated_at=moment(value["updated_at"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise PairUnreadable from None
    if tokens.nation_slug != nation_slug or not isinstance(tokens.access_token, str):
        raise PairUnreadable
    return tokens


def fingerprint(token: str) -> str:
    """Names a token without telling it: SHA-256 in hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()
