"""What operators are told of: named where it is made, turned into alarms where those are."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs


@dataclass(frozen=True)
class WatchedFunction:
    """A function whose errors somebody would notice."""

    name: str
    function: lambda_.IFunction
    tolerated: int = 0
    """Errors in five minutes that are no alarm."""
    trouble: str = ""
    """What people notice of it, for who is called."""


@dataclass(frozen=True)
class WatchedQueue:
    """Dead letters: one message is an alarm."""

    name: str
    title: str
    queue: sqs.IQueue
    source: sqs.IQueue | None = None
    """Where operators may send them back to; none where that would not help."""


@dataclass(frozen=True)
class Watched:
    """What one construct has to watch."""

    functions: Sequence[WatchedFunction] = ()
    dead_letters: Sequence[WatchedQueue] = ()
