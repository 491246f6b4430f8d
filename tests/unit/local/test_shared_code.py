"""Functions of one bundle share what is unpacked, and see no other bundle's files."""

import zipfile
from pathlib import Path

import pytest

from local.aws.shared_code import SharedZip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setattr(SharedZip, "folder", shared, raising=False)
    return shared


def bundle(path: Path, text: str) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("nat/handlers/api.py", text)
    return path


def unpacked(path: Path, target: Path) -> Path:
    target.mkdir()
    with SharedZip(path) as opened:
        opened.extractall(target)
    return target / "nat" / "handlers" / "api.py"


def test_two_functions_of_a_bundle_have_the_same_files(tmp_path: Path, folder: Path) -> None:
    path = bundle(tmp_path / "code.zip", "handler = 1")

    one, other = unpacked(path, tmp_path / "one"), unpacked(path, tmp_path / "other")

    assert one.read_text() == "handler = 1"
    assert one.samefile(other)
    assert len(list(folder.iterdir())) == 1


def test_another_bundle_has_files_of_its_own(tmp_path: Path) -> None:
    one = unpacked(bundle(tmp_path / "one.zip", "handler = 1"), tmp_path / "one")
    other = unpacked(bundle(tmp_path / "other.zip", "handler = 2"), tmp_path / "other")

    assert (one.read_text(), other.read_text()) == ("handler = 1", "handler = 2")
