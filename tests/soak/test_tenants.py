"""A thousand old tenants, most of them connected, a third of them broken, in runs that die at random."""

import random

import pytest

from nat.names import Table
from nat.settings import TableNames
from tests.embedded import new_tables
from tests.unit.nat.migration.former import generate
from tests.unit.nat.migration.moving import Died, Office, left_behind, set_up, unmarked

TENANTS = 1000


@pytest.mark.parametrize("seed", [11, 12])
def test_a_thousand_tenants_end_the_same_however_often_the_run_dies(
    tables: TableNames, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    set_up(monkeypatch)
    chance = random.Random(seed)
    other = TableNames(new_tables(f"whole-{tables[Table.TENANTS][:12]}"))
    whole, broken = (generate(TENANTS, seed, connected=0.7) for _ in range(2))
    marks = [next(iter(each.rows)).partition("-")[2] for each in (whole, broken)]
    whole.store(other)
    broken.store(tables)
    try:
        straight = Office(other).migration
        straight.apply(straight.decided())
        deaths = 0
        office = Office(tables)
        while True:
            office.life.left = chance.randint(50, 1500)
            try:
                report = office.migration.apply(office.migration.decided())
                break
            except Died:
                deaths += 1

        print(f"{TENANTS} tenants, {deaths} deaths, {office.life.sent} requests: {report.fates}")  # noqa: T201 - figures
        assert deaths > 2
        assert unmarked(left_behind(tables), marks[1]) == unmarked(left_behind(other), marks[0])
    finally:
        whole.forget()
        broken.forget()
