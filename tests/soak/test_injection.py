"""The injection corpus whole: every hostile text in every field that outsiders can write to.

Short form in `make test`: each text in two fields, tests/unit/nat/agent/injection.
"""

from pathlib import Path

from tests.soak.conftest import Tell
from tests.unit.nat.agent.injection.bench import watching
from tests.unit.nat.agent.injection.fields import FIELDS
from tests.unit.nat.agent.injection.payloads import PAYLOADS


def test_no_text_in_any_field_has_an_effect_that_nobody_agreed_to(tmp_path: Path, tell: Tell) -> None:
    with watching(tmp_path / "log.jsonl") as watched:
        harm = {
            f"{payload} in {field}": found
            for payload in PAYLOADS
            for field in FIELDS
            if (found := watched.harm(field, payload))
        }

    tell(f"injection: {len(PAYLOADS)} texts × {len(FIELDS)} fields, {len(harm)} with an unapproved effect")
    assert harm == {}
