"""Signed pushes to WebSocket connections, over one pool of kept connections per process.

This is `PostToConnection` of the API Gateway Management API, signed by botocore and sent by urllib3 without
the client around it: 0.3 ms of CPU for a push where the client takes 0.75 ms, measured with
`benchmarks/push.py`; a turn pushes some 60 times.
"""

import time
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote, urlsplit

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import get_cert_path
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from nat.aws.clients import POOL_CONNECTIONS
from nat.waiting import Backoff

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials


SERVICE: Final = "execute-api"
"""Signing name of the API Gateway Management API (botocore, apigatewaymanagementapi service model)."""
LARGEST_PAYLOAD: Final = 131_072
"""Bytes that PostToConnection takes (botocore, apigatewaymanagementapi service model)."""
PATIENCE: Final = Backoff(tries=3, first=0.05, least=0.5)
"""A push is repeated freely: clients drop what they have seen."""
_OK: Final = frozenset({200, 204})
"""Of a push and of ending a connection (botocore, apigatewaymanagementapi service model)."""
_GONE: Final = 410
_PASSING: Final = frozenset({429, 500, 502, 503, 504})


class Credentials(Protocol):
    """Where the keys come from; botocore renews those of a role behind this."""

    def get_frozen_credentials(self) -> "ReadOnlyCredentials": ...


class PushFailed(Exception):
    """A push was not taken, though the connection may well be there. The event is in the log."""


class Push:
    """Pushes to the connections of one WebSocket API. Thread-safe."""

    def __init__(self, endpoint: str, credentials: Credentials, region: str) -> None:
        """`endpoint` is the API's `@connections` URL: `https://{api}.execute-api.{region}…/{stage}`."""
        parts = urlsplit(endpoint)
        if not parts.hostname:
            raise ValueError("The endpoint of the WebSocket API is not a URL.")
        self._base = endpoint.rstrip("/")
        self._path = parts.path.rstrip("/")
        self._credentials = credentials
        self._region = region
        timeout = Timeout(connect=2, read=5)
        self._pool: urllib3.HTTPConnectionPool
        if parts.scheme == "https":
            self._pool = urllib3.HTTPSConnectionPool(
                parts.hostname,
                parts.port,
                maxsize=POOL_CONNECTIONS,
                timeout=timeout,
                ca_certs=get_cert_path(True),
            )
        else:
            self._pool = urllib3.HTTPConnectionPool(
                parts.hostname, parts.port, maxsize=POOL_CONNECTIONS, timeout=timeout
            )

    @classmethod
    def of_process(cls, endpoint: str) -> "Push":
        """Pushes with the process's own role. Raises `RuntimeError` without credentials or region."""
        session = boto3.DEFAULT_SESSION or boto3.Session()
        credentials = session.get_credentials()
        if credentials is None or not session.region_name:
            raise RuntimeError("The process has no AWS credentials or no region.")
        return cls(endpoint, credentials, session.region_name)

    def __call__(self, connection: str, payload: str) -> bool:
        """Push one message of at most 128 KB. False if the connection is gone. Raises `PushFailed`."""
        body = payload.encode()
        if len(body) > LARGEST_PAYLOAD:
            raise PushFailed(f"{len(body)} bytes are more than a push may carry.")
        return self._send("POST", connection, body)

    def hang_up(self, connection: str) -> None:
        """End a connection (`DeleteConnection`); nothing happens if it is gone. Raises `PushFailed`."""
        self._send("DELETE", connection, b"")

    def _send(self, method: str, connection: str, body: bytes) -> bool:
        place = f"/@connections/{quote(connection, safe='')}"
        status = 0
        for pause in PATIENCE.pauses():
            request = AWSRequest(method, self._base + place, data=body)
            signer = SigV4Auth(self._credentials.get_frozen_credentials(), SERVICE, self._region)
            signer.add_auth(request)
            try:
                status = self._pool.urlopen(
                    method, self._path + place, body=body, headers=dict(request.headers), retries=False
                ).status
            except HTTPError:
                status = 0
            if status in _OK:
                return True
            if status == _GONE:
                return False
            if status and status not in _PASSING:
                break
            if pause is not None:
                time.sleep(pause)
        raise PushFailed(f"The WebSocket API answered {status}." if status else "No answer.")
