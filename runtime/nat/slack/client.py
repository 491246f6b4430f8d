"""The client of Slack's Web API."""

from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.web import WebClient


def client(token: str, url: str) -> WebClient:
    """A client that waits where Slack says so, twice. Thread-safe."""
    made = WebClient(token=token, base_url=url, timeout=10)
    made.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
    return made
