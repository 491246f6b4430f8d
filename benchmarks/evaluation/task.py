"""One task: a conversation with what must come of each turn, and what the nation must be at its end.

Every turn also holds how it is done right (`calls`, `answer`): a script that follows it proves that the task
can be done, and that its checks let a good answer pass.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from benchmarks.evaluation.diff import Wanted
from nat.roles import Role


@dataclass(frozen=True)
class Call:
    """One tool call of the right way to do a task."""

    tool: str
    arguments: Mapping[str, Any]


def call(tool: str, **arguments: Any) -> Call:
    """A tool call."""
    return Call(tool, arguments)


class Check(Protocol):
    """Judges what was said in one turn. Gives what is wrong, in words; nothing if it is right."""

    def __call__(self, answer: str, question: str, /) -> Iterator[str]:
        """Judge an answer."""
        ...


Decides = Literal["yes", "no", "nothing"]
Write = Literal["said", "asked", "either"]
"""How a change has to come about.

`said`: it is of one record, can be taken back and reaches nobody; the record is the open page's or the only
one that a look-up with words of this message finds; and every value that is written stands in this message.
So it is done at once. `asked`: anything else, so nothing changes before a person's yes. `either`: part of it
is said and part is not, so both are right.
"""


@dataclass(frozen=True)
class Turn:
    """One message of the person, and what must come of it.

    `calls` are rounds of tool calls. `write` is None where nothing may be changed or proposed. `people` is
    how many people the card must show, `about` the ids of the records that it may name, and `shows` values
    that each of them must get. The person decides as `decides` says, but never says yes to a card that shows
    something else.
    """

    says: str
    answer: str
    calls: tuple[tuple[Call, ...], ...] = ()
    checks: tuple[Check, ...] = ()
    write: Write | None = None
    people: int | None = None
    decides: Decides = "yes"
    about: frozenset[str] = frozenset()
    shows: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises `ValueError` for a change of nobody knows how many people, and for a proposal that is left
        undone and could be about anything."""
        if self.write is not None and self.people is None:
            raise ValueError(f"Of “{self.says}” nobody says how many people it changes.")
        if self.write == "asked" and self.decides != "yes" and not self.about:
            raise ValueError(f"Of “{self.says}” nobody says what the card must be about.")


@dataclass(frozen=True)
class Task:
    """A task of one group. `opened` is the page that is open: its kind and the record's id.

    A refusal has a `twin` in its group: nearly the same wish, which can be done. It counts only where its
    twin is done too, since who refuses everything knows nothing. `reaches` are the kinds of messages to
    supporters that may go out.
    """

    name: str
    turns: tuple[Turn, ...]
    wanted: tuple[Wanted, ...] = ()
    role: Role = Role.OWNER
    opened: tuple[str, str] | None = None
    twin: str = ""
    reaches: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        """Raises `ValueError` for a task that an agent could pass by doing nothing."""
        if not self.wanted and not any(turn.checks for turn in self.turns):
            raise ValueError(f"The task {self.name} checks nothing.")


def task(name: str, *turns: Turn, **more: Any) -> Task:
    """A task in one line."""
    return Task(name, turns, **more)
