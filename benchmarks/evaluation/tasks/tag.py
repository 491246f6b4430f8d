"""Tagging, in ones and in many."""

from typing import Any, Final

from benchmarks.evaluation.checks import (
    asked_first,
    asks_back,
    made,
    not_asked,
    says_no,
    tagged,
    unchanged,
)
from benchmarks.evaluation.seeded import called, plain
from benchmarks.evaluation.seeded import says as asks
from benchmarks.evaluation.task import Task, task
from local.nationbuilder import figures
from local.nationbuilder.store import Nation
from nat.roles import Role


def _major(nation: Nation) -> set[str]:
    return figures.donors_over(nation, 10_000)


def _ids(*numbers: int) -> Any:
    return lambda nation: {str(plain(nation, each)["id"]) for each in numbers}


def _nobody(_: Nation) -> set[str]:
    return set()


BIG: Final = "Tag everyone who donated over $100 as major donor"

TASKS: Final[tuple[Task, ...]] = (
    task("major-donors", BIG, checks=(asked_first(lambda n: len(_major(n))), tagged("major donor", _major))),
    task(
        "major-donors-misspelt",
        "pls tag evryone who donatd over $100 as major donor",
        checks=(asked_first(lambda n: len(_major(n))), tagged("major donor", _major)),
    ),
    task("major-donors-cancelled", BIG, checks=(asked_first(), unchanged), decides="no"),
    task("major-donors-left-alone", BIG, checks=(asked_first(), unchanged), decides="nothing"),
    task("one-person", asks("Tag {0} as press contact", 1), checks=(tagged("press contact", _ids(1)),)),
    task(
        "two-tags",
        asks("Give {0} the tag early bird", 2),
        checks=(tagged("early bird", _ids(2)),),
    ),
    task(
        "this-person",
        "tag this person as front row",
        checks=(tagged("front row", _ids(3)),),
        opened=lambda n: ("person", str(plain(n, 3)["id"])),
    ),
    task(
        "list-members",
        "Tag everyone on the list Board as board 2027",
        checks=(asked_first(), tagged("board 2027", lambda n: figures.list_members(n, "Board"))),
    ),
    task(
        "rename",
        "Rename the tag volunteer to helper",
        checks=(asked_first(), tagged("volunteer", _nobody)),
    ),
    task(
        "delete",
        "Delete the tag volunteer for everyone",
        checks=(asked_first(), tagged("volunteer", _nobody)),
    ),
    task("delete-cancelled", "Delete the tag volunteer", checks=(asked_first(), unchanged), decides="no"),
    task("tag-whom", "Tag them as donor", checks=(asks_back, unchanged)),
    task("viewer", BIG, checks=(says_no, unchanged, not_asked), role=Role.VIEWER),
    task("member-in-bulk", BIG, checks=(says_no, unchanged, not_asked), role=Role.MEMBER),
    task(
        "ambiguous",
        "Tag John Smith as delegate",
        checks=(asks_back, unchanged),
    ),
    task(
        "new-list",
        "Create a list called Spring gala",
        checks=(made("lists", name="Spring gala"),),
    ),
    task(
        "put-on-list",
        asks("Put {0} on the list Empty", 4),
        checks=(asked_first(1),),
    ),
    task(
        "delete-list",
        "Delete the list Vendors",
        checks=(asked_first(), lambda seen: iter(() if _gone(seen.nation, "Vendors") else ("still there",))),
    ),
)


def _gone(nation: Nation, name: str) -> bool:
    try:
        called(nation, "lists", name)
    except KeyError:
        return True
    return False
