"""Where the platform is, and who is signed in: two JSON files beside each other.

`profile.json` is public knowledge about an installation; `session.json` holds a person's tokens and is
readable by its owner only.
"""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from nat.cli.terminal import CommandFailed
from nat.ids import UserId
from nat.names import Variable
from nat.settings import read_optional

LOCAL: Final = Path(".local/profile.json")
"""Where Nat on one machine puts its profile, seen from the repository's root."""
HOME: Final = Path("~/.config/nat/profile.json")
EARLY: Final = timedelta(seconds=60)
"""A token is renewed this long before it ends."""


@dataclass(frozen=True)
class Profile:
    """One installation of the platform, as `profile.json` says. `scopes` are joined by spaces when sent."""

    api_url: str
    socket_url: str
    authorize_url: str
    token_url: str
    client_id: str
    scopes: tuple[str, ...]
    redirect_uri: str
    path: Path = field(default=Path("profile.json"), compare=False)

    @classmethod
    def from_json(cls, value: Mapping[str, object], path: Path) -> "Profile":
        """Read the file's content. Raises `CommandFailed` that names the key which is missing or no text."""
        texts: dict[str, str] = {}
        for each in fields(cls):
            if each.name in {"scopes", "path"}:
                continue
            text = value.get(each.name)
            if not isinstance(text, str) or not text:
                raise CommandFailed(f"The profile {path} has no {each.name}.")
            texts[each.name] = text
        scopes = value.get("scopes")
        if isinstance(scopes, str):
            scopes = scopes.split()
        if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
            raise CommandFailed(f"The profile {path} has no scopes.")
        return cls(**texts, scopes=tuple(scopes), path=path)

    @classmethod
    def find(cls, given: Path | None = None) -> "Profile":
        """The profile to use: the given file, else `NAT_PROFILE`, else the local one, else the person's own.

        Raises `CommandFailed`.
        """
        named = given or (Path(path) if (path := read_optional(Variable.PROFILE)) else None)
        if named is not None:
            return cls.load(named)
        for candidate in (LOCAL, HOME.expanduser()):
            if candidate.is_file():
                return cls.load(candidate)
        raise CommandFailed(
            "No profile found: start Nat here with `make up`, or name one with --profile or NAT_PROFILE."
        )

    @classmethod
    def load(cls, path: Path) -> "Profile":
        """Read a profile's file. Raises `CommandFailed`."""
        try:
            value = json.loads(path.read_text())
        except OSError:
            raise CommandFailed(f"The profile {path} cannot be read.") from None
        except ValueError:
            raise CommandFailed(f"The profile {path} is not valid JSON.") from None
        if not isinstance(value, dict):
            raise CommandFailed(f"The profile {path} is not a JSON object.")
        return cls.from_json(value, path)


@dataclass(frozen=True)
class SignInSession:
    """A signed-in person. `conversations` remembers the last conversation in each nation."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    conversations: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_token_answer(
        cls, answer: Mapping[str, Any], now: datetime, previous: "SignInSession | None" = None
    ) -> "SignInSession":
        """From the answer of an OAuth token endpoint; a refresh may leave the refresh token out."""
        refresh = answer.get("refresh_token") or (previous.refresh_token if previous else "")
        return cls(
            str(answer["access_token"]),
            str(refresh),
            now + timedelta(seconds=int(answer.get("expires_in", 3600))),
            dict(previous.conversations) if previous else {},
        )

    def is_fresh(self, now: datetime) -> bool:
        """Whether the access token is good for a while."""
        return now + EARLY < self.expires_at

    @property
    def user_id(self) -> UserId:
        """The person's id, read from the token without checking it: the platform checks."""
        try:
            payload = self.access_token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            return UserId(str(claims["sub"]))
        except (IndexError, KeyError, TypeError, ValueError):
            return UserId("")

    def in_conversation(self, nation: str, conversation: str) -> "SignInSession":
        """With the conversation remembered as the last one of the nation."""
        return replace(self, conversations={**self.conversations, nation: conversation})


class SessionFile:
    """The session beside a profile. Written whole and at once, for its owner's eyes only."""

    def __init__(self, profile: Profile) -> None:
        self.path = profile.path.with_name("session.json")

    def load(self) -> SignInSession | None:
        """The stored session; `None` if there is none that can be used."""
        try:
            value = json.loads(self.path.read_text())
            return SignInSession(
                str(value["access_token"]),
                str(value["refresh_token"]),
                datetime.fromisoformat(value["expires_at"]).astimezone(UTC),
                dict(value.get("conversations", {})),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, session: SignInSession) -> None:
        """Store a session with mode 0600. Raises `CommandFailed`."""
        text = json.dumps({**asdict(session), "expires_at": session.expires_at.isoformat()}, indent=1)
        temporary = self.path.with_suffix(".new")
        try:
            temporary.unlink(missing_ok=True)
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text + "\n")
            temporary.replace(self.path)
        except OSError:
            raise CommandFailed(f"The session cannot be stored in {self.path}.") from None

    def forget(self) -> None:
        """Sign out on this machine."""
        self.path.unlink(missing_ok=True)
