"""The tasks, one module per group: `tasks` in each makes them for a world."""

import pkgutil
from importlib import import_module

from benchmarks.evaluation.task import Task
from benchmarks.evaluation.world import World


def groups(world: World) -> dict[str, tuple[Task, ...]]:
    """The tasks by group, in alphabetical order of the groups."""
    return {
        module.name: tuple(import_module(f"{__name__}.{module.name}").tasks(world))
        for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name)
    }
