"""`make eval`: the evaluation set on the configured model, with a score by group.

    python -m benchmarks.evaluation              all groups
    python -m benchmarks.evaluation tag report   these
    python -m benchmarks.evaluation --failures   and what was wrong with each task that was not done

With ANTHROPIC_API_KEY the model is NAT_MODEL_ID (Haiku 4.5 unless set) at Anthropic, which costs about
$0.01 a task; without it the rule-based stand-in answers. The exit status is 0 when every task ran.
"""

import os
import sys
import time
from collections import Counter
from contextlib import nullcontext

from benchmarks.evaluation.bench import run
from benchmarks.evaluation.tasks import groups
from local.claude import running_claude
from local.nationbuilder.server import running_nationbuilder
from nat.agent.models.claude import DEFAULT_MODEL
from nat.names import Variable
from nat.settings import read_optional

NO_MEASURE = (
    "The rule-based stand-in answered: this shows that the harness works, and is no measure of Claude."
)


def main(arguments: list[str]) -> int:
    """Run the groups that are named, or all. Gives the exit status."""
    known = groups()
    wanted = [each for each in arguments if not each.startswith("--")] or list(known)
    unknown = [each for each in wanted if each not in known]
    if unknown:
        print(f"There is no group {unknown[0]}. Groups: {', '.join(known)}.", file=sys.stderr)
        return 2
    real = bool(read_optional(Variable.ANTHROPIC_API_KEY))
    done, total, started = Counter[str](), Counter[str](), time.monotonic()
    with running_nationbuilder() as server, nullcontext() if real else running_claude() as claude:
        if claude is not None:
            os.environ[Variable.ANTHROPIC_URL] = claude.base_url
        for group in wanted:
            for task in known[group]:
                problems = run(task, server)
                total[group] += 1
                done[group] += not problems
                if problems and "--failures" in arguments:
                    print(f"{group}/{task.name}: {'; '.join(problems)}", flush=True)
    model = read_optional(Variable.MODEL_ID, DEFAULT_MODEL) if real else "stand-in"
    print(f"\n{'Group':<14}{'Done':>6}{'Of':>5}{'':>4}Model: {model}")
    for group in wanted:
        print(f"{group:<14}{done[group]:>6}{total[group]:>5}{done[group] / total[group]:>8.0%}")
    print(f"{'all':<14}{done.total():>6}{total.total():>5}{done.total() / total.total():>8.0%}")
    print(f"{time.monotonic() - started:.0f} s")
    if not real:
        print(NO_MEASURE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
