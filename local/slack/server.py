"""The stand-in as a server on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.loopback.server import LoopbackServer, serving
from local.slack.api import SlackApi
from local.slack.sender import Sender
from local.slack.state import Workspace


@dataclass(frozen=True)
class RunningSlack:
    """A stand-in that answers."""

    url: str
    workspace: Workspace
    api: SlackApi
    sender: Sender

    @property
    def api_url(self) -> str:
        """Base URL of the Web API, as `slack_sdk` takes it."""
        return f"{self.url}/api/"


@contextmanager
def running_slack(port: int = 0, host: str = "127.0.0.1") -> Iterator[RunningSlack]:
    """Serve one workspace until the block ends; port 0 is any."""
    workspace = Workspace()
    api = SlackApi(workspace)
    with serving(LoopbackServer(host, port, api), "slack") as server:
        yield RunningSlack(server.url, workspace, api, Sender(workspace, server.url))
