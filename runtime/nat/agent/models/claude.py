"""Claude through Anthropic's API or Amazon Bedrock: two adapters around one way to stream a message.

The SDK does authentication, pooling, HTTP and event decoding; messages are put together from its raw events
(`nat.agent.models.stream`), because building its response models costs more CPU than all the rest of a turn.

Nothing about thinking is sent: Haiku 4.5 does not think unless told to, Haiku 5.5 thinks adaptively by
default, and its messages are replayed append-only with the thinking blocks that came from the same account.
"""

import hashlib
import json
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from nat.agent.models import body
from nat.agent.models.retries import Patience, stream_message
from nat.agent.ports import ModelReply, ModelRequest

if TYPE_CHECKING:
    import anthropic
    from anthropic import Anthropic, AnthropicBedrock, DefaultHttpxClient, Stream

    from nat.agent.models.stream import RawEvent

T = TypeVar("T")

API_URL: Final = "https://api.anthropic.com"
DEFAULT_MODEL: Final = "claude-haiku-4-5"
_PATH: Final = "/v1/messages"
_JSON: Final = {"content-type": "application/json"}
_CLIENTS: Final = 256
"""How many clients are kept: one per API key, and nations may bring their own."""
_UNUSED_SECONDS: Final = 300.0
"""After so long without a use a client is forgotten, and its key with it."""


