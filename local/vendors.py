"""Who stands behind the vendors' addresses: a stand-in on loopback, or the real one where a key was given."""

import os
import sys
from dataclasses import dataclass
from typing import Final

from local import environment
from local.aws.program import answers
from local.places import Ports
from local.processes import Program
from nat.names import Variable

MODEL_KEY_VARIABLE: Final = "ANTHROPIC_API_KEY"
NATION_SLUG_VARIABLE: Final = "NATIONBUILDER_SLUG"
NATION_TOKEN_VARIABLE: Final = "NATIONBUILDER_TOKEN"
STAND_IN_KEY: Final = "stand-in"
"""The Claude stand-in takes any key."""


@dataclass(frozen=True)
class Vendors:
    """`model_key`: the real Claude's key, or None for the stand-in. `nation`: slug and V2 token of a real
    nation, or None for the stand-in's seeded ones."""

    ports: Ports
    model_key: str | None = None
    nation: tuple[str, str] | None = None

    @classmethod
    def from_environment(cls, ports: Ports) -> "Vendors":
        """What the person's environment gives: `ANTHROPIC_API_KEY`, `NATIONBUILDER_SLUG` and `…_TOKEN`."""
        slug = os.environ.get(NATION_SLUG_VARIABLE)
        token = os.environ.get(NATION_TOKEN_VARIABLE)
        return cls(
            ports, os.environ.get(MODEL_KEY_VARIABLE) or None, (slug, token) if slug and token else None
        )

    @property
    def stand_ins(self) -> list[Program]:
        """The stand-ins to start."""
        programs = []
        if self.nation is None:
            programs.append(_stand_in("nationbuilder", self.ports))
        if self.model_key is None:
            programs.append(_stand_in("claude", self.ports))
        return programs

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
    def nationbuilder_shown(self) -> str:
        """Who answers for NationBuilder, for people."""
        return f"the real nation {self.nation[0]}" if self.nation else f"stand-in at {self.nationbuilder_url}"

    @property
    def claude_shown(self) -> str:
        """Who answers for Claude, for people."""
        return "the real one" if self.model_key else f"stand-in at {self.ports.url('claude')}"

    @property
    def nationbuilder_url(self) -> str:
        """Base URL of the stand-in's nations, with a place for the slug."""
        return self.ports.url("nationbuilder") + "/{slug}"


def _stand_in(name: str, ports: Ports) -> Program:
    url = ports.url(name)
    return Program(
        name=name,
        command=(sys.executable, "-m", f"local.{name}", "--port", str(getattr(ports, name))),
        environment=environment.base(),
        ready=lambda: answers(url),
    )
