"""A deployment is skipped when nothing changed, and a failed one says why in one line."""

from pathlib import Path

import pytest

from config import load_environment
from local import deployment
from local.console import StartFailed
from local.deployment import Deployment
from local.places import ACCOUNT, REGION

LOG = """
Nat-local-Data | 3:53 AM | CREATE_FAILED | AWS::SQS::Queue | Turns (T1) cancelled by another failure
\x1b[31mNat-local-Api | 2/19 | 3:53 AM | CREATE_FAILED     | AWS::IAM::Policy   | Role (P1) No such role
❌  Nat-local-Api failed to deploy
‣ DeploymentError: Resource updates failed:
"""


def test_the_account_and_region_are_those_of_the_local_environment() -> None:
    environment = load_environment("local")

    assert (environment.account, environment.region) == (ACCOUNT, REGION)


def test_the_cause_of_a_failed_deployment_is_the_resource_that_failed() -> None:
    assert deployment._cause(LOG) == "AWS::IAM::Policy | Role (P1) No such role"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('start\nUnknown environment "x". Known: dev.\n', 'Unknown environment "x". Known: dev.'),
        ("one\nValueError: no such file\nat end", "ValueError: no such file"),
        ("", "it said nothing."),
    ],
)
def test_the_cause_is_the_last_telling_line_without_a_failed_resource(text: str, cause: str) -> None:
    assert deployment._cause(text) == cause


def test_a_missing_output_is_named() -> None:
    with pytest.raises(StartFailed, match="no output ApiUrl"):
        _ = Deployment("http://127.0.0.1:1", {}).origin_api_url


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("app.py", "config/a.toml", "runtime/nat/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    monkeypatch.setattr(deployment, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("changed", ["app.py", "config/a.toml", "runtime/nat/x.py", "runtime/nat/new.py"])
def test_a_change_of_a_source_is_seen(repository: Path, changed: str) -> None:
    before = deployment._fingerprint("http://127.0.0.1:1")

    (repository / changed).write_text("2")

    assert deployment._fingerprint("http://127.0.0.1:1") != before


def test_byte_code_and_other_files_are_no_change(repository: Path) -> None:
    before = deployment._fingerprint("http://127.0.0.1:1")

    for name in ("runtime/nat/__pycache__/x.pyc", "README.md", "runtime/nat.egg-info/PKG-INFO"):
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text("2")

    assert deployment._fingerprint("http://127.0.0.1:1") == before


def test_another_address_is_a_change(repository: Path) -> None:
    assert deployment._fingerprint("http://127.0.0.1:1") != deployment._fingerprint("http://127.0.0.1:2")
