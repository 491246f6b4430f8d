"""What a first visit may load."""

from pathlib import Path

import pytest

from benchmarks.web_size import FIRST_LOAD, PAGE, Sizes, built


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Sizes:
    """Of the app, built once."""
    folder: Path = tmp_path_factory.mktemp("site")
    return built(folder)


def test_a_first_visit_with_the_chat_loads_within_its_budget(sizes: Sizes) -> None:
    assert 10 < sizes.first_load <= FIRST_LOAD


def test_each_further_page_loads_within_its_budget(sizes: Sizes) -> None:
    assert len(sizes.pages) > 12
    assert {name: size for name, size in sizes.pages.items() if size > PAGE} == {}
