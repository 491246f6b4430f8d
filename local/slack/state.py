"""One workspace of the stand-in: people, channels, messages."""

import itertools
import time
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Final

TEAM: Final = "T0DEMO"
TEAM_NAME: Final = "Demo"
BOT: Final = "U0NAT"
BOT_TOKEN: Final = "xoxb-stand-in"  # of a stand-in
CLIENT_ID: Final = "1.1"
CLIENT_SECRET: Final = "stand-in-client-secret"  # of a stand-in
Message = dict[str, Any]


@dataclass
class Workspace:
    """Everything the stand-in knows. Thread-safe with `lock`."""

    lock: RLock = field(default_factory=RLock)
    people: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "U0ANN": {"name": "Ann"},
            "U0BOB": {"name": "Bob"},
            "U0GUEST": {"name": "Guest", "is_ultra_restricted": True},
            "U0OTHER": {"name": "Other", "is_stranger": True},
        }
    )
    channels: set[str] = field(default_factory=lambda: {"C0GENERAL", "D0ANN", "D0BOB"})
    """Those that Nat is in."""
    private: set[str] = field(default_factory=set)
    """Of those the private ones, which only the people in `members` see."""
    members: dict[str, set[str]] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    ephemeral: list[Message] = field(default_factory=list)
    sessions: dict[str, list[str]] = field(default_factory=dict)
    """How the sessions of the agent stood, one after the other, by thread."""
    streams: dict[str, float] = field(default_factory=dict)
    """When messages that are streaming began, by their `ts`."""
    views: list[Message] = field(default_factory=list)
    """Dialogs that are open."""
    prompts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """What is offered to be asked, by channel."""
    files: dict[str, bytes] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {BOT_TOKEN})
    codes: dict[str, str] = field(default_factory=dict)
    """Who let the app in, by the code that was given for it."""
    calls: list[tuple[str, Message]] = field(default_factory=list)
    _count: Any = field(default_factory=lambda: itertools.count(1))

    def place_of(self, channel: str) -> str:
        """A channel; of a person, their direct messages with Nat."""
        return f"D{channel[1:]}" if channel in self.people else channel

    def new_ts(self) -> str:
        """A `ts` that no other message has."""
        with self.lock:
            return f"{int(time.time())}.{next(self._count):06d}"

    def show_view(self, view_id: str, view: Message) -> bool:
        """Let an open dialog show something else; False if it was closed."""
        with self.lock:
            for at, each in enumerate(self.views):
                if each["id"] == view_id:
                    self.views[at] = {**view, "id": view_id}
                    return True
        return False

    def post(self, channel: str, message: Message) -> Message:
        """Keep a message; gives it with its `ts`."""
        with self.lock:
            stored = {"ts": self.new_ts(), **message}
            self.messages.setdefault(channel, []).append(stored)
            return stored

    def find(self, channel: str, ts: str) -> Message | None:
        """A message of a channel."""
        with self.lock:
            return next((each for each in self.messages.get(channel, []) if each["ts"] == ts), None)

    def thread(self, channel: str, ts: str) -> list[Message]:
        """A message and its replies."""
        with self.lock:
            return [
                each for each in self.messages.get(channel, []) if ts in (each["ts"], each.get("thread_ts"))
            ]
