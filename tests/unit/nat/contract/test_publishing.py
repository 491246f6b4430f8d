"""The description is written at any time, the promise to clients on purpose only."""

import json
from pathlib import Path

import pytest

from nat.handlers.description import CURRENT, DOCS, PUBLISHED, REFERENCE, main


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Where the documents go."""
    for each in (CURRENT, REFERENCE):
        (tmp_path / each).parent.mkdir(exist_ok=True)
    return tmp_path


def test_writing_the_description_leaves_the_promise(docs: Path) -> None:
    status = main([], docs)

    assert status == 0
    assert (docs / CURRENT).read_text() == (DOCS / CURRENT).read_text()
    assert not (docs / PUBLISHED).exists()


def test_publishing_makes_the_description_the_promise(docs: Path) -> None:
    status = main(["--publish"], docs)

    assert status == 0
    assert (docs / PUBLISHED).read_text() == (docs / CURRENT).read_text()


def test_a_broken_promise_is_told_until_it_is_published(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    promised = json.loads((DOCS / CURRENT).read_text())
    promised["paths"]["/v1/horoscope"] = {"get": {"operationId": "getHoroscope", "responses": {}}}
    (docs / PUBLISHED).write_text(json.dumps(promised))

    before, _, after = main([], docs), main(["--publish"], docs), main([], docs)

    assert (before, after) == (1, 0)
    assert "breaks clients: GET /v1/horoscope is gone" in capsys.readouterr().out
