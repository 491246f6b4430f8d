"""The web app's files, built by Vite without Docker and without a network, and how they are asked for. No CDK
here: the front on one machine serves them by the same rules."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

INDEX: Final = "/index.html"
HAS_FILE: Final = "[.][A-Za-z0-9]+$"
"""Pages of the app have no file of their own: what has no extension is the app. So a missing part of it,
`/assets/…`, is never answered with a page."""
UNREAD: Final = frozenset({"node_modules", "dist", "tests", "extension", "types"})
"""Folders of the workspace that the app is not built from."""


class WebBuildFailed(RuntimeError):
    """Vite is not installed, or did not build the app."""


@dataclass(frozen=True)
class WebBuild:
    """What the web app is built from: the workspace `runtime/web`, whose packages `make prepare` installs.
    `node` is the Node to build with; by default the one on the path, which the CDK command line needs too."""

    workspace: Path
    node: str | None = None

    @cached_property
    def digest(self) -> str:
        """Hash of everything the app is built from, so that it is known without building."""
        total = hashlib.sha256()
        for path in self._sources():
            total.update(f"\0{path.relative_to(self.workspace).as_posix()}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    def write(self, target: Path) -> None:
        """Build into `target`, which is emptied first. Raises `WebBuildFailed`."""
        node = self.node or shutil.which("node")
        vite = self.workspace / "node_modules" / "vite" / "bin" / "vite.js"
        if node is None or not vite.is_file():
            raise WebBuildFailed(
                "The web app cannot be built: Node or its packages are missing. Run: make prepare"
            )
        command = [node, str(vite), "build", "--outDir", str(target), "--emptyOutDir", "--logLevel", "warn"]
        finished = subprocess.run(  # noqa: S603  no shell
            command,
            cwd=self.workspace / "packages" / "app",
            env={**os.environ, "NODE_ENV": "production"},
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode:
            raise WebBuildFailed(f"The web app cannot be built:\n{finished.stderr or finished.stdout}")

    def _sources(self) -> list[Path]:
        found: list[Path] = []
        for folder, inner, files in os.walk(self.workspace):
            inner[:] = {*inner} - UNREAD  # not entered: the packages have ten thousands of files
            found += [Path(folder, name) for name in files]
        return sorted(found)
