"""Records of the seeded nation that tasks name."""

from collections import Counter
from typing import Any, Final

from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation


def plain(nation: Nation, number: int = 0) -> Row:
    """A person whose name nobody else has, with an email address and no control-panel rights, as seeded."""
    return _SEEDED[nation.slug][number]


def name(number: int = 0) -> Any:
    """Their name, for a check."""
    return lambda nation: str(plain(nation, number)["full_name"])


def record(number: int = 0) -> Any:
    """Their id, for a check."""
    return lambda nation: str(plain(nation, number)["id"])


def says(text: str, *numbers: int) -> Any:
    """Words with names of such people in place of `{0}`, `{1}`, …; `{0}` is the first."""
    return lambda nation: text.format(*(plain(nation, each)["full_name"] for each in numbers or (0,)))


def called(nation: Nation, kind: str, wanted: str) -> str:
    """Id of the record of a kind with this name. Raises `KeyError`."""
    for each, row in nation[kind].rows.items():
        if row.get("name") == wanted:
            return each
    raise KeyError(wanted)


_SEEDED: Final[dict[str, list[Row]]] = {}


def remember(nation: Nation) -> None:
    """Choose the people while the nation is as it was seeded; the same seed gives the same ones."""
    if nation.slug in _SEEDED:
        return
    rows = nation["signups"].rows.values()
    names = Counter(row["full_name"] for row in rows)
    _SEEDED[nation.slug] = [
        row
        for row in rows
        if names[row["full_name"]] == 1
        and row["signup_type"] == 0
        and row["email"]
        and not row["is_cpu"]
        and str(row["full_name"]).replace(" ", "").isascii()
        and str(row["full_name"]).replace(" ", "").isalpha()
    ][10:40]
