"""Where things are on this machine: ports, folders, files. The only table of them."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
"""The repository."""

HOST: Final = "127.0.0.1"
"""Everything listens on loopback only."""

DEFAULT_PORT_BASE: Final = 4566
PORT_BASE_VARIABLE: Final = "NAT_PORT_BASE"
OFFSETS: Final = {
    "aws": 0,
    "sse": 1,
    "nationbuilder": 2,
    "claude": 3,
    "roles": 4,
    "stripe": 5,
    "app": 6,
    "slack": 7,
}
"""Each service's port, counted from the base: `--port-base` or `NAT_PORT_BASE` moves them together."""

REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"
"""The embedded AWS's account. Both stand in `config/environments/local.toml` too; a test compares them."""


@dataclass(frozen=True)
class Ports:
    """One port for each service."""

    aws: int
    sse: int
    nationbuilder: int
    claude: int
    roles: int
    stripe: int
    app: int
    slack: int

    @classmethod
    def from_base(cls, base: int) -> "Ports":
        """The table counted from `base`."""
        return cls(**{name: base + offset for name, offset in OFFSETS.items()})

    @classmethod
    def free(cls) -> "Ports":
        """Ports that nothing listens on now, chosen by the operating system."""
        probes = [socket.socket() for _ in OFFSETS]
        try:
            for probe in probes:
                probe.bind((HOST, 0))
            numbers = [int(probe.getsockname()[1]) for probe in probes]
        finally:
            for probe in probes:
                probe.close()
        return cls(**dict(zip(OFFSETS, numbers, strict=True)))

    def url(self, service: str) -> str:
        """Base URL of a service."""
        return f"http://{HOST}:{getattr(self, service)}"

    def taken(self) -> list[tuple[str, int]]:
        """Services whose port somebody else already listens on."""
        return [(name, getattr(self, name)) for name in OFFSETS if _listens(getattr(self, name))]


def port_base(given: int | None) -> int:
    """The base from the command line, else from `NAT_PORT_BASE`, else the default."""
    return given if given is not None else int(os.environ.get(PORT_BASE_VARIABLE) or DEFAULT_PORT_BASE)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


@dataclass(frozen=True)
class Places:
    """Folders and files of one machine's Nat, all below `home`."""

    home: Path

    @property
    def logs(self) -> Path:
        """One log for each process, and those of set-up and deployment."""
        return self.home / "logs"

    @property
    def aws_state(self) -> Path:
        """What the embedded AWS keeps between starts."""
        return self.home / "state"

    @property
    def aws_objects(self) -> Path:
        """Its S3 objects."""
        return self.home / "s3"

    @property
    def nationbuilder_state(self) -> Path:
        """What the NationBuilder stand-in keeps: records that were changed, tokens."""
        return self.home / "nationbuilder.json"

    @property
    def assembly(self) -> Path:
        """The synthesised cloud assembly."""
        return self.home / "cdk.out"

    @property
    def deployed(self) -> Path:
        """Outputs and fingerprint of the last deployment."""
        return self.home / "deployed.json"

    @property
    def profile(self) -> Path:
        """Where `nat chat` finds the platform."""
        return self.home / "profile.json"

    @property
    def session(self) -> Path:
        """The signed-in person of `nat chat`."""
        return self.home / "session.json"

    @property
    def site(self) -> Path:
        """The built web app, as the brand's bucket holds it in the cloud."""
        return self.home / "site"

    @property
    def running(self) -> Path:
        """Processes that were started and not yet stopped."""
        return self.home / "running.json"

    def log(self, name: str) -> Path:
        """Log of one process."""
        return self.logs / f"{name}.log"

    def make(self) -> None:
        """Create the folders."""
        for folder in (self.home, self.logs, self.aws_state, self.aws_objects):
            folder.mkdir(parents=True, exist_ok=True)

    def shown(self, path: Path) -> str:
        """A path as people read it: relative to where they are, if it is below."""
        try:
            return str(path.relative_to(Path.cwd()))
        except ValueError:
            return str(path)


DEFAULT_PLACES: Final = Places(ROOT / ".local")
"""Where `make up` keeps its state."""
