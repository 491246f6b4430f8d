"""What is deployed, for a review: whole for production and for the embedded AWS, and of every other
environment and customer what differs from production.

`make snapshots` writes them anew.
"""

import json
import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from config import DEFAULT_BRAND, load_environment
from stacks.deployment import Deployment
from tests.infrastructure.readable import difference, readable, with_texts_once
from tests.infrastructure.synthesis import REVIEWED, Template, folder_of, synthesise

WHOLE = ("prod", "local")
PARTS = ("Agent", "Api", "Automation", "Data", "Identity", "Network", "Observability", "Web")
STACKS = [
    pytest.param(environment, f"Nat-{environment}-{part}", id=f"Nat-{environment}-{part}")
    for environment in WHOLE
    for part in PARTS
]
OTHERS = [
    pytest.param(environment, customer, id=f"{environment}-{customer}")
    for environment, customer in REVIEWED
    if customer != DEFAULT_BRAND or environment not in WHOLE
]


@pytest.mark.parametrize(("environment", "stack"), STACKS)
def test_stack_is_as_reviewed(environment: str, stack: str, snapshot: SnapshotAssertion) -> None:
    template = synthesise(environment).templates[stack]

    reviewed = snapshot.use_extension(JSONSnapshotExtension)

    on_host = load_environment(environment, environ={}).functions.platform == "host"
    assert with_texts_once(readable(template, built_on_this_machine=on_host)) == reviewed


@pytest.mark.parametrize("environment", WHOLE)
def test_every_stack_is_reviewed(environment: str) -> None:
    assert set(synthesise(environment).templates) == {f"Nat-{environment}-{part}" for part in PARTS}


@pytest.mark.parametrize(("environment", "customer"), OTHERS)
def test_differs_from_production_as_reviewed(
    environment: str, customer: str, snapshot: SnapshotAssertion
) -> None:
    production, here = parts("prod", DEFAULT_BRAND), parts(environment, customer)

    reviewed = snapshot.use_extension(JSONSnapshotExtension)

    assert {
        part: difference(production.get(part, {}), template) for part, template in here.items()
    } == reviewed


def parts(environment: str, customer: str) -> dict[str, Any]:
    """Templates by part, with the account, the region and the prefix of names as words."""
    deployment = Deployment.load(environment, customer, customers=folder_of(customer), environ={})
    place = deployment.environment
    words = {deployment.prefix: "Nat-<own>-", deployment.platform_prefix: "Nat-<platform>-"}
    words |= {deployment.prefix.replace("-", ""): "Nat<own>", place.region: "<region>"}
    words |= {place.account or "${AWS::AccountId}": "<account>"}

    def in_words(template: Template) -> Template:
        text = json.dumps(readable(template))
        for name, word in words.items():
            text = text.replace(name, word)
        # Names that CDK makes of the stack's carry a hash of it.
        text = re.sub(r"[\w<>]*Nat<own>[\w<>]+", lambda name: re.sub("[0-9A-F]{8}", "", name[0]), text)
        found: Template = json.loads(text)
        return found

    return {
        name.removeprefix(deployment.prefix): in_words(template)
        for name, template in synthesise(environment, customer).templates.items()
    }
