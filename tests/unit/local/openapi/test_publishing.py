"""The description is written at any time, the promise to clients on purpose only."""

import json
from pathlib import Path

import pytest

from local.openapi import CURRENT, PUBLISHED
from local.openapi.__main__ import main


def test_writing_the_description_leaves_the_promise(tmp_path: Path) -> None:
    status = main([], tmp_path)

    assert status == 0
    assert (tmp_path / CURRENT.name).read_text() == CURRENT.read_text()
    assert not (tmp_path / PUBLISHED.name).exists()


def test_publishing_makes_the_description_the_promise(tmp_path: Path) -> None:
    status = main(["--publish"], tmp_path)

    assert status == 0
    assert (tmp_path / PUBLISHED.name).read_text() == (tmp_path / CURRENT.name).read_text()


def test_a_broken_promise_is_told_until_it_is_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    promised = json.loads(CURRENT.read_text())
    promised["paths"]["/v1/horoscope"] = {"get": {"operationId": "getHoroscope", "responses": {}}}
    (tmp_path / PUBLISHED.name).write_text(json.dumps(promised))

    before, _, after = main([], tmp_path), main(["--publish"], tmp_path), main([], tmp_path)

    assert (before, after) == (1, 0)
    assert "breaks clients: GET /v1/horoscope is gone" in capsys.readouterr().out
