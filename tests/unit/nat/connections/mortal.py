"""A process that dies at a chosen step: before or after any request to AWS or to NationBuilder."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import boto3
import requests
from requests.adapters import HTTPAdapter

from nat.aws import clients
from nat.connections.services import ConnectionServices
from nat.nationbuilder import pooled_session
from tests.unit.nat.connections.keeping import Office


class Died(BaseException):
    """The process is gone: no handler of ordinary errors sees it, and nothing after it happens."""


@dataclass
class Life:
    """Counts steps and ends at one of them. Afterwards every further step ends too."""

    ends_at: int
    steps: list[str] = field(default_factory=list)
    dead: bool = False

    def step(self, name: str) -> None:
        """One moment at which the process may die."""
        if not self.dead:
            self.steps.append(name)
        if self.dead or len(self.steps) > self.ends_at:
            self.dead = True
            raise Died


class _MortalAdapter(HTTPAdapter):
    def __init__(self, step: Callable[[str], None]) -> None:
        super().__init__(max_retries=0)
        self._step = step

    def send(self, request: Any, *arguments: Any, **named: Any) -> requests.Response:
        self._step("before nationbuilder")
        response = super().send(request, *arguments, **named)
        response.content  # noqa: B018 # the answer has arrived
        self._step("after nationbuilder")
        return response


class MortalClients:
    """Clients whose process has one life after another; they take long to build."""

    def __init__(self) -> None:
        self._life = Life(0)
        self._clients = {name: self._client(name) for name in ("dynamodb", "secretsmanager", "kms")}
        self._session = pooled_session()
        self._session.mount("http://", _MortalAdapter(self._step))

    def worker(self, office: Office, life: Life) -> ConnectionServices:
        """A process that lives this life."""
        self._life = life
        wiring = ConnectionServices(
            office.tables,
            dynamodb=self._clients["dynamodb"],
            secrets=self._clients["secretsmanager"],
            kms=self._clients["kms"],
            own_secrets=self._clients["secretsmanager"],
            sessions=lambda: self._session,
            clock=office.clock,
        )
        office.with_sleep(wiring)
        return wiring

    def _client(self, service: Any) -> Any:
        made: Any = boto3.client(service, config=clients.CONFIG)
        # Events of botocore itself: just before a request is sent, and once its answer is read.
        made.meta.events.register("before-send", partial(self._step, f"before {service}"))
        made.meta.events.register("after-call", partial(self._step, f"after {service}"))
        return made

    def _step(self, name: str, **_: Any) -> None:
        self._life.step(name)
