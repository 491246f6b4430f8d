"""What runs of a group add up to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.evaluation.conversation import NewModel, Spent, run
from benchmarks.evaluation.task import Task
from benchmarks.evaluation.world import World
from local.nationbuilder.server import RunningNationBuilder
from nat.agent.pricing import ModelPrices


@dataclass(frozen=True)
class Score:
    """A group after one or more rounds. `passes` are the rounds in which each task was done, by its name."""

    passes: Mapping[str, int]
    rounds: int
    spent: Spent
    problems: tuple[str, ...] = ()
    """What was wrong, by task and round."""

    @property
    def share(self) -> float:
        """How much of all that was tried was done."""
        return sum(self.passes.values()) / (len(self.passes) * self.rounds)

    @property
    def always(self) -> int:
        """Tasks that were done in every round."""
        return sum(count == self.rounds for count in self.passes.values())

    @property
    def once(self) -> int:
        """Tasks that were done in at least one."""
        return sum(count > 0 for count in self.passes.values())


def score(
    tasks: Sequence[Task],
    world: World,
    server: RunningNationBuilder,
    new_model: NewModel | None = None,
    *,
    rounds: int = 1,
    prices: ModelPrices | None = None,
) -> Score:
    """Run a group's tasks. A refusal counts in a round in which its twin was done too."""
    passes = dict.fromkeys((task.name for task in tasks), 0)
    spent, problems = Spent(), []
    for number in range(1, rounds + 1):
        runs = {task.name: run(task, world, server, new_model, prices) for task in tasks}
        for each in runs.values():
            spent += each.spent
            wrong = list(each.problems)
            if each.task.twin and runs[each.task.twin].problems:
                wrong.append(f"its twin {each.task.twin} was not done")
            passes[each.task.name] += not wrong
            if wrong:
                problems.append(f"{each.task.name}{f' ({number})' if rounds > 1 else ''}: {'; '.join(wrong)}")
    return Score(passes, rounds, spent, tuple(problems))


def together(scores: Iterable[Score]) -> Score:
    """All groups as one; names of tasks need not differ between groups."""
    found = list(scores)
    return Score(
        {f"{place} {name}": count for place, each in enumerate(found) for name, count in each.passes.items()},
        found[0].rounds,
        sum((each.spent for each in found), Spent()),
    )
