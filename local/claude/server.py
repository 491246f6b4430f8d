"""Runs the stand-in in a thread of its own, beside a test or beside the command that waits for Ctrl-C."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from local.claude.api import Api, State
from local.claude.cache import PromptCache
from local.claude.delivery import Pace
from local.claude.faults import Fault
from local.claude.http import Connection
from local.claude.journal import Journal
from local.claude.models import ModelCatalogue
from local.claude.reply import Reply

BACKLOG = 2048


@dataclass(frozen=True)
class Options:
    """How a server behaves. `tokens_per_second` None: answers at once. `min_cache_tokens`: by model id."""

    host: str = "127.0.0.1"
    port: int = 0
    log: Path | None = None
    obedient: bool = False
    tokens_per_second: float | None = None
    first_token_ms: float = 0.0
    tokens_per_delta: int = 4
    min_cache_tokens: Mapping[str, int] = field(default_factory=dict)

    def new_state(self, cache: PromptCache | None = None) -> State:
        """The state of a server that has these options."""
        return State(
            journal=Journal(self.log),
            catalogue=ModelCatalogue(self.min_cache_tokens),
            cache=cache or PromptCache(),
            obedient=self.obedient,
            pace=Pace(self.tokens_per_second, self.first_token_ms),
            tokens_per_delta=self.tokens_per_delta,
        )


@dataclass(frozen=True)
class RunningClaude:
    """A server that answers at `base_url`, and the same steering that `/_standin/*` offers."""

    base_url: str
    state: State

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What was asked and answered: `method, path, query, body, status, answer`."""
        return self.state.journal.entries()

    def fault(self, kind: str, **details: Any) -> None:
        """Queue a fault, as `POST /_standin/faults` does. Raises `ValueError`."""
        self.state.faults.add(Fault.from_json({"kind": kind, **details}))

    def script(self, *replies: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> None:
        """Queue replies: lists of content blocks, or objects with `content` and `stop_reason`."""
        for reply in replies:
            value = dict(reply) if isinstance(reply, Mapping) else {"content": list(reply)}
            with self.state.lock:
                self.state.script.append(Reply.from_json(value))

    def reset(self) -> None:
        """Forget faults, script, cache and requests."""
        self.state.reset()


async def _listen(options: Options, state: State, connections: set[Connection]) -> tuple[asyncio.Server, str]:
    api = Api(state)
    listener = await asyncio.get_running_loop().create_server(
        lambda: Connection(api.handle, connections), options.host, options.port, backlog=BACKLOG
    )
    return listener, f"http://{options.host}:{listener.sockets[0].getsockname()[1]}"


async def _close(listener: asyncio.Server, connections: set[Connection]) -> None:
    listener.close()
    await asyncio.gather(*(connection.closed() for connection in list(connections)))
    await asyncio.sleep(0)  # lets transports that were aborted close their sockets


@contextlib.contextmanager
def _looping() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="claude-stand-in", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextlib.contextmanager
def running_claude(
    options: Options | None = None, *, cache: PromptCache | None = None, **changes: Any
) -> Iterator[RunningClaude]:
    """A server in a thread of its own, on a port that the system chooses unless one is named.

    `changes` are fields of `Options`; `cache` lets a test move the cache's clock. Raises `OSError`.
    """
    chosen = replace(options or Options(), **changes)
    state = chosen.new_state(cache)
    connections: set[Connection] = set()
    with contextlib.closing(state.journal), _looping() as loop:
        listener, url = asyncio.run_coroutine_threadsafe(_listen(chosen, state, connections), loop).result()
        try:
            yield RunningClaude(url, state)
        finally:
            asyncio.run_coroutine_threadsafe(_close(listener, connections), loop).result()
