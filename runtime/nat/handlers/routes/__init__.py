"""The routes of the HTTP API: one module per capability, imported when one of its routes is first called, so
that no call pays for what another one needs.

A new route is one function with its declaration (`nat.handlers.endpoints.operation`) in one of these modules.
"""

from functools import cache
from importlib import import_module

from nat.contract import declared
from nat.handlers.endpoints import Answering
from nat.handlers.endpoints import answering as answering_of


def answering(route: str) -> Answering | None:
    """The function behind a route key; `None` if there is none."""
    module = _modules().get(route)
    return None if module is None else answering_of(import_module(module))[route]


@cache
def _modules() -> dict[str, str]:
    return dict(declared.modules(__name__))
