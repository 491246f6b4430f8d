"""What NationBuilder refuses a person's own account is refused them in Nat, whoever connected the nation."""

from collections.abc import Callable, Iterator

import pytest

from local.nationbuilder.schema import schema
from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from local.nationbuilder.store import User
from nat.agent.tools import load
from nat.errors import AreaWithheld, PermissionDenied
from nat.nationbuilder import NationBuilder, where
from nat.nationbuilder.areas import AREAS
from nat.nationbuilder.permissions import refused_areas

SLUG = "harbor"
DONOR = "4"
OWN_GROUP = "nat"


@pytest.fixture(scope="module")
def nationbuilder() -> Iterator[RunningNationBuilder]:
    with running_nationbuilder() as server:
        yield server


@pytest.fixture
def v2_for(nationbuilder: RunningNationBuilder) -> Iterator[Callable[..., NationBuilder]]:
    """Clients of the nation with an admin's token."""
    token = nationbuilder.issue(SLUG).access_token
    made: list[NationBuilder] = []

    def make(*withheld: str, token: str = token) -> NationBuilder:
        made.append(
            NationBuilder(
                SLUG, token=lambda: token, base_url=nationbuilder.url("{slug}"), withheld=frozenset(withheld)
            )
        )
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def some_donor(v2_for: Callable[..., NationBuilder]) -> str:
    """Id of somebody who donated."""
    donation = v2_for().index("donations", page_size=1).records[0]
    return str(donation["signup_id"])


@pytest.mark.parametrize(
    ("permission_set", "refused"),
    [
        ("admin", set()),
        ("read_only", set()),
        ("no_finances", {"money"}),
        (
            "no_people",
            {
                "people",
                "contacts",
                "relationships",
                "memberships",
            },
        ),
    ],
)
def test_one_read_of_each_area_tells_what_nationbuilder_refuses(
    nationbuilder: RunningNationBuilder,
    v2_for: Callable[..., NationBuilder],
    permission_set: str,
    refused: set[str],
) -> None:
    users = nationbuilder.standin.nations[SLUG].users
    user = next(iter(users))
    before, users[user] = users[user], User(user, permission_set)
    own = nationbuilder.issue(SLUG, user=user).access_token

    assert refused_areas(v2_for(token=own)) == refused
    users[user] = before


@pytest.mark.parametrize("area", AREAS)
def test_a_closed_area_is_read_by_nobody_to_whom_it_is_closed(
    v2_for: Callable[..., NationBuilder], area: str
) -> None:
    for resource in AREAS[area].resources & _indexed():
        with pytest.raises(AreaWithheld):
            v2_for(area).index(resource, page_size=1)


def test_it_is_not_written_either(v2_for: Callable[..., NationBuilder], some_donor: str) -> None:
    v2 = v2_for("money")

    with pytest.raises(PermissionDenied):
        v2.create("donations", {"signup_id": some_donor, "amount_in_cents": 100})
    with pytest.raises(PermissionDenied):
        v2.exchange("DELETE", "donations/1")
    with pytest.raises(PermissionDenied):
        v2.look("donations/1")


def test_what_other_records_carry_of_it_is_left_out(
    v2_for: Callable[..., NationBuilder], some_donor: str
) -> None:
    told = v2_for().show("signups", some_donor).record
    shown = v2_for("money").show("signups", some_donor).record

    assert told["donations_amount_in_cents"]
    left = [name for name in shown.attributes if any(word in name for word in AREAS["money"].words)]
    assert left == []
    assert shown.text("full_name") == told.text("full_name")


@pytest.mark.parametrize(
    "query",
    [
        {"filters": {"donations_amount_in_cents": where("gt", 1)}},
        {"filters": {"is_donor": True}},
        {"sort": ("-donations_count",)},
    ],
)
def test_nobody_finds_it_out_by_filter_or_order(
    v2_for: Callable[..., NationBuilder], query: dict[str, object]
) -> None:
    with pytest.raises(AreaWithheld):
        v2_for("money").index("signups", page_size=1, **query)  # type: ignore[arg-type] # mixed on purpose


def test_it_is_not_sideloaded(v2_for: Callable[..., NationBuilder], some_donor: str) -> None:
    document = v2_for("money").show("signups", some_donor, include=("donations", "signup_tags"))

    assert {each.type for each in document.included} <= {"signup_tags"}
    assert "donations" not in document.record.relationships


def test_every_group_of_tools_is_an_area() -> None:
    groups = {tool.group for tool in load().values()} - {OWN_GROUP}

    assert groups == set(AREAS)


def test_every_resource_is_in_one_area_at_most() -> None:
    listed = [resource for area in AREAS.values() for resource in area.resources]

    assert len(listed) == len(set(listed))


def _indexed() -> set[str]:
    """Resources that can be listed."""
    return {each.type for each in schema().operations if each.action == "index"}
