"""ASGI applications and a key server on loopback."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.types import ASGIApp

from local.loopback import Request, Response, answering, json_response

CLIENT = "app-client"


@contextmanager
def serving(app: ASGIApp) -> Iterator[int]:
    """Serve an application in a thread; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@dataclass
class UserPool:
    """A user pool as far as tokens go: signs them, and serves its public key."""

    issuer: str = ""
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    reads: int = 0

    def token(self, user: str = "ann", *, key: rsa.RSAPrivateKey | None = None, **changes: Any) -> str:
        """An access token as Cognito makes them; `None` leaves a claim out."""
        claims = {
            "sub": user,
            "iss": self.issuer,
            "client_id": CLIENT,
            "token_use": "access",
            "scope": "openid nat/use",
            "exp": int(time.time()) + 3600,
            **changes,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(present, key or self.key, "RS256", {"kid": "one"})


@contextmanager
def running_pool() -> Iterator[UserPool]:
    """A user pool on a free port."""
    pool = UserPool()
    public = {**RSAAlgorithm.to_jwk(pool.key.public_key(), as_dict=True), "kid": "one", "use": "sig"}

    def answer(request: Request) -> Response:
        pool.reads += 1
        found = request.path == "/pool/.well-known/jwks.json"
        return json_response(200, {"keys": [public]}) if found else Response(404)

    with answering(answer) as url:
        pool.issuer = f"{url}/pool"
        yield pool
