"""The tools: one module per group, each function declared with `nat.agent.tool.tool`."""

import importlib
import pkgutil

from nat.agent.tool import REGISTRY, Tool


def load() -> dict[str, Tool]:
    """Every tool by name, sorted; imports all modules of this package."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(REGISTRY.items()))
