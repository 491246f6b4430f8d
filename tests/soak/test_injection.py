"""The injection corpus whole: every hostile text through every way that leads before the model.

Short form in `make test`: each text through three of them, tests/unit/nat/agent/injection.
"""

from collections.abc import Iterator

import pytest

from tests.attacks import Tried
from tests.unit.nat.agent.injection.bench import Watched, watching
from tests.unit.nat.agent.injection.fields import FIELDS, Field
from tests.unit.nat.agent.injection.payloads import PAYLOADS


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watching(tmp_path_factory.mktemp("nationbuilder") / "log.jsonl") as made:
        yield made


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_no_text_has_an_effect_that_nobody_agreed_to(watched: Watched, field: Field, tried: Tried) -> None:
    harm = {str(payload): found for payload in PAYLOADS if (found := watched.harm(field, payload))}

    tried("injections", len(PAYLOADS), len(harm))
    assert harm == {}
