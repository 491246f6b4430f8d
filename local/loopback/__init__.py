"""What every stand-in is made of: a server on loopback, a clock that tests move, faults on demand.

A stand-in says what it answers (`Request` to `Response`); how that reaches a client is the same for all. Only
Claude's has a server of its own, because it streams to hundreds of clients at a time (`local.claude.http`).
"""

from local.loopback.clock import Clock
from local.loopback.exchange import (
    HTML,
    JSON,
    JSON_API,
    Request,
    Response,
    html_response,
    json_response,
)
from local.loopback.faults import Fault, FaultQueue
from local.loopback.server import LoopbackServer, answering, serving
from local.loopback.steering import PREFIX, Steering, steers

__all__ = [
    "HTML",
    "JSON",
    "JSON_API",
    "PREFIX",
    "Clock",
    "Fault",
    "FaultQueue",
    "LoopbackServer",
    "Request",
    "Response",
    "Steering",
    "answering",
    "html_response",
    "json_response",
    "serving",
    "steers",
]
