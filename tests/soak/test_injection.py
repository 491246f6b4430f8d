"""The injection corpus whole: every hostile text through every way that leads before the model.

Short form in `make test`: each text through three of them, tests/unit/nat/agent/injection.
"""

from pathlib import Path

from tests.attacks import Tried
from tests.unit.nat.agent.injection.bench import watching
from tests.unit.nat.agent.injection.fields import FIELDS
from tests.unit.nat.agent.injection.payloads import PAYLOADS


def test_no_text_in_any_field_has_an_effect_that_nobody_agreed_to(tmp_path: Path, tried: Tried) -> None:
    with watching(tmp_path / "log.jsonl") as watched:
        harm = {
            f"{payload} in {field}": found
            for payload in PAYLOADS
            for field in FIELDS
            if (found := watched.harm(field, payload))
        }

    tried("injections", len(PAYLOADS) * len(FIELDS), len(harm))
    assert harm == {}
