"""`export_csv` puts all that a listing finds into a file, and says how many rows that is."""

import csv
import io
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.nationbuilder.store import Nation
from nat.agent.calls import ToolCalls, shared_pool
from nat.agent.ports import ExportFile
from nat.agent.tool import ArgumentsRejected, ToolOutcome
from nat.agent.tool_context import ToolContext
from nat.agent.tools import exports, load
from nat.changes.policy import NO_POLICY, Policy, Rights, Rule
from nat.changes.said import Said
from nat.contract.events import Event, Link, ToolFinished
from nat.errors import BadRequest, Forbidden
from nat.nationbuilder import NationBuilder
from nat.roles import Role
from tests.unit.nat.agent.tools.reading.calls import run, usual
from tests.unit.nat.changes.kept import NOW

LISTINGS = sorted(name for name, tool in load().items() if exports.exportable(tool))


@dataclass
class Shelf:
    """Keeps files in memory."""

    contact_details: bool = True
    files: list[ExportFile] = field(default_factory=list)

    def keep(self, file: ExportFile) -> Link:
        self.files.append(file)
        return Link(f"Download {file.name}", f"https://app.nat.test/files/{len(self.files)}")

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of the newest file."""
        return list(csv.DictReader(io.StringIO(self.files[-1].text.removeprefix("\ufeff"), newline="")))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def export(
    v2: NationBuilder, shelf: Shelf | None, listing: str, permitted: bool = True, **arguments: Any
) -> ToolOutcome:
    desk = ToolContext(v2, lambda _: permitted, shelf)
    return load()["export_csv"].call(desk, {"listing": listing, "arguments": arguments})


def test_a_file_holds_every_match_and_not_only_a_page(v2: NationBuilder, demo: Nation, shelf: Shelf) -> None:
    everybody = len(demo["signups"].rows)

    outcome = export(v2, shelf, "search_people", limit=5)

    assert everybody > 1_000
    assert len({row["id"] for row in shelf.rows}) == everybody
    assert (outcome.returned, outcome.total, outcome.complete) == (everybody, everybody, True)


def test_a_file_holds_what_the_filter_finds(v2: NationBuilder, demo: Nation, shelf: Shelf) -> None:
    listed = run(v2, "list_donations", status=["failed"], limit=100)

    export(v2, shelf, "list_donations", status=["failed"])

    assert len(shelf.rows) == listed.total
    assert {row["status"] for row in shelf.rows} == {"failed"}


def test_the_model_gets_figures_and_the_link_but_no_rows(v2: NationBuilder, shelf: Shelf) -> None:
    outcome = export(v2, shelf, "list_donations", status=["failed"])

    assert outcome.data["items"] == []
    assert outcome.data["file"].startswith("donations-")
    assert outcome.data["rows"] == len(shelf.rows)
    assert outcome.links[0] == Link(f"Download {shelf.files[0].name}", "https://app.nat.test/files/1")


@pytest.mark.parametrize("listing", LISTINGS)
def test_every_listing_can_be_exported_whole(
    v2: NationBuilder, demo: Nation, shelf: Shelf, listing: str
) -> None:
    arguments = dict(usual(demo)[listing])
    listed = run(v2, listing, **arguments)

    outcome = export(v2, shelf, listing, **arguments)

    assert len(shelf.rows) == outcome.returned
    assert outcome.complete is True
    assert listed.total is None or outcome.returned == listed.total
    assert outcome.returned is not None
    assert outcome.returned >= len(listed.data["items"]) > 0


def test_a_file_that_is_not_whole_says_so(
    v2: NationBuilder, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 150)

    outcome = export(v2, shelf, "search_people")

    assert (len(shelf.rows), shelf.files[0].complete, outcome.complete) == (150, False, False)
    assert outcome.total is not None
    assert outcome.total > 150
    assert outcome.data["partial"] == "The file holds 150 rows; there are more matches."


def test_cells_that_a_spreadsheet_would_run_are_escaped(v2: NationBuilder, shelf: Shelf) -> None:
    export(v2, shelf, "search_people")

    cells = [value for row in shelf.rows for value in row.values()]
    assert not [each for each in cells if each[:1] in {"=", "@", "+"}]
    assert not [each for each in cells if each[:1] == "-" and not each[1:].replace(".", "").isdigit()]


def test_contact_details_are_in_the_file_only_if_asked_for(v2: NationBuilder, shelf: Shelf) -> None:
    export(v2, shelf, "search_people", name="a")
    without = set(shelf.rows[0])
    export(v2, shelf, "search_people", name="a", include_contact_details=True)

    assert not {"email", "phone_number", "mobile_number"} & without
    assert "email" in shelf.rows[0]


def test_contact_details_are_refused_to_who_may_not_take_them_out(v2: NationBuilder) -> None:
    shelf = Shelf(contact_details=False)

    with pytest.raises(Forbidden):
        export(v2, shelf, "search_people", include_contact_details=True)

    assert shelf.files == []


def test_a_listing_that_the_person_may_not_use_is_not_exported(v2: NationBuilder, shelf: Shelf) -> None:
    with pytest.raises(Forbidden):
        export(v2, shelf, "search_people", permitted=False)


@pytest.mark.parametrize("listing", ["get_person", "delete_person", "export_csv", "nothing"])
def test_what_lists_nothing_is_not_exported(v2: NationBuilder, shelf: Shelf, listing: str) -> None:
    with pytest.raises(BadRequest):
        export(v2, shelf, listing)


def test_arguments_that_the_listing_does_not_have_are_refused(v2: NationBuilder, shelf: Shelf) -> None:
    with pytest.raises(ArgumentsRejected, match="search_people"):
        export(v2, shelf, "search_people", shoe_size=43)


def test_without_a_place_for_files_none_is_made(v2: NationBuilder) -> None:
    with pytest.raises(BadRequest):
        export(v2, None, "search_people")


def called(
    v2: NationBuilder, shelf: Shelf | None, name: str, policy: Policy = NO_POLICY, **arguments: Any
) -> tuple[ToolFinished, str]:
    """What people see of a call as the agent makes it, and what the model gets."""
    events: list[Event] = []
    calls = ToolCalls(
        load(),
        v2=v2,
        rights=Rights(Role.MEMBER, policy),
        said=Said("", NOW),
        emit=events.append,
        stopped=lambda: False,
        result_characters=20_000,
        pool=shared_pool(),
        exports=shelf,
    )
    use = {"type": "tool_use", "id": "c1", "name": name, "input": arguments}
    [block] = calls.run([use], step=0, allowed=5).blocks
    [finished] = [each for each in events if isinstance(each, ToolFinished)]
    return finished, str(block["content"])


def test_people_see_the_filter_and_the_link_of_a_figure(v2: NationBuilder) -> None:
    finished, _ = called(v2, None, "list_donations", status=["failed"])

    assert finished.filter == "donations; status failed; newest first"
    assert finished.links


def test_people_get_the_link_to_the_file(v2: NationBuilder, shelf: Shelf) -> None:
    finished, told = called(
        v2, shelf, "export_csv", listing="list_donations", arguments={"status": ["failed"]}
    )

    assert finished.ok
    assert finished.links[0].url == "https://app.nat.test/files/1"
    assert finished.returned == len(shelf.rows)
    assert "Download donations" in told


def test_a_listing_that_the_policy_denies_is_not_exported(v2: NationBuilder, shelf: Shelf) -> None:
    policy = Policy(tools={"list_donations": Rule.DENY})

    finished, _ = called(v2, shelf, "export_csv", policy, listing="list_donations", arguments={})

    assert not finished.ok
    assert shelf.files == []
