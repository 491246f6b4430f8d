"""The workflows, which nobody can run here: they fit GitHub's schema, keep no key, and run what production
runs.

`actionlint` is not among the checks: its package on PyPI fetches the program from GitHub when it is
installed.
"""

import re
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types

from config import load_environment
from tests.infrastructure.synthesis import ROOT

CHECKER = ROOT / ".venv" / "checkov" / "bin" / "check-jsonschema"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NAMES = [path.stem for path in WORKFLOWS]


def test_workflows_fit_the_schema_that_github_publishes() -> None:
    finished = subprocess.run(
        [str(CHECKER), "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_no_workflow_keeps_a_key_of_aws(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"aws[-_](access[-_]key|secret)", text, re.IGNORECASE)
    if "configure-aws-credentials" in text:
        assert "role-to-assume" in text
        assert "id-token: write" in text


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_every_workflow_says_what_it_may(path: Path) -> None:
    permissions = yaml.safe_load(path.read_text())["permissions"]

    assert permissions["contents"] == "read"
    assert set(permissions) <= {"contents", "id-token", "pull-requests"}


def test_the_suite_runs_on_the_oldest_python_and_on_productions() -> None:
    matrix = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["check"]["strategy"][
        "matrix"
    ]
    tested = {*matrix["python"], *(each["python"] for each in matrix["include"] if each["target"] == "test")}

    assert tested == {"3.11", load_environment("prod").functions.python}
    assert "Python 3.11 or later" in (ROOT / "README.md").read_text()


def test_the_image_is_built_on_the_processor_that_it_runs_on() -> None:
    for name in ("image", "deploy-one"):
        jobs = yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text())["jobs"]

        assert {job["runs-on"] for job in jobs.values()} == {"ubuntu-24.04-arm"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_what_workflows_call_exists(path: Path) -> None:
    targets = set(re.findall(r"\bmake ([a-z-]+)", path.read_text()))
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = set(re.findall(r"\bnat ops ([a-z-]+)", path.read_text()))
    offered = set(re.findall(r'@app\.command\("([a-z-]+)"', (ROOT / "runtime/nat/ops/app.py").read_text()))

    assert targets <= known
    assert commands <= offered
