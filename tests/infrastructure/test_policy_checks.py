"""What tools think of the templates: cdk-nag, cfn-lint and checkov, with no finding that nobody answered."""

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cfnlint.config import ConfigMixIn  # type: ignore[import-untyped]  # it ships no types
from cfnlint.decode import decode_str  # type: ignore[import-untyped]  # as above
from cfnlint.runner import Runner  # type: ignore[import-untyped]  # as above

from config import load_environment
from config.loading import read_toml
from tests.infrastructure.conftest import COUNTS
from tests.infrastructure.synthesis import ALL, ROOT, synthesise

Record = Callable[[str, object], None]

EXPLICIT_DEPENDENCIES = "W3005"
"""CDK says of every role and policy that a function depends on it, also where a reference says so."""
LINTED = (
    ("prod", "nat"),
    ("prod", "civic-desk"),
    ("prod-eu", "nat"),
    ("dev", "nat"),
    ("local", "nat"),
)
"""Each shape of a template and each region: the others differ in names and figures."""
CHECKOV = ROOT / ".venv" / "checkov" / "bin" / "checkov"
ACCEPTED = Path(__file__).with_name("checkov.toml")


def test_cdk_nag_has_no_finding_that_is_not_acknowledged(record_property: Record) -> None:
    findings = {f"{env} × {customer}": synthesise(env, customer).findings for env, customer in ALL}

    record_property(
        COUNTS, f"cdk-nag: {len(ALL)} apps, 0 findings that are not acknowledged at the construct"
    )
    assert {name: found for name, found in findings.items() if found} == {}


def test_cfn_lint_has_no_finding(record_property: Record) -> None:
    linted = 0
    findings: dict[str, list[str]] = {}
    runners: dict[str, Runner] = {}  # each reads all rules
    for environment, customer in LINTED:
        region = load_environment(environment, environ={}).region
        if region not in runners:
            runners[region] = Runner(ConfigMixIn(regions=[region], ignore_checks=[EXPLICIT_DEPENDENCIES]))
        for path in synthesise(environment, customer).files:
            linted += 1
            template, wrong = decode_str(path.read_text())
            if found := [*map(str, wrong), *map(str, runners[region].validate_template(template))]:
                findings[path.name] = found

    record_property(COUNTS, f"cfn-lint: {linted} templates, 0 findings")
    assert findings == {}


def test_checkov_has_no_finding_without_a_reason(record_property: Record) -> None:
    """Production's templates, in a process and an environment of their own: it pins an old boto3."""
    files = [part for path in synthesise("prod").files for part in ("--file", str(path))]

    finished = subprocess.run(
        [str(CHECKOV), *files, "--framework", "cloudformation", "--compact", "--quiet", "--output", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(finished.stdout)
    failed = Counter(each["check_id"] for each in report["results"]["failed_checks"])
    accepted = read_toml(ACCEPTED)

    kinds = ", ".join(f"{check} {count}" for check, count in sorted(failed.items()))
    record_property(
        COUNTS,
        f"checkov: {report['summary']['passed']} passed, {failed.total()} accepted with a reason ({kinds})",
    )
    assert set(failed) == set(accepted), "each kind with a reason, and no reason without a finding"
    assert all(len(str(reason)) > 40 for reason in accepted.values())
