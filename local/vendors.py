"""Who stands behind the vendors' addresses: a stand-in on loopback, or the real one where a key was given."""

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import requests

from local import environment
from local.aws.program import answers
from local.nationbuilder.oauth import DEFAULT_APP
from local.places import Ports
from local.processes import Program
from local.slack.sender import SIGNING_SECRET
from local.slack.state import CLIENT_ID, CLIENT_SECRET
from nat.connections.tokens import NbTokens
from nat.ids import NationSlug
from nat.names import Variable
from nat.nationbuilder.client import BASE_URL

MODEL_KEY_VARIABLE: Final = "ANTHROPIC_API_KEY"
NATION_SLUG_VARIABLE: Final = "NATIONBUILDER_SLUG"
NATION_TOKEN_VARIABLE: Final = "NATIONBUILDER_TOKEN"
STRIPE_KEY_VARIABLE: Final = "STRIPE_API_KEY"
STRIPE_SECRET_VARIABLE: Final = "STRIPE_WEBHOOK_SECRET"
REAL_STRIPE: Final = "https://api.stripe.com"
STRIPE_STAND_IN_KEY: Final = "sk_test_stand_in"
STAND_IN_KEY: Final = "stand-in"
"""The Claude stand-in takes any key."""
MODEL_PACE: Final = 80.0
"""Tokens a second, about what Haiku does: an answer of the stand-in is seen to stream."""
DEVELOPER_TOKEN_LIFE: Final = timedelta(days=365)
"""A token of NationBuilder's developer page does not tell when it ends."""
TIMEOUT: Final = 15


@dataclass(frozen=True)
class Figures:
    """What a true answer must say, computed from the stand-in's records and not through its API."""

    donated_this_week: tuple[str, ...]
    tagged_volunteer: str


