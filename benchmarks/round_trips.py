"""AWS calls of one question that stand one after another, counted on the embedded AWS: no time, so no noise.

    .venv/bin/python -m benchmarks.round_trips

The socket is open, the nation's tokens are not in the worker's memory, the conversation is new.
Exit status 1 above a target.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from nat.settings import TableNames
from tests.embedded import new_tables, running_aws
from tests.unit.nat.turns.round_trips import trips

DOOR: Final = 4
WORKER: Final = 3
EVENT: Final = 2


def main() -> int:
    """Count, print, compare."""
    with tempfile.TemporaryDirectory(prefix="nat-bench-") as home, running_aws(Path(home) / "aws.log") as aws:
        os.environ.update(aws.environment)
        made = trips(TableNames(new_tables("trips")))
    rows = (
        ("in the door until the turn is queued", made.queued_after, DOOR, made.door),
        ("in the worker until the model is asked", made.model_after, WORKER, made.before_model),
        ("per stored event", made.per_event, EVENT, made.published),
    )
    for what, found, target, calls in rows:
        print(f"{what:<40} {found:g} (target {target})   {', '.join(calls)}")
    return 0 if all(found <= target for _, found, target, _ in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
