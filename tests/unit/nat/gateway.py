"""The `@connections` side of API Gateway on loopback: takes pushes, keeps them by connection."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from local.loopback import Request, Response, answering


class Gateway:
    """What was pushed. Connections in `gone` answer 410; `failures` statuses are answered first."""

    def __init__(self) -> None:
        self.url = ""
        self.ended: list[str] = []
        self.pushed: dict[str, list[str]] = defaultdict(list)
        self.gone: set[str] = set()
        self.failures: list[int] = []
        self.headers: list[Mapping[str, str]] = []
        self.paths: list[str] = []

    def events(self, connection: str) -> list[dict[str, Any]]:
        """What a client of the connection received."""
        return [json.loads(each) for each in self.pushed[connection]]

    def answer(self, path: str, headers: Mapping[str, str], body: str) -> int:
        self.paths.append(path)
        self.headers.append(headers)
        if self.failures:
            return self.failures.pop(0)
        stage, _, connection = path.partition("/@connections/")
        if stage != "/prod" or not connection:
            return 404
        if unquote(connection) in self.gone:
            return 410
        self.pushed[unquote(connection)].append(body)
        return 200

    def end(self, path: str) -> int:
        """A client's connection is closed from our side."""
        connection = unquote(path.partition("/@connections/")[2])
        if connection in self.gone:
            return 410
        self.ended.append(connection)
        return 204


@contextmanager
def running_gateway() -> Iterator[Gateway]:
    """A gateway on a free port; `url` is what `NAT_SOCKET_ENDPOINT` would say."""
    gateway = Gateway()

    def answer(request: Request) -> Response:
        if request.method == "DELETE":
            return Response(gateway.end(request.target))
        return Response(gateway.answer(request.target, request.headers, request.body.decode()))

    with answering(answer) as url:
        gateway.url = f"{url}/prod"
        yield gateway
