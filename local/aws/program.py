"""How the embedded AWS is started: on loopback, with IAM enforced and its state on disk."""

import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Final

from local import environment
from local.places import ACCOUNT, HOST, REGION, Places, Ports
from local.processes import Program

STOP_SECONDS: Final = 30.0
"""It writes its state when it stops."""


def program(places: Places, ports: Ports, login: Mapping[str, str]) -> Program:
    """MiniStack, which keeps its state below `places.home`. `login` are the variables of `login_pages`."""
    url = ports.url("aws")
    return Program(
        name="aws",
        command=(sys.executable, "-m", "local.aws"),
        environment=environment.base(
            {
                "AUTH": "true",
                "AWS_ACCESS_KEY_ID": environment.ROOT_KEY,
                "AWS_SECRET_ACCESS_KEY": environment.ROOT_KEY,
                "BIND_HOST": HOST,
                "GATEWAY_PORT": str(ports.aws),
                "MINISTACK_HOST": HOST,
                "MINISTACK_ACCOUNT_ID": ACCOUNT,
                "MINISTACK_REGION": REGION,
                # Cognito issues no token when the trigger before it fails; MiniStack would go on without it.
                "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
                "PERSIST_STATE": "1",
                "STATE_DIR": str(places.aws_state),
                "S3_PERSIST": "1",
                "S3_DATA_DIR": str(places.aws_objects),
                **login,
            }
        ),
        ready=lambda: answers(f"{url}/_ministack/health"),
        grace=STOP_SECONDS,
    )


def answers(url: str) -> bool:
    """Whether a GET is answered, with whatever status."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
