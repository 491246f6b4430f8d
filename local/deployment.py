"""The real CDK app on the embedded AWS: bootstrap, deploy, and what came of it.

A deployment is skipped when nothing that goes into the cloud assembly changed since the last one and its
stacks are still there.
"""

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from local import environment
from local.aws.clients import Clients
from local.console import StartFailed, step
from local.places import ACCOUNT, REGION, ROOT, Places, Ports
from nat.names import Table
from nat.settings import TableNames

SOURCES: Final = ("app.py", "cdk.json", "config", "stacks", "constructs", "runtime", "requirements.txt")
"""What the assembly is made from, with the addresses that are passed on the command line."""
SOCKET_PATH: Final = "/socket"
UNREAD: Final = frozenset({"__pycache__", "node_modules", "dist"})


@dataclass(frozen=True)
class Deployment:
    """Outputs of all stacks, by name, the address of the embedded AWS that holds them, and of the front."""

    aws_url: str
    outputs: Mapping[str, str]
    app_url: str = ""

    def __getitem__(self, name: str) -> str:
        """One output. Raises `StartFailed`, for the rest cannot work without it."""
        try:
            return self.outputs[name]
        except KeyError:
            raise StartFailed(f"The deployed stacks have no output {name}.") from None

    @cached_property
    def root(self) -> Clients:
        """Clients that act as the root of the embedded AWS."""
        return Clients(self.aws_url)

    @property
    def tables(self) -> TableNames:
        """Names of the deployed tables."""
        return TableNames({table: self[f"{table.value}TableName"] for table in Table})

    @property
    def api_url(self) -> str:
        """The HTTP API, as everybody calls it: through the front."""
        return self.app_url

    @property
    def socket_url(self) -> str:
        """The WebSocket API, through the front."""
        return f"{self.app_url.replace('http', 'ws', 1)}{SOCKET_PATH}"

    @property
    def origin_api_url(self) -> str:
        """The HTTP API itself, by path: host names below `localhost` do not resolve everywhere."""
        return self["ApiUrl"].rstrip("/")

    @property
    def origin_socket_url(self) -> str:
        """The WebSocket API itself, by path."""
        return self["SocketUrl"]

    @property
    def issuer_keys_url(self) -> str:
        """Public keys of the user pool."""
        return f"{self.aws_url}/{self['UserPoolId']}/.well-known/jwks.json"


def deploy(places: Places, ports: Ports, vendors: Mapping[str, str]) -> Deployment:
    """Deploy what changed. `vendors` are settings of the environment: where functions find nations, Claude
    and Stripe. Raises `StartFailed` with the CDK's own words."""
    settings = {"endpoints.aws": ports.url("aws"), "endpoints.app": ports.url("app"), **vendors}
    aws_url = settings["endpoints.aws"]
    fingerprint = _fingerprint(json.dumps(settings, sort_keys=True))
    kept = _Kept.read(places.deployed)
    if kept is not None and kept.fingerprint == fingerprint and _deployed_stacks(aws_url) == kept.stacks:
        with step("infrastructure is unchanged"):
            return Deployment(aws_url, kept.outputs, ports.url("app"))
    places.deployed.unlink(missing_ok=True)
    log = places.log("deploy")
    log.write_text("")
    outputs_file = places.home / "outputs.json"
    with step("preparing the embedded AWS for the CDK"):
        # In an empty folder: with `cdk.json` in sight it would synthesise the app first.
        _cdk(["bootstrap", f"aws://{ACCOUNT}/{REGION}"], places.home, aws_url, log)
    with step("deploying the infrastructure"):
        outputs_file.unlink(missing_ok=True)
        command = ["deploy", "--all", "-c", "env=local"]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # Directly, for MiniStack does not see a change of outputs alone in a change set.
        command += ["--method=direct", "--require-approval=never", "--no-validation", "--progress=events"]
        command += ["--output", str(places.assembly), "--outputs-file", str(outputs_file)]
        _cdk(command, ROOT, aws_url, log)
    stacks: dict[str, dict[str, str]] = json.loads(outputs_file.read_text())
    outputs = {name: value for found in stacks.values() for name, value in found.items()}
    places.deployed.write_text(
        json.dumps(asdict(_Kept(fingerprint, _deployed_stacks(aws_url), outputs)), indent=1)
    )
    return Deployment(aws_url, outputs, ports.url("app"))


def _cdk(arguments: list[str], folder: Path, aws_url: str, log: Path) -> None:
    command = [*environment.cdk_command(), *arguments, "--no-notices", "--ci"]
    variables = environment.base(
        {**environment.root_credentials(aws_url), "CDK_DISABLE_VERSION_CHECK": "1", "CI": "true"}
    )
    if not environment.node().is_file():
        raise StartFailed(f"Node is missing: {environment.node()}. Start over: make clean && make up")
    with log.open("ab") as output:
        status = subprocess.run(
            command, cwd=folder, env=variables, stdout=output, stderr=subprocess.STDOUT, check=False
        ).returncode
    if status:
        raise StartFailed(f"`cdk {arguments[0]}` failed: {_cause(log.read_text(errors='replace'))}", log)


def _cause(text: str) -> str:
    """The one line of the CDK's log that says why: a resource that failed, else the last error."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    failed = [line for line in lines if "_FAILED" in line and "cancelled" not in line]
    if failed:
        return re.sub(r"\s*\|\s*", " | ", failed[0].partition("_FAILED")[2]).strip(" |")[:400]
    telling = [line for line in lines if re.search(r"❌|(Error|Exception)\b", line)]
    return (telling or lines or ["it said nothing."])[-1][:400]


@dataclass(frozen=True)
class _Kept:
    """The last deployment as it is remembered."""

    fingerprint: str
    stacks: list[str]
    outputs: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> "_Kept | None":
        """None if there is none, or none that can be understood."""
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            return None


def _fingerprint(addresses: str) -> str:
    digest = hashlib.sha256(f"{addresses} {environment.node()}".encode())
    for path in sorted(_files()):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for name in SOURCES:
        source = ROOT / name
        if source.is_file():
            yield source
        for folder, folders, files in os.walk(source):
            folders[:] = [name for name in folders if name not in UNREAD and not name.endswith(".egg-info")]
            yield from (Path(folder) / name for name in files)


def _deployed_stacks(aws_url: str) -> list[str]:
    """Ids of the stacks that stand. An id changes when a stack is made anew."""
    pages = Clients(aws_url).cloudformation.get_paginator("describe_stacks").paginate()
    return sorted(stack["StackId"] for page in pages for stack in page["Stacks"])