@dataclass(frozen=True)
class Vendors:
    """`model_key`: the real Claude's key, or None for the stand-in. `nation`: slug and V2 token of a real
    nation, or None for the stand-in's seeded ones, which are kept in `state`. `tokens_per_second`: how fast
    the Claude stand-in speaks; None is at once."""

    ports: Ports
    state: Path
    tokens_per_second: float | None = None
    model_key: str | None = None
    nation: tuple[str, str] | None = None
    stripe: tuple[str, str] | None = None
    """The real Stripe's key and webhook secret (`stripe listen` prints one), or None for the stand-in."""

    @classmethod
    def from_environment(cls, ports: Ports, state: Path) -> "Vendors":
        """What the person's environment gives: `ANTHROPIC_API_KEY`, `NATIONBUILDER_SLUG` and `…_TOKEN`."""
        slug = os.environ.get(NATION_SLUG_VARIABLE)
        token = os.environ.get(NATION_TOKEN_VARIABLE)
        key = os.environ.get(STRIPE_KEY_VARIABLE)
        secret = os.environ.get(STRIPE_SECRET_VARIABLE)
        return cls(
            ports,
            state,
            tokens_per_second=MODEL_PACE,
            model_key=os.environ.get(MODEL_KEY_VARIABLE) or None,
            nation=(slug, token) if slug and token else None,
            stripe=(key, secret) if key and secret else None,
        )

    @property
    def stand_ins(self) -> list[Program]:
        """The stand-ins to start."""
        programs = []
        if self.nation is None:
            programs.append(_stand_in("nationbuilder", self.ports, "--state", str(self.state)))
        if self.model_key is None:
            pace = (
                () if self.tokens_per_second is None else ("--tokens-per-second", str(self.tokens_per_second))
            )
            programs.append(_stand_in("claude", self.ports, *pace))
        if self.stripe is None:
            state = self.state.with_name("stripe.json")
            programs.append(_stand_in("stripe", self.ports, "--state", str(state)))
        places = ("--target", self.ports.url("app"), "--mails", self.ports.url("aws"))
        programs.append(_stand_in("slack", self.ports, *places))
        return programs

    def nations(self) -> dict[str, str]:
        """Nations that can be asked about, with their time zones. The stand-in must run."""
        if self.nation is not None:
            return {self.nation[0]: "UTC"}
        found = self._steer("GET", "nations")
        return {nation["slug"]: nation["time_zone"] for nation in found}

    def tokens(self, slug: str) -> NbTokens:
        """A token pair of a nation, as connecting it would give."""
        now = datetime.now(UTC)
        if self.nation is not None:
            return NbTokens(self.nation[1], "", now + DEVELOPER_TOKEN_LIFE, NationSlug(slug), now)
        given = self._steer("POST", "tokens", {"nation": slug})
        expires_at = datetime.fromisoformat(given["expires_at"])
        return NbTokens(given["access_token"], given["refresh_token"], expires_at, NationSlug(slug), now)

    def alias(self, slug: str, of: str) -> None:
        """Let the stand-in answer for one more nation, with the records of one that it has."""
        self._steer("POST", "nations", {"slug": slug, "nation": of})

    def figures(self, slug: str) -> Figures:
        """The true figures of a seeded nation at this moment."""
        found = self._steer("GET", f"figures?nation={slug}")
        week = found["donations_this_week"]
        return Figures(
            (f"{week['cents'] / 100:,.2f}", f"{week['count']:,}", f"{week['donors']:,}"),
            f"{found['volunteers']:,}",
        )

    def _steer(self, method: str, name: str, body: dict[str, str] | None = None) -> Any:
        answer = requests.request(
            method, f"{self.ports.url('nationbuilder')}/_standin/{name}", json=body, timeout=TIMEOUT
        )
        answer.raise_for_status()
        return answer.json()

    @property
    def variables(self) -> dict[str, str]:
        """The vendors' addresses for the worker, where they are not the deployed ones."""
        found = {}
        if self.nation is None:
            found[Variable.NATIONBUILDER_URL.value] = self.nationbuilder_url
        if self.model_key is None:
            found[Variable.ANTHROPIC_URL.value] = self.ports.url("claude")
        return found

    @property
    def settings(self) -> dict[str, str]:
        """The vendors' addresses as settings of the environment, where they are not the usual ones."""
        found = {
            "agent.nationbuilder_url": self.nationbuilder_url,
            "billing.stripe_url": self.stripe_url,
            "slack.url": f"{self.ports.url('slack')}/api/",
        }
        if self.model_key is None:
            found["agent.anthropic_url"] = self.ports.url("claude")
        return found

    @property
    def nationbuilder_app(self) -> dict[str, str]:
        """The app that nations are connected with. A token of a real nation's developer page has none."""
        if self.nation is not None:
            return {}
        return {"client_id": DEFAULT_APP.client_id, "client_secret": DEFAULT_APP.client_secret}

    @property
    def stripe_url(self) -> str:
        """Base URL of Stripe's API."""
        return REAL_STRIPE if self.stripe else self.ports.url("stripe")

    def stripe_keys(self, webhook_url: str) -> dict[str, Any]:
        """What the platform's secret holds. The stand-in is told where webhooks go, and nowhere else."""
        if self.stripe is not None:
            return {"api_key": self.stripe[0], "webhook_secrets": [self.stripe[1]]}
        endpoints = f"{self.stripe_url}/v1/webhook_endpoints"
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {STRIPE_STAND_IN_KEY}"
        with session:
            for known in session.get(endpoints, params={"limit": "100"}, timeout=TIMEOUT).json()["data"]:
                session.delete(f"{endpoints}/{known['id']}", timeout=TIMEOUT).raise_for_status()
            made = session.post(
                endpoints, data={"url": webhook_url, "enabled_events[]": "*"}, timeout=TIMEOUT
            )
            made.raise_for_status()
        return {"api_key": STRIPE_STAND_IN_KEY, "webhook_secrets": [made.json()["secret"]]}

    @property
    def slack_app(self) -> dict[str, str]:
        """The stand-in's app, as the platform's secret holds it."""
        return {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "signing_secret": SIGNING_SECRET}

    @property
    def stripe_shown(self) -> str:
        """Who answers for Stripe, for people."""
        return "the real one" if self.stripe else f"stand-in at {self.stripe_url}"

    @property
    def nationbuilder_shown(self) -> str:
        """Who answers for NationBuilder, for people."""
        return f"the real nation {self.nation[0]}" if self.nation else f"stand-in at {self.nationbuilder_url}"

    @property
    def claude_shown(self) -> str:
        """Who answers for Claude, for people."""
        return "the real one" if self.model_key else f"stand-in at {self.ports.url('claude')}"

    @property
    def nationbuilder_url(self) -> str:
        """Base URL of nations, with a place for the slug."""
        if self.nation is not None:
            return BASE_URL
        return self.ports.url("nationbuilder") + "/{slug}"


def _stand_in(name: str, ports: Ports, *arguments: str) -> Program:
    url = ports.url(name)
    return Program(
        name=name,
        command=(sys.executable, "-m", f"local.{name}", "--port", str(getattr(ports, name)), *arguments),
        environment=environment.base(),
        ready=lambda: answers(url),
    )
