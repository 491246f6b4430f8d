"""The tasks, one module per group: `TASKS` in each."""

import pkgutil
from importlib import import_module

from benchmarks.evaluation.task import Task


def groups() -> dict[str, tuple[Task, ...]]:
    """The tasks by group, in alphabetical order of the groups."""
    return {
        module.name: import_module(f"{__name__}.{module.name}").TASKS
        for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name)
        if not module.name.startswith("_")
    }
