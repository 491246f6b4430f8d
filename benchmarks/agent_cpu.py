"""CPU time of one query in the agent, beside a bare loop over the SDK's raw stream events.

    .venv/bin/python -m benchmarks.agent_cpu

One query is three model messages that call a tool each and a fourth that answers in 60 deltas, over 66
tools. The model's server runs in a process of its own, so that only our side is counted
(`time.process_time`, all threads). The bare loop is the least that a client of the SDK can do: it sends the
same tools and messages with `messages.create(stream=True)`, iterates the events, collects text and tool
arguments, and calls no tool.
"""

import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any, Final

import anthropic

from nat.agent.loop import Agent
from nat.agent.models.claude import AnthropicModel, Clients
from nat.agent.ports import Asked, Block, Step
from nat.agent.prompt import SYSTEM, question_message
from nat.agent.tool import Effect, Tool, ToolOutcome
from nat.contract.events import Event
from nat.ids import NationSlug
from nat.roles import Role

MODEL: Final = "claude-haiku-4-5"
TOOL_TURNS: Final = 3
DELTAS: Final = 60
ROUNDS: Final = 5
QUERIES: Final = 40
BUDGET: Final = 1.3
NOW: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ASKED: Final = Asked("Who donated this week?", NationSlug("demo"), Role.MEMBER, "Europe/Berlin", NOW)


def search_people(
    nation: object,
    *,
    name: str | None = None,
    city: str | None = None,
    tag_id: str | None = None,
    limit: int = 20,
) -> ToolOutcome:
    """Find people by any mix of criteria, or just count them. Ids are strings; counts are exact."""
    people = [{"id": "1", "name": name, "city": city, "tag_id": tag_id}] * min(5, limit)
    return ToolOutcome({"nation": str(nation), "people": people}, returned=5, total=5, complete=True)


def make_tools() -> dict[str, Tool]:
    """66 tools of the size that real ones have."""
    return {
        name: Tool(name, "people", Effect.READ, "Looking for people", (), False, None, search_people)
        for name in (f"search_people_{number:02d}" for number in range(66))
    }


class NoSteps:
    """Steps are somebody else's cost."""

    def load(self) -> Sequence[Step]:
        return ()

    def save_message(self, step: Step) -> None:
        pass

    def save_results(self, index: int, results: Sequence[Block]) -> None:
        pass


def sse(events: Sequence[dict[str, Any]]) -> bytes:
    """Events as they come over the wire."""
    return "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events).encode()


def replies() -> list[bytes]:
    """Three tool calls and an answer."""
    usage = {"input_tokens": 100, "cache_read_input_tokens": 15_000, "output_tokens": 1}
    start = {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": MODEL,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        },
    }

    def ending(reason: str) -> list[dict[str, Any]]:
        delta = {"stop_reason": reason, "stop_sequence": None}
        return [
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 50}},
            {"type": "message_stop"},
        ]

    def call(number: int) -> bytes:
        block = {"type": "tool_use", "id": f"toolu_{number}", "name": "search_people_07", "input": {}}
        parts = ['{"na', 'me": ', '"Ana"', ', "limit"', ": 5}"]
        deltas = [
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "input_json_delta", "partial_json": part},
            }
            for part in parts
        ]
        return sse(
            [
                start,
                {"type": "content_block_start", "index": 0, "content_block": block},
                *deltas,
                *ending("tool_use"),
            ]
        )

    text = [
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": f"word {number} "},
        }
        for number in range(DELTAS)
    ]
    block = {"type": "text", "text": ""}
    answer: list[dict[str, Any]] = [
        start,
        {"type": "content_block_start", "index": 0, "content_block": block},
        *text,
        *ending("end_turn"),
    ]
    return [*(call(number) for number in range(TOOL_TURNS)), sse(answer)]


def serve(pipe: Connection) -> None:
    """The model: one event to a chunk, no delay. Which reply is due, the number of messages says."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    scripted = [each.split(b"\n\n")[:-1] for each in replies()]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            events = scripted[len(body["messages"]) // 2]
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for event in events:
                data = event + b"\n\n"
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_address[1])
    server.serve_forever()


def bare_loop(client: anthropic.Anthropic, tools: list[Any]) -> None:
    """The least one can do with the SDK."""
    messages: list[Any] = [question_message(ASKED)]
    while True:
        text, arguments, call, stop_reason = "", "", None, None
        stream = client.messages.create(
            model=MODEL, max_tokens=4096, system=SYSTEM, tools=tools, messages=messages, stream=True
        )
        for event in stream:
            if event.type == "content_block_start" and event.content_block.type == "tool_use":
                call = event.content_block
            elif event.type == "content_block_delta":
                if event.delta.type == "text_delta":
                    text += event.delta.text
                elif event.delta.type == "input_json_delta":
                    arguments += event.delta.partial_json
            elif event.type == "message_delta":
                stop_reason = event.delta.stop_reason
        if stop_reason != "tool_use" or call is None:
            return
        use = {"type": "tool_use", "id": call.id, "name": call.name, "input": json.loads(arguments)}
        messages.append({"role": "assistant", "content": [use]})
        result = {"type": "tool_result", "tool_use_id": call.id, "content": '{"people":[]}'}
        messages.append({"role": "user", "content": [result]})


def cpu_ms(run: Callable[[], None]) -> float:
    """CPU milliseconds of one query: the median of several rounds."""
    run()
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(QUERIES):
            run()
        rounds.append((time.process_time() - began) * 1000 / QUERIES)
    return statistics.median(rounds)


def main() -> int:
    """Measure and print; the exit status says whether the budget is kept."""
    ours_end, server_end = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(server_end,), daemon=True)
    process.start()
    url = f"http://127.0.0.1:{ours_end.recv()}"
    tools = make_tools()
    try:
        with anthropic.Anthropic(api_key="key", base_url=url) as client, Clients(url) as clients:
            agent = Agent(AnthropicModel(clients, "key", MODEL), tools)
            definitions = [tool.as_definition() for tool in tools.values()]

            def ours() -> None:
                emitted: list[Event] = []
                nation: Any = object()
                answer = agent.answer(
                    ASKED,
                    history=(),
                    steps=NoSteps(),
                    v2=nation,
                    emit=emitted.append,
                    stopped=lambda: False,
                )
                assert answer.text.endswith(f"word {DELTAS - 1} ")

            bare = cpu_ms(lambda: bare_loop(client, definitions))
            agents = cpu_ms(ours)
    finally:
        process.terminate()
        process.join()
    ratio = agents / bare
    print(f"bare loop over the SDK's raw events: {bare:.1f} ms CPU a query")
    print(f"agent:                               {agents:.1f} ms CPU a query")
    print(f"ratio:                               {ratio:.2f} (budget {BUDGET})")
    return 0 if ratio <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
