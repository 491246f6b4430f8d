"""Roles of the deployed functions and tasks, handed to plain processes the way ECS does.

AWS gives a container a loopback address and a token (`AWS_CONTAINER_CREDENTIALS_FULL_URI` and
`AWS_CONTAINER_AUTHORIZATION_TOKEN`); every SDK asks there and renews before the end. Here a small server
answers with sessions of the role that the process would have in the cloud, so the embedded AWS enforces it.
"""

import secrets
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from local.loopback import LoopbackServer, Request, Response, json_response, serving
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
        self._server = LoopbackServer(HOST, port, self._answer)
        self._stack = ExitStack()

    def __enter__(self) -> "RoleServer":
        self._stack.enter_context(serving(self._server, "roles"))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def variables(self, name: str, role_arn: str) -> Mapping[str, str]:
        """Environment that lets a process act in `role_arn`; `name` is its session's name."""
        self._roles[f"/{name}"] = (name, role_arn)
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self._server.url}/{name}",
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

    def _answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != self._token:
            return json_response(403, {"message": "wrong token"})
        if request.path not in self._roles:
            return json_response(404, {"message": "unknown role"})
        return json_response(200, self.credentials(request.path))
