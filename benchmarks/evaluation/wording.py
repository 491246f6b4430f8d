"""How the right answers of tasks are put, and the calls that many of them begin with."""

from datetime import datetime
from typing import Any

from benchmarks.evaluation.task import Call, Check, Turn, call
from benchmarks.evaluation.world import World
from local.nationbuilder.schema import Row


def amount(world: World, cents: int) -> str:
    """Cents as people of this nation write them."""
    return f"{world.mark}{cents / 100:,.2f}"


def short(world: World, cents: int) -> str:
    """The same without cents where there are none."""
    return amount(world, cents).removesuffix(".00")


def currency(world: World) -> str:
    """The currency by its name."""
    return {"$": "dollars", "€": "euros", "£": "pounds"}[world.mark]


def name(person: Row) -> str:
    """A person's full name."""
    return str(person["full_name"])


def panel(world: World, place: str) -> str:
    """The address of a place in the control panel."""
    return f"https://{world.slug}.nationbuilder.com{place}"


def place_of(person: Row) -> str:
    """A person's place in the control panel."""
    return f"/admin/signups/{person['id']}"


def linked(world: World, person: Row) -> str:
    """A person's name as a link."""
    return f"[{name(person)}]({panel(world, place_of(person))})"


def find(person: Row) -> Call:
    """Look a person up by name."""
    return call("search_people", name=name(person))


def looked_up(says: str, person: Row, tool: str, *checks: Check, **arguments: Any) -> Turn:
    """A turn that looks a person up by the name in the message and changes what the message says."""
    calls = ((find(person),), (call(tool, person_id=person["id"], **arguments),))
    return Turn(
        says,
        f"Done for {name(person)}.",
        calls,
        checks,
        "said",
        people=1,
    )


def on_page(says: str, person: Row, tool: str, **arguments: Any) -> Turn:
    """The same for the person whose page is open: nothing has to be looked up."""
    calls = ((call(tool, person_id=person["id"], **arguments),),)
    return Turn(says, f"Done for {name(person)}.", calls, (), "said", people=1)


def dates(moment: datetime) -> tuple[str, ...]:
    """The ways to write a day, the month before or after it."""
    day, long, short_name = moment.day, f"{moment:%B}", f"{moment:%b}"
    return (
        f"{moment:%Y-%m-%d}",
        *(
            f"{day}{ending} {month}"
            for month in (long, short_name)
            for ending in ("", "st", "nd", "rd", "th")
        ),
        *(f"{month} {day}" for month in (long, short_name)),
    )


WAITS = "This waits for your approval; nothing is done yet."
"""What is said of a proposal."""
