"""The credentials of the app that a nation is connected with: `{"client_id", "client_secret"}` in a secret.

A token pair can only be refreshed by the app that obtained it, so the choice is made when a nation is
connected and kept in its record as `nb_app`:

1. `nation` – the nation registered an app itself: `nat/nation/<slug>/nationbuilder-app` exists;
2. `customer:<customer>` – the customer whose brand it connects through has one:
   `nat/customer/<customer>/nationbuilder-app`;
3. none – the platform's, `nat/platform/nationbuilder-app`. An account and region is one environment.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from nat.aws.secrets import read_secret
from nat.errors import NationBuilderDown
from nat.ids import NationSlug
from nat.names import Secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

NATION: Final = "nation"
CUSTOMER: Final = "customer:"
PLATFORM: Final = "platform"
KEPT: Final = timedelta(minutes=5)
"""How long credentials stay in memory: an operator's change is seen within this time."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class App:
    """What `/oauth/token` wants to know of us."""

    client_id: str
    client_secret: str = field(repr=False)


class AppUnknown(NationBuilderDown):
    """The app's credentials are not there, or not readable: an operator has to put them into the secret."""

    retryable = False
    default = "The connection to NationBuilder is not set up here yet. Please tell support."


class Apps:
    """Reads credentials. `own` reads platform and customer secrets, `nations` those of the entered nation."""

    def __init__(
        self, own: "SecretsManagerClient", nations: "SecretsManagerClient", now: Callable[[], datetime]
    ) -> None:
        self._own = own
        self._nations = nations
        self._now = now
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[datetime, App]] = {}

    def credentials(self, nation_slug: NationSlug, name: str | None) -> App:
        """The app that a record names. Raises `AppUnknown`, and what boto3 raises.

        Called within `nation(nation_slug)`.
        """
        if name == NATION:  # never remembered: the memory lies outside of IAM
            return self._read(self._nations, Secret.nation_app(nation_slug))
        customer = (name or "").removeprefix(CUSTOMER) if (name or "").startswith(CUSTOMER) else None
        secret = Secret.NATIONBUILDER_APP if customer is None else Secret.customer_app(customer)
        with self._lock:
            kept = self._kept.get(secret)
        if kept is not None and kept[0] > self._now():
            return kept[1]
        app = self._read(self._own, secret)
        with self._lock:
            self._kept[secret] = (self._now() + KEPT, app)
        return app

    def choose(self, nation_slug: NationSlug, customer: str | None = None) -> str:
        """The name of the app that a nation is to be connected with, by the rule above."""
        if self._exists(self._nations, Secret.nation_app(nation_slug)):
            return NATION
        if customer is not None and self._exists(self._own, Secret.customer_app(customer)):
            return f"{CUSTOMER}{customer}"
        return PLATFORM

    def forget(self) -> None:
        """Read credentials anew at the next call: NationBuilder did not know the ones given."""
        with self._lock:
            self._kept.clear()

    def _exists(self, client: "SecretsManagerClient", secret: str) -> bool:
        try:
            self._read(client, secret)
        except AppUnknown:
            return False
        return True

    def _read(self, client: "SecretsManagerClient", secret: str) -> App:
        text = read_secret(client, secret)
        if text is None:
            raise AppUnknown
        try:
            value = json.loads(text)
            return App(str(value["client_id"]), str(value["client_secret"]))
        except (KeyError, TypeError, ValueError):
            _log.error("secret of the NationBuilder app is not set", extra={"secret": secret})
            raise AppUnknown from None
