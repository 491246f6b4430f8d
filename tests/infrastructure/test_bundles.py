"""Lambda bundles: what goes in, when they change, and that they hold all that a handler imports."""

import json
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from nat_constructs.bundle import Bundle, BundlingFailed
from nat_constructs.bundle_sizes import Size, sizes
from tests.infrastructure.synthesis import ROOT

RUNTIME = ROOT / "runtime"
HANDLERS = {
    "handlers": (
        "nat.handlers.api",
        "nat.handlers.ws",
        "nat.handlers.sweep",
        "nat.handlers.dead_letters",
        "nat.handlers.privacy",
        "nat.handlers.slack",
    ),
    "slack": (
        "nat.handlers.slack_work",
        "nat.handlers.slack_connecting",
        "nat.handlers.slack_callback",
    ),
    "notices": ("nat.handlers.notices", "nat.handlers.automation_results"),
    "sse": ("nat.handlers.sse",),
    "billing": (
        "nat.handlers.billing",
        "nat.handlers.billing_reconcile",
        "nat.handlers.stripe_events",
        "nat.handlers.stripe_webhook",
        "nat.handlers.privacy_work",
    ),
}
OF_THE_RUNTIME = {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
"""The AWS SDK and what it needs come with Lambda's Python."""
OPTIONAL = {"certifi", "sniffio", "_distutils_hack", "httpx", "anyio", "click", "pygments", "rich"}
"""botocore takes certifi where it is installed, and its own list of authorities elsewhere; setuptools puts
its hook into every interpreter beside it; stripe takes httpx, with what that brings, where it is installed,
for its asynchronous client alone."""
DISTRIBUTIONS = packages_distributions()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small runtime distribution without dependencies."""
    for name in ("nat/api.py", "nat/worker/loop.py", "nat/agent/tools/tags.py", "web/run.sh"):
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"# {name}\n")
    (tmp_path / "nat/__pycache__").mkdir()
    (tmp_path / "nat/__pycache__/api.cpython-314.pyc").write_bytes(b"\0")
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/web.txt").write_text("")
    return tmp_path


def bundle(project: Path, *, platform: str | None = None) -> Bundle:
    """The project's only group."""
    return Bundle(project, "web", f"{sys.version_info.major}.{sys.version_info.minor}", platform)


def test_a_bundle_holds_code_and_the_groups_own_files_but_no_worker_and_no_bytecode(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = tmp_path_factory.mktemp("bundle")

    bundle(project).write(target)

    assert {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()} == {
        "nat/api.py",
        "run.sh",
    }


def test_bytecode_does_not_change_a_bundle(project: Path) -> None:
    before = bundle(project).digest

    (project / "nat/__pycache__/other.cpython-314.pyc").write_bytes(b"\0")

    assert bundle(project).digest == before


@pytest.mark.parametrize("changed", ["nat/api.py", "web/run.sh", "locks/web.txt"])
def test_a_bundle_changes_with_what_goes_into_it(project: Path, changed: str) -> None:
    before = bundle(project).digest

    (project / changed).write_text("# changed\n")

    assert bundle(project).digest != before


def test_a_bundle_for_another_platform_is_another_bundle(project: Path) -> None:
    assert bundle(project).digest != bundle(project, platform="aarch64-manylinux_2_28").digest


def test_what_cannot_be_installed_is_named(project: Path, tmp_path: Path) -> None:
    (project / "locks/web.txt").write_text("./nowhere\n")

    with pytest.raises(BundlingFailed, match="Dependencies of web"):
        bundle(project).write(tmp_path / "target")


@pytest.mark.parametrize(
    ("group", "module"), [(group, each) for group in HANDLERS for each in HANDLERS[group]]
)
def test_a_handler_imports_only_what_its_bundle_holds(group: str, module: str) -> None:
    lock = (RUNTIME / "locks" / f"{group}.txt").read_text()
    locked = {line.split("==")[0].lower() for line in lock.splitlines() if "==" in line}
    held = {
        name
        for name, owners in DISTRIBUTIONS.items()
        if {each.lower().replace("_", "-") for each in owners} & locked
    }

    listed = subprocess.run(
        [sys.executable, "-c", f"import {module}, sys, json; print(json.dumps(list(sys.modules)))"],
        env={**os.environ, "PYTHONPATH": str(RUNTIME), "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    imported = {each.split(".")[0] for each in json.loads(listed)} & DISTRIBUTIONS.keys() - {"nat"}

    assert imported - held - OF_THE_RUNTIME - OPTIONAL == set()


@pytest.mark.parametrize("group", ["handlers", "notices", "sse", "billing", "slack", "worker"])
def test_what_is_deployed_is_what_is_tested(group: str) -> None:
    tested = set((ROOT / "requirements-dev.txt").read_text().splitlines())

    deployed = (RUNTIME / "locks" / f"{group}.txt").read_text().splitlines()

    assert {line.split(" ;")[0] for line in deployed if "==" in line} <= {
        line.split(" ;")[0] for line in tested
    }


def test_sizes_are_told_by_function(tmp_path: Path) -> None:
    (tmp_path / "asset.abc").mkdir()
    (tmp_path / "asset.abc/handler.py").write_bytes(b"x" * 1_500_000)
    resource = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": "abc.zip"}}}
    (tmp_path / "Nat-dev-Api.template.json").write_text(
        json.dumps({"Resources": {"Socket12345678": resource}})
    )

    assert list(sizes(tmp_path)) == [Size("Nat-dev-Api/Socket", 1.5, 1)]
