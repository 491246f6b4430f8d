"""What tools think of every template: cdk-nag and cfn-lint, without a finding that nobody answered."""

from functools import cache

import pytest
from cfnlint.api import lint  # type: ignore[import-untyped]  # it ships no types
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]  # as above

from config import load_environment
from tests.infrastructure.synthesis import ALL, REVIEWED, synthesise

EXPLICIT_DEPENDENCIES = "W3005"
"""CDK says of every role and policy that a function depends on it, also where a reference says so."""


@pytest.mark.parametrize(("environment", "customer"), ALL)
def test_cdk_nag_has_no_finding_that_is_not_acknowledged(environment: str, customer: str) -> None:
    assert synthesise(environment, customer).findings == []


@pytest.mark.parametrize(("environment", "customer"), REVIEWED)
def test_cfn_lint_has_no_finding(environment: str, customer: str) -> None:
    region = load_environment(environment, environ={}).region
    prefixes = (f"Nat-{environment}-{customer}-", f"Nat-{environment}-")

    findings = {}
    for path in synthesise(environment, customer).files:
        text = path.read_text()
        for prefix in prefixes:
            text = text.replace(prefix, "Nat-")
        findings[path.name] = linted(text, region)

    assert {name: found for name, found in findings.items() if found} == {}


@cache
def linted(template: str, region: str) -> tuple[str, ...]:
    """Findings of one template. Many differ only in their names, which tell cfn-lint nothing: one is
    enough."""
    config = ManualArgs(regions=[region], ignore_checks=[EXPLICIT_DEPENDENCIES])
    return tuple(str(match) for match in lint(template, config=config))
