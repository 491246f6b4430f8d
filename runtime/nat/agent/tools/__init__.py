"""The tools: one module per group, each function declared with `nat.agent.tool.tool`. Those that read lie
here, those that change something in `changing`."""

import importlib
import pkgutil

from nat.agent.tool import REGISTRY, Tool


def load() -> dict[str, Tool]:
    """Every tool by name, sorted; imports all modules of this package."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return dict(sorted(REGISTRY.items()))
