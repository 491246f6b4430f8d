"""Files of a direct chat are written into a folder and overwrite nothing."""

from pathlib import Path

from nat.agent.ports import ExportFile
from nat.cli.files import LocalFiles

FILE = ExportFile("donations.csv", "id,name\r\n1,Zoë\r\n", 1, 1, True, "donations")


def test_a_file_is_written_as_spreadsheets_read_it(tmp_path: Path) -> None:
    link = LocalFiles(tmp_path).keep(FILE)

    assert link.url == (tmp_path / "donations.csv").as_uri()
    assert (tmp_path / "donations.csv").read_bytes().decode("utf-8-sig") == FILE.text


def test_a_file_of_the_same_name_stays(tmp_path: Path) -> None:
    (tmp_path / "donations.csv").write_text("mine")

    LocalFiles(tmp_path).keep(FILE)

    assert (tmp_path / "donations.csv").read_text() == "mine"
    assert (tmp_path / "donations-2.csv").exists()
