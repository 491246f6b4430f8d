"""A brand's browser extension, built by Vite as the web app is: without Docker and without a network, and the
same byte for byte for the same sources. No CDK here: the command line builds it too."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

PLACE: Final = "extension"
"""The folder of a brand's site in which its packages are."""
LATEST: Final = f"{PLACE}/latest.zip"
SOURCES: Final = ("packages/chat/src", "packages/extension", "package-lock.json", "tsconfig.base.json")
UNREAD: Final = frozenset({"node_modules", "dist", "tests"})
_LONG_AGO: Final = (2026, 1, 1, 0, 0, 0)
"""The time of every file in a package."""


class ExtensionBuildFailed(RuntimeError):
    """Node or its packages are missing, or did not build the extension."""


@dataclass(frozen=True)
class ExtensionBuild:
    """What a brand's extension is built from: the workspace `runtime/web`, and what `build.ts` is told of the
    brand. `logo` is an SVG file; `key` gives an unpacked extension its id."""

    workspace: Path
    name: str
    extension_name: str
    description: str
    primary: str
    on_primary: str
    app: str
    login: str
    key: str | None = None
    logo: Path | None = None
    node: str | None = None

    @property
    def version(self) -> str:
        """The extension's version, the same for every brand."""
        return version(self.workspace)

    @cached_property
    def digest(self) -> str:
        """Hash of everything it is built from, so that it is known without building."""
        total = hashlib.sha256(json.dumps(self._brand(logo=None), sort_keys=True).encode())
        for path in (*self._sources(), *((self.logo,) if self.logo else ())):
            total.update(f"\0{path.name}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    def unpack(self, folder: Path) -> Path:
        """Build into `folder`, which is emptied first. Raises `ExtensionBuildFailed`."""
        node = self.node or shutil.which("node")
        if node is None:
            raise ExtensionBuildFailed("The extension cannot be built: Node is missing. Run: make prepare")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as scratch:
            brand = Path(scratch) / "brand.json"
            brand.write_text(json.dumps(self._brand(logo=self.logo)), encoding="utf-8")
            ran = subprocess.run(  # noqa: S603  no shell
                [node, "build.ts", str(brand), str(folder)],
                cwd=self.workspace / "packages" / "extension",
                env={**os.environ, "NODE_ENV": "production"},
                capture_output=True,
                text=True,
                check=False,
            )
        if ran.returncode:
            raise ExtensionBuildFailed(f"The extension cannot be built:\n{ran.stderr or ran.stdout}")
        return folder

    def publish(self, site: Path) -> None:
        """Put the packages that people load themselves into a brand's site: by the version, which stays there
        when a newer one comes, and as the latest. They keep the key, or the sign-in would not know them.
        Raises `ExtensionBuildFailed`."""
        (site / PLACE).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            unpacked = self.unpack(Path(scratch) / "unpacked")
            pack(unpacked, site / LATEST, with_key=True)
        shutil.copyfile(site / LATEST, site / PLACE / f"{self.version}.zip")

    def _brand(self, *, logo: Path | None) -> Mapping[str, str]:
        return {
            "name": self.name,
            "extensionName": self.extension_name,
            "description": self.description,
            "version": self.version,
            "primary": self.primary,
            "onPrimary": self.on_primary,
            "app": self.app,
            "login": self.login,
            **({"key": self.key} if self.key else {}),
            **({"logo": str(logo)} if logo else {}),
        }

    def _sources(self) -> Iterator[Path]:
        for source in SOURCES:
            root = self.workspace / source
            for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
                if path.is_file() and not UNREAD & {*path.relative_to(self.workspace).parts}:
                    yield path


def version(workspace: Path) -> str:
    """The extension's version."""
    manifest = workspace / "packages" / "extension" / "package.json"
    return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])


def pack(unpacked: Path, package: Path, *, with_key: bool = False) -> Path:
    """A package. For the store it has no key: the store gives the extension one, and with it its id."""
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in unpacked.rglob("*") if path.is_file()):
            name = path.relative_to(unpacked).as_posix()
            content = path.read_bytes()
            if name == "manifest.json" and not with_key:
                manifest = json.loads(content)
                manifest.pop("key", None)
                content = json.dumps(manifest, indent=2).encode()
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return package
