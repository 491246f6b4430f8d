"""The stand-in as a server on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.loopback.exchange import Request, Response
from local.loopback.server import LoopbackServer, serving
from local.slack.api import SlackApi
from local.slack.pages import Pages
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
def running_slack(
    port: int = 0, host: str = "127.0.0.1", *, target: str | None = None, mails: str | None = None
) -> Iterator[RunningSlack]:
    """Serve one workspace until the block ends; port 0 is any. What people do on its page is sent to
    `target`."""
    workspace = Workspace()
    api = SlackApi(workspace)

    def answer(request: Request) -> Response:
        return pages.answer(request) or api(request)

    with serving(LoopbackServer(host, port, answer), "slack") as server:
        api.url = server.url
        sender = Sender(workspace, server.url)
        pages = Pages(workspace, sender, target=target, mails=mails)
        yield RunningSlack(server.url, workspace, api, sender)
