"""Lambda bundles without Docker: the runtime's code and a locked group of dependencies for the target
platform."""

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_
from uv import find_uv_bin

LEFT_OUT: Final = ("cli", "ops", "worker", "agent/tools")
"""Parts of the package that no Lambda runs: the command line, the worker process, the tools."""


class BundlingFailed(RuntimeError):
    """The dependencies of a function group could not be installed."""


@dataclass(frozen=True)
class Bundle:
    """What one group of functions carries.

    `runtime` is the folder of the runtime distribution, `group` names the lock file `locks/<group>.txt` in it
    and, if there is one, a folder of extra files. `platform` is as `uv pip install --python-platform` takes
    it; None installs for this machine.
    """

    runtime: Path
    group: str
    python: str
    platform: str | None

    @property
    def lock(self) -> Path:
        """The group's pinned dependencies."""
        return self.runtime / "locks" / f"{self.group}.txt"

    @property
    def sources(self) -> dict[str, Path]:
        """Files by their place in the bundle, sorted."""
        package = self.runtime / "nat"
        files = {
            path.relative_to(self.runtime).as_posix(): path
            for path in package.rglob("*")
            if path.is_file() and not _is_left_out(path.relative_to(package))
        }
        extra = self.runtime / self.group
        files |= {path.relative_to(extra).as_posix(): path for path in extra.glob("*") if path.is_file()}
        return dict(sorted(files.items()))

    @cached_property
    def digest(self) -> str:
        """Hash of everything the bundle is made from, so that it is known without making it."""
        total = hashlib.sha256(f"{self.platform} {self.python}".encode())
        for name, path in {**self.sources, "lock": self.lock}.items():
            mode = "x" if path.stat().st_mode & 0o100 else "-"
            total.update(f"\0{name}\0{mode}".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    def code(self) -> lambda_.Code:
        """The bundle as CDK asset; made only when the stack is really synthesised, once per assembly."""
        return lambda_.Code.from_asset(
            str(self.runtime),
            asset_hash_type=AssetHashType.CUSTOM,
            asset_hash=self.digest,
            bundling=BundlingOptions(image=DockerImage.from_registry("none"), local=_Local(self)),
        )

    def write(self, target: Path) -> None:
        """Put the bundle's files into `target`. Raises `BundlingFailed`."""
        command = [find_uv_bin(), "pip", "install", "--quiet", "--target", str(target)]
        command += [
            "--python-version",
            self.python,
            "--only-binary",
            ":all:",
            "--no-deps",
            "--link-mode",
            "copy",
        ]
        if self.platform:
            command += ["--python-platform", self.platform]
        command += ["--requirement", str(self.lock)]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  no shell
        if finished.returncode:
            raise BundlingFailed(f"Dependencies of {self.group} cannot be installed:\n{finished.stderr}")
        for name in ("bin", ".lock"):
            unwanted = target / name
            if unwanted.is_dir():
                shutil.rmtree(unwanted)
            else:
                unwanted.unlink(missing_ok=True)
        for name, path in self.sources.items():
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)


def _is_left_out(path: Path) -> bool:
    if "__pycache__" in path.parts or path.suffix in {".pyc", ".pyi"}:
        return True
    return any(path.as_posix() in {part, f"{part}.py"} or path.is_relative_to(part) for part in LEFT_OUT)


@jsii.implements(ILocalBundling)
class _Local:
    """Bundles in this process, so that no Docker image is ever asked for."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def try_bundle(self, output_dir: str, _options: object = None, **_more: object) -> bool:
        self._bundle.write(Path(output_dir))
        return True
