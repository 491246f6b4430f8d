"""A fresh machine is prepared step by step; what is up to date is left alone."""

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import pytest

from local import prepare
from local.prepare import PreparationFailed, Step


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "requirements.txt"
    source.write_text("a==1")
    return source


@pytest.fixture
def runs() -> list[str]:
    return []


@pytest.fixture
def run(tmp_path: Path, source: Path, runs: list[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setattr(prepare, "VENV", tmp_path / "venv")
    product = tmp_path / "product"

    def work(_log: TextIO) -> None:
        runs.append("ran")
        product.touch()

    step = Step("packages", "packages", (source,), product, work)

    def run() -> None:
        with (tmp_path / "log").open("w") as log:
            step.run(log)

    return run


def test_a_step_runs_once(run: Callable[[], None], runs: list[str]) -> None:
    run()
    run()

    assert runs == ["ran"]


def test_a_step_runs_again_when_its_input_changes(
    run: Callable[[], None], runs: list[str], source: Path
) -> None:
    run()
    source.write_text("a==2")
    run()

    assert runs == ["ran", "ran"]


def test_a_step_runs_again_when_its_product_is_gone(
    run: Callable[[], None], runs: list[str], tmp_path: Path
) -> None:
    run()
    (tmp_path / "product").unlink()
    run()

    assert runs == ["ran", "ran"]


def test_an_old_python_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prepare, "OLDEST", (99, 0))

    assert prepare.main() == 1

    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_failed_command_names_the_log(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log, pytest.raises(PreparationFailed, match=r"No way\. Log: "):
        prepare._run(["false"], log, "No way.")


def test_a_missing_node_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "VENV", tmp_path)

    with (tmp_path / "log").open("w") as log, pytest.raises(PreparationFailed, match="Node is missing"):
        prepare._install_cdk(log)
