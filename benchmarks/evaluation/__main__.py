"""`make eval`: the evaluation set on the configured model, with a score by group.

    python -m benchmarks.evaluation                       all groups, on a world of its own
    python -m benchmarks.evaluation tag report            these
    python -m benchmarks.evaluation --seed 7 --runs 3     the world of a seed, each task three times
    python -m benchmarks.evaluation --threshold 90        fail below 90 % of what was tried
    python -m benchmarks.evaluation --measure-only        only prove the measure

First the measure is proved: the scripted right way must pass everywhere, and each lazy agent at most 5 % of a
group. Then the model answers: with ANTHROPIC_API_KEY it is NAT_MODEL_ID (Haiku 4.5 unless set) at Anthropic,
which costs about $0.02 a task and run; without it the rule-based stand-in, whose score is no measure of
Claude.

Chance can help laziness: where the other nation's person has the very same tags, who asks the wrong nation is
right. Without `--seed` a world in which that is so is put back and another drawn; each seed is printed.

The exit status is 1 if the measure is not sound or the score is below the threshold, else 0.
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.evaluation.lazy import LAZY, LIMIT
from benchmarks.evaluation.puppets import right
from benchmarks.evaluation.score import Score, score, together
from benchmarks.evaluation.task import Task
from benchmarks.evaluation.tasks import groups
from benchmarks.evaluation.world import World, drawn
from config import load_models, models_json
from local.claude import journal, running_claude
from local.loopback.line_log import file_in
from local.nationbuilder import request_log
from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from nat.agent.models.claude import DEFAULT_MODEL
from nat.agent.pricing import ModelPrices
from nat.names import Variable
from nat.settings import read_optional

NO_MEASURE: Final = (
    "The rule-based stand-in answered: this shows that the harness works, and is no measure of Claude."
)
ALL: Final = "all"
DRAWS: Final = 8
"""Worlds that are drawn at most before the measure is said not to be sound."""

Groups = Mapping[str, Sequence[Task]]


def main(arguments: Sequence[str]) -> int:
    """Prove the measure, then run the groups that are named, or all. Gives the exit status."""
    asked = _parser().parse_args(arguments)
    seeds = [asked.seed] if asked.seed is not None else random.SystemRandom().sample(range(1_000_000), DRAWS)
    console = Console(width=None if sys.stdout.isatty() else 140)
    with running_nationbuilder(log=file_in(request_log.LOG_VARIABLE)) as server:
        for seed in seeds:
            world = drawn(seed)
            known = groups(world)
            unknown = [each for each in asked.groups if each not in known]
            if unknown:
                print(f"There is no group {unknown[0]}. Groups: {', '.join(known)}.", file=sys.stderr)
                return 2
            chosen = {name: known[name] for name in asked.groups or known}
            print(
                f"Seed {seed}: {world.slug} in {world.nation.time_zone}, {world.mark}, "
                f"{world.now:%A %Y-%m-%d %H:%M}; "
                f"{sum(map(len, chosen.values()))} tasks"
            )
            if sound := proved(chosen, world, server, console):
                break
        if asked.measure_only:
            return 0 if sound else 1
        reached = measured(chosen, world, server, console, rounds=asked.runs, failures=asked.failures)
    word = "reached" if reached * 100 >= asked.threshold else "missed"
    print(f"Threshold {asked.threshold:.0f} %: {word}")
    return exit_status(sound, reached, asked.threshold)


def exit_status(sound: bool, share: float, threshold: float) -> int:
    """0 for a sound measure and a share of at least `threshold` percent."""
    return 0 if sound and share * 100 >= threshold else 1


def proved(chosen: Groups, world: World, server: RunningNationBuilder, console: Console) -> bool:
    """Whether the right way passes everywhere, and no lazy agent more than its share of a group."""
    table = Table(title=f"The measure: the right way, and lazy agents (at most {LIMIT:.0%} of a group)")
    for column in ("", *chosen, ALL):
        table.add_column(column, justify="left" if not column else "right")
    started, sound = time.process_time(), True
    agents = {"the right way": lambda _, task: right(task), **LAZY}
    for name, new_model in agents.items():
        scores = [score(tasks, world, server, new_model) for tasks in chosen.values()]
        for group, each in zip(chosen, scores, strict=True):
            fine = each.share == 1 if new_model not in LAZY.values() else each.share <= LIMIT
            if not fine:
                sound = False
                what = each.problems if name not in LAZY else [n for n, count in each.passes.items() if count]
                print(f"{name}, {group}: {'; '.join(what)}")
        table.add_row(name, *(f"{each.share:.0%}" for each in (*scores, together(scores))))
    console.print(table)
    print(
        f"{time.process_time() - started:.0f} s of CPU. The measure is {'sound' if sound else 'NOT sound'}.\n"
    )
    return sound


def measured(
    chosen: Groups,
    world: World,
    server: RunningNationBuilder,
    console: Console,
    *,
    rounds: int,
    failures: bool,
) -> float:
    """Run the configured model, print what it did and took. Gives the share that was done."""
    real = bool(read_optional(Variable.ANTHROPIC_API_KEY))
    model = read_optional(Variable.MODEL_ID, DEFAULT_MODEL) if real else "stand-in"
    prices = ModelPrices.from_json(json.loads(models_json(load_models())))
    scores: dict[str, Score] = {}
    with nullcontext() if real else running_claude(log=file_in(journal.LOG_VARIABLE)) as claude:
        if claude is not None:
            os.environ[Variable.ANTHROPIC_URL] = claude.base_url
        for name, tasks in chosen.items():
            scores[name] = score(tasks, world, server, rounds=rounds, prices=prices)
            if failures:
                for problem in scores[name].problems:
                    print(f"{name}/{problem}", flush=True)
    whole = together(scores.values())
    table = Table(title=f"Model: {model}, {rounds} run{'s' if rounds > 1 else ''} of each task")
    columns = (
        "Group",
        "Tasks",
        "Done",
        f"In all {rounds}",
        "In one",
        "Calls",
        "Tokens",
        "Cost",
        "Time",
        "Asked",
        "Waited",
        "Unsupported",
    )
    for column in columns:
        table.add_column(column, justify="left" if column == "Group" else "right")
    for name, each in (*scores.items(), (ALL, whole)):
        table.add_row(name, *_row(each))
    console.print(table)
    print(
        "Asked: proposals made. Waited: changes of one record that the person had said, and that waited for "
        "a yes "
        "all the same. Unsupported: figures of answers that stand in no tool's result."
    )
    if not real:
        print(NO_MEASURE)
    return whole.share


def _row(each: Score) -> tuple[str, ...]:
    spent = each.spent
    usage = spent.usage
    tokens = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens + usage.output_tokens
    return (
        str(len(each.passes)),
        f"{each.share:.0%}",
        str(each.always),
        str(each.once),
        f"{spent.calls:,}",
        f"{tokens:,}",
        "no price" if spent.cost_micros is None else f"${spent.cost_micros / 1_000_000:.2f}",
        f"{spent.seconds:.0f} s",
        str(spent.approvals),
        f"{spent.waited} of {spent.said}",
        f"{spent.unsupported} of {spent.figures}",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.evaluation", description="The evaluation set."
    )
    parser.add_argument("groups", nargs="*", help="groups of tasks; all by default")
    parser.add_argument("--seed", type=int, help="which world to draw; by default one that proves sound")
    parser.add_argument("--runs", type=int, default=1, help="how often each task is run")
    parser.add_argument(
        "--threshold", type=float, default=0, help="the least share in percent for exit status 0"
    )
    parser.add_argument("--failures", action="store_true", help="say what was wrong with what was not done")
    parser.add_argument(
        "--measure-only", action="store_true", help="only prove the measure; no model answers"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
