"""One readable file per stack: every environment with the default brand, every customer in production.

`make snapshots` writes them anew; a review reads what changed.
"""

import json
import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from config import load_environment
from tests.infrastructure.synthesis import REVIEWED, Template, synthesise

STACKS = [
    pytest.param(environment, customer, stack, id=stack)
    for environment, customer in REVIEWED
    for stack in synthesise(environment, customer).templates
]


@pytest.mark.parametrize(("environment", "customer", "stack"), STACKS)
def test_stack_is_as_reviewed(
    environment: str, customer: str, stack: str, snapshot: SnapshotAssertion
) -> None:
    template = synthesise(environment, customer).templates[stack]

    reviewed = snapshot.use_extension(JSONSnapshotExtension)

    assert _readable(template, host=load_environment(environment, environ={}).functions.platform) == reviewed


def _readable(template: Template, *, host: str) -> Any:
    """Without what changes with every line of code, or with the machine that the embedded AWS runs on."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "<asset-hash>", json.dumps(template, sort_keys=True))
    if host == "host":
        text = re.sub(r'\["(x86_64|arm64)"\]', '["<host>"]', text)
        text = re.sub(r"LambdaAdapterLayer(X86|Arm64)", "LambdaAdapterLayer<host>", text)
    return json.loads(text)