class Clients:
    """One SDK client per API key over one connection pool, so that a nation's own key costs no new pool."""

    def __init__(
        self,
        base_url: str = API_URL,
        patience: Patience | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_url = base_url or API_URL
        self.patience = patience or Patience()
        self._clock = clock
        self._lock = threading.Lock()
        self._http: DefaultHttpxClient | None = None
        self._clients: OrderedDict[str, tuple[Anthropic, float]] = OrderedDict()

    def client(self, api_key: str) -> "Anthropic":
        """The client of a key, made when first asked for."""
        import anthropic

        with self._lock:
            if self._http is None:
                self._http = anthropic.DefaultHttpxClient(timeout=_timeout(self.patience))
            now = self._clock()
            known = self._clients.get(api_key)
            if known is not None:
                found = known[0]
            else:
                found = anthropic.Anthropic(
                    api_key=api_key,
                    base_url=self.base_url,
                    http_client=self._http,
                    timeout=_timeout(self.patience),
                    max_retries=0,
                    open_telemetry=False,
                )
            self._clients[api_key] = found, now
            self._clients.move_to_end(api_key)
            self._forget_unused(now)
            return found

    def _forget_unused(self, now: float) -> None:
        while len(self._clients) > _CLIENTS or next(iter(self._clients.values()))[1] < now - _UNUSED_SECONDS:
            self._clients.popitem(last=False)

    def close(self) -> None:
        """Close the pool. Later calls open a new one."""
        with self._lock:
            self._clients.clear()
            if self._http is not None:
                self._http.close()
                self._http = None

    def __enter__(self) -> "Clients":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AnthropicModel:
    """A Claude model behind Anthropic's API, with one key: the platform's or a nation's own."""

    def __init__(self, clients: Clients, api_key: str, model: str = DEFAULT_MODEL) -> None:
        self.model = model
        self._clients = clients
        self._api_key = api_key
        # Made now: importing the SDK takes a second, which no first question should wait for.
        clients.client(api_key)
        self._origin = origin_of(model, api_key)
        self._head = _Remembered(body.head)

    def stream(
        self, request: ModelRequest, *, on_text: Callable[[str], None], stopped: Callable[[], bool]
    ) -> ModelReply:
        """Stream one message. Raises `ModelOverloaded`, `ModelUnavailable`, `ModelError`, `PromptTooLong`."""
        content = body.as_bytes(self._head(request), body.tail(request, self.model, self._origin))
        return stream_message(
            lambda: self._open(content),
            model=self.model,
            origin=self._origin,
            patience=self._clients.patience,
            on_text=on_text,
            stopped=stopped,
        )

    def _open(self, content: bytes) -> "Stream[RawEvent]":
        import anthropic

        return self._clients.client(self._api_key).post(
            _PATH,
            cast_to=object,
            content=content,
            options={"headers": _JSON},
            stream=True,
            stream_cls=anthropic.Stream[Any],
        )


class BedrockModel:
    """A Claude model on Amazon Bedrock, for data residency; credentials are those of the process."""

    def __init__(
        self, region: str, model: str, *, base_url: str | None = None, patience: Patience | None = None
    ) -> None:
        self.model = model
        self._region = region
        self._base_url = base_url or f"https://bedrock-runtime.{region}.amazonaws.com"
        self._patience = patience or Patience()
        self._origin = origin_of(model, f"bedrock {region}")
        self._head = _Remembered(lambda request: json.loads(f"{{{body.head(request)}}}"))
        self._client = self._make_client()

    def stream(
        self, request: ModelRequest, *, on_text: Callable[[str], None], stopped: Callable[[], bool]
    ) -> ModelReply:
        """Stream one message. Raises `ModelOverloaded`, `ModelUnavailable`, `ModelError`, `PromptTooLong`."""
        members = {**self._head(request), **body.tail(request, self.model, self._origin)}
        # Not among the fields of the Bedrock user guide's Messages API, which refuses what it does not know.
        members.pop("metadata", None)
        if (version := bedrock_version(self.model)) is not None:
            members["anthropic_version"] = version
        return stream_message(
            lambda: self._open(members),
            model=self.model,
            origin=self._origin,
            patience=self._patience,
            on_text=on_text,
            stopped=stopped,
        )

    def close(self) -> None:
        """Close the connection pool for good."""
        self._client.close()

    def _make_client(self) -> "AnthropicBedrock":
        import anthropic

        return anthropic.AnthropicBedrock(
            aws_region=self._region,
            base_url=self._base_url,
            timeout=_timeout(self._patience),
            max_retries=0,
            open_telemetry=False,
        )

    def _open(self, members: dict[str, object]) -> "Stream[RawEvent]":
        import anthropic

        # The SDK takes `model` and `stream` out of the body, into the path.
        return self._client.post(
            _PATH, cast_to=object, body=dict(members), stream=True, stream_cls=anthropic.Stream[Any]
        )


def origin_of(model: str, account: str) -> str:
    """A mark that tells thinking blocks of this model and account from others, without naming the account."""
    return hashlib.sha256(f"{model}\n{account}".encode()).hexdigest()[:16]


def bedrock_version(model: str) -> str | None:
    """`anthropic_version` for models that do not know the SDK's; `None` leaves the SDK's.

    On Bedrock the API version of October 2026 exists from Claude 4.7 on; earlier models stay on Bedrock's
    first one (Amazon Bedrock user guide, Anthropic Claude Messages API).
    """
    found = re.search(r"claude-[a-z]+-(\d+)(?:-(\d{1,2}))?(?!\d)", model)
    if found is None:
        return None
    release = (int(found.group(1)), int(found.group(2) or 0))
    return "bedrock-2023-05-31" if release < (4, 7) else None


class _Remembered(Generic[T]):
    """The stable part of the body: made once, since every request of a process brings the same strings."""

    def __init__(self, make: Callable[[ModelRequest], T]) -> None:
        self._make = make
        self._last: tuple[str, str, T] | None = None

    def __call__(self, request: ModelRequest) -> T:
        last = self._last
        if last is None or last[0] != request.system or last[1] != request.tools_json:
            last = (request.system, request.tools_json, self._make(request))
            self._last = last
        return last[2]


def _timeout(patience: Patience) -> "anthropic.Timeout":
    import anthropic

    return anthropic.Timeout(patience.read_timeout, connect=patience.connect_timeout)
