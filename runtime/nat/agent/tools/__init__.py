"""The tools: one module per group, each function declared with `nat.agent.tool.tool`. Those that read lie
here, those that change something in `changing`."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from nat.agent.tool import REGISTRY, Tool


@functools.cache
def load() -> Mapping[str, Tool]:
    """Every tool by name, sorted; imports all modules of this package."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return MappingProxyType(dict(sorted(REGISTRY.items())))
