"""All tools, by name: imports every module under `agent/tools`, each of which declares its own."""

import importlib
import pkgutil
from collections.abc import Mapping

from nat.agent import tools
from nat.agent.tool import REGISTRY, Tool


def all_tools() -> Mapping[str, Tool]:
    """Every declared tool, sorted by name."""
    for module in pkgutil.iter_modules(tools.__path__):
        importlib.import_module(f"{tools.__name__}.{module.name}")
    return dict(sorted(REGISTRY.items()))
