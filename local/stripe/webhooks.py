"""Events and their delivery: signed as Stripe signs; repeated, delayed, shuffled or held back on demand."""

import copy
import fnmatch
import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, Final

import requests
from stripe import WebhookSignature

from local.stripe.objects import Object
from local.stripe.store import Store

API_VERSION: Final = "2026-10-28.endive"
TIMEOUT: Final = 30


@dataclass
class Delivery:
    """How webhooks go out. `hold` keeps them until they are released; `copies` sends each so often;
    `delay_seconds` waits before each. What is not answered by 2xx is sent again, `retries` times,
    `retry_seconds` apart (Stripe: for three days)."""

    hold: bool = False
    copies: int = 1
    delay_seconds: float = 0.0
    retries: int = 3
    retry_seconds: float = 1.0


@dataclass(order=True)
class _Due:
    at: float
    number: int
    endpoint: str = field(compare=False)
    event: str = field(compare=False)
    left: int = field(compare=False)


class Webhooks:
    """Makes events and delivers them from a thread of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.settings = Delivery()
        self.attempts: list[dict[str, Any]] = []
        """Every attempt: event, type, url, status (0: no connection), the answer's first 500 characters."""
        self._waiting: list[_Due] = []
        self._changed = threading.Condition()
        self._number = 0
        self._under_way = 0
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="stripe-webhooks", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver no more; waits for the one under way."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def emit(self, kind: str, subject: Object, previous: Object | None = None) -> Object:
        """Something happened to an object: keep an event and send it to the endpoints that want it."""
        data: Object = {"object": copy.deepcopy(subject)}
        if previous:
            data["previous_attributes"] = previous
        event = self._store.add("event", type=kind, api_version=API_VERSION, data=data, pending_webhooks=0)
        if not self.settings.hold:
            self.send([event["id"]])
        return event

    def send(self, events: Iterable[str]) -> int:
        """Send events as the settings say, in the order given. Gives the number of deliveries."""
        settings, made = self.settings, 0
        for event_id in events:
            event = self._store.get("event", event_id)
            for endpoint in self._endpoints(event["type"]):
                for _ in range(settings.copies):
                    self._queue(endpoint["id"], event_id, settings.delay_seconds, settings.retries)
                    made += 1
        return made

    def wait(self, timeout: float = 30.0) -> bool:
        """True when nothing is left to deliver; False if that takes too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._under_way, timeout)

    def _endpoints(self, kind: str) -> list[Object]:
        return [
            each
            for each in self._store.all("webhook_endpoint", status="enabled")
            if any(fnmatch.fnmatchcase(kind, wanted) for wanted in each["enabled_events"])
        ]

    def _queue(self, endpoint: str, event: str, wait: float, left: int) -> None:
        with self._changed:
            self._number += 1
            heappush(self._waiting, _Due(time.monotonic() + wait, self._number, endpoint, event, left))
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and (not self._waiting or self._waiting[0].at > time.monotonic()):
                    rest = self._waiting[0].at - time.monotonic() if self._waiting else None
                    self._changed.wait(rest)
                if self._stopped:
                    return
                due = heappop(self._waiting)
                self._under_way += 1
            try:
                self._deliver(due)
            finally:
                with self._changed:
                    self._under_way -= 1
                    self._changed.notify_all()

    def _deliver(self, due: _Due) -> None:
        endpoint = self._store.objects.get("webhook_endpoint", {}).get(due.endpoint)
        if endpoint is None:
            return
        with self._store.lock:
            event = self._store.get("event", due.event)
            text = json.dumps(event, indent=2)
        body, header = text.encode(), signature(text, self._store.secrets[due.endpoint])
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header}
        try:
            answer = requests.post(endpoint["url"], data=body, headers=headers, timeout=TIMEOUT)
            status, said = answer.status_code, answer.text[:500]
        except requests.RequestException as error:
            status, said = 0, type(error).__name__
        self.attempts.append(
            {
                "event": due.event,
                "type": event["type"],
                "url": endpoint["url"],
                "status": status,
                "answer": said,
            }
        )
        if not 200 <= status < 300 and due.left:
            self._queue(due.endpoint, due.event, self.settings.retry_seconds, due.left - 1)


def signature(text: str, secret: str, *, age_seconds: int = 0) -> str:
    """The `Stripe-Signature` header for a body, made so many seconds ago."""
    header: str = WebhookSignature.generate_signature_header(text, secret, int(time.time()) - age_seconds)
    return header
