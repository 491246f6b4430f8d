"""Roles of the deployed functions and tasks, handed to plain processes the way ECS does.

AWS gives a container a loopback address and a token (`AWS_CONTAINER_CREDENTIALS_FULL_URI` and
`AWS_CONTAINER_AUTHORIZATION_TOKEN`); every SDK asks there and renews before the end. Here a small server
answers with sessions of the role that the process would have in the cloud, so the embedded AWS enforces it.
"""

import json
import secrets
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from local.places import HOST

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

RENEW_BEFORE: Final = timedelta(minutes=20)
"""boto3 renews from 15 minutes before the end; what it then gets must last longer."""


class RoleServer:
    """Serves credentials of roles on loopback. Use as a context manager."""

    def __init__(self, sts: "STSClient", port: int) -> None:
        self._sts = sts
        self._roles: dict[str, tuple[str, str]] = {}
        self._sessions: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._token = secrets.token_urlsafe(32)
        self._server = ThreadingHTTPServer((HOST, port), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="roles", daemon=True)

    def __enter__(self) -> "RoleServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def variables(self, name: str, role_arn: str) -> Mapping[str, str]:
        """Environment that lets a process act in `role_arn`; `name` is its session's name."""
        self._roles[f"/{name}"] = (name, role_arn)
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{HOST}:{self._server.server_port}/{name}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self._token,
        }

    def credentials(self, path: str) -> dict[str, Any]:
        """The session behind a path, in the shape that SDKs expect. Raises `KeyError`."""
        name, role_arn = self._roles[path]
        with self._lock:
            session = self._sessions.get(path)
            if session is None or session["Expiration"] - datetime.now(UTC) < RENEW_BEFORE:
                session = dict(self._sts.assume_role(RoleArn=role_arn, RoleSessionName=name)["Credentials"])
                self._sessions[path] = session
        return {
            "AccessKeyId": session["AccessKeyId"],
            "SecretAccessKey": session["SecretAccessKey"],
            "Token": session["SessionToken"],
            "Expiration": session["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.headers.get("Authorization") != server._token:
                    self._answer(HTTPStatus.FORBIDDEN, {"message": "wrong token"})
                    return
                try:
                    self._answer(HTTPStatus.OK, server.credentials(self.path))
                except KeyError:
                    self._answer(HTTPStatus.NOT_FOUND, {"message": "unknown role"})

            def _answer(self, status: HTTPStatus, body: Mapping[str, Any]) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: answers hold credentials, and paths tell nobody anything."""

        return Handler
