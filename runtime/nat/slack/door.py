"""What Slack sends is claimed and queued, within the three seconds that it waits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from boto3.dynamodb.conditions import Attr

from nat.aws.store import Store
from nat.aws.writes import Put, Update
from nat.channels.slack_queue import SlackQueue
from nat.connections.slack_app import SlackApp, SlackApps
from nat.errors import SlackSignatureInvalid
from nat.names import TTL_ATTRIBUTE, Table
from nat.slack.inbound import Inbound, Kind, at_once, read

CLAIMED: Final = timedelta(days=1)
"""Slack's last delivery comes some six minutes after the first (docs.slack.dev, Events API)."""

READ_ANEW: Final = timedelta(minutes=1)


class SlackDoor:
    """Takes requests that Slack signed."""

    def __init__(self, store: Store, apps: Callable[[], SlackApps], queue: SlackQueue) -> None:
        """`apps` reads the apps, and raises `SlackAppMissing`. They are read anew where a signature does not
        fit, for a secret may have been replaced: at most once a minute, for anybody may send what does not
        fit."""
        self._store = store
        self._read = apps
        self._apps = apps()
        self._read_at = store.clock()
        self._queue = queue

    def take(
        self, kind: Kind, body: bytes, *, timestamp: str | None, signature: str | None
    ) -> dict[str, Any] | None:
        """Queue what is for Nat; gives what Slack wants to hear, if it is anything: of a dialog with values
        that cannot be what is wrong with them, and then nothing is queued.

        Raises `SlackSignatureInvalid`, `BadRequest`, and what boto3 raises: Slack then sends again.
        """
        app = self._signer(body, timestamp, signature)
        answer = at_once(kind, body)
        if answer is not None and not {"challenge", "errors"}.isdisjoint(answer):
            return answer
        found = read(kind, body, app.customer)
        if found is not None and self._known_thread(found) and self._claim(found):
            message = {"kind": kind.value, "home": found.home, "body": found.body}
            self._queue.send(message, group=found.group, once=found.key)
            self._store.write(Update(Table.ONCE, {"key": found.key}, set={"queued": True}))
        return answer

    def _signer(self, body: bytes, timestamp: str | None, signature: str | None) -> SlackApp:
        now = self._store.clock()
        try:
            return self._apps.signer(body, timestamp, signature, now)
        except SlackSignatureInvalid:
            if not signature or now - self._read_at < READ_ANEW:
                raise
        self._read_at = now
        self._apps = self._read()
        return self._apps.signer(body, timestamp, signature, now)

    def _known_thread(self, found: Inbound) -> bool:
        if found.thread is None:
            return True
        return self._store.get(Table.ONCE, {"key": thread_key(found.thread)}) is not None

    def _claim(self, found: Inbound) -> bool:
        """Whether it still has to be queued: it is new, or whoever claimed it did not get there."""
        forgotten = int((self._store.clock() + CLAIMED).timestamp())
        row = {"key": found.key, TTL_ATTRIBUTE: forgotten}
        if self._store.write(Put(Table.ONCE, row, when=Attr("key").not_exists())):
            return True
        known = self._store.get(Table.ONCE, {"key": found.key})
        return known is not None and not known.get("queued")


def thread_key(place: str) -> str:
    """Key of what is remembered of a thread in which Nat has answered."""
    return f"slack-thread#{place}"
