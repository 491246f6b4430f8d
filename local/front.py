"""What CloudFront does, on one machine: the web app, APIs, sockets and streams under one host name, with the
headers and by the paths of the deployed distribution.

    python -m local.front settings.json      settings are a `Front` as JSON
"""

import asyncio
import contextlib
import json
import mimetypes
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from local import environment
from local.aws.program import answers
from local.deployment import SOCKET_PATH, Deployment
from local.places import HOST, Places, Ports
from local.processes import Program
from nat.names import SITE_ASSETS, SITE_FOR_EVER, STREAM_PATH
from nat_constructs.web_build import HAS_FILE, INDEX

LONGEST_HEAD: Final = 64 * 1024
CHUNK: Final = 64 * 1024
SETTINGS: Final = "/config.json"
"""The one path that the edge answers by itself."""
NO_TYPE: Final = "application/octet-stream"


@dataclass(frozen=True)
class Front:
    """`files` is the folder of the built app, `headers` go with each of them, `settings` is the text of
    `/config.json`, `origins` are base addresses by path pattern, in the order in which they are tried, and
    `shown` are headers that each of them gets."""

    port: int
    files: str
    headers: Mapping[str, str]
    settings: str
    origins: Mapping[str, str]
    shown: Mapping[str, str] = field(default_factory=dict)

    def origin(self, path: str) -> str | None:
        """Where a path is passed on to."""
        return next((url for pattern, url in self.origins.items() if fnmatchcase(path, pattern)), None)

    def file(self, path: str) -> Path | None:
        """The file behind a path; None where there is none. What has no extension is the app."""
        found = Path(
            self.files, (unquote(path) if re.search(HAS_FILE, path) else INDEX).lstrip("/")
        ).resolve()
        return found if found.is_relative_to(Path(self.files).resolve()) and found.is_file() else None


def front_of(deployment: Deployment, places: Places, ports: Ports, stream_url: str) -> Front:
    """The front of the deployed distribution. The hosted login is the embedded AWS's own."""
    cloudfront = deployment.root.cloudfront
    config = cloudfront.get_distribution_config(Id=deployment["DistributionId"])["DistributionConfig"]
    policy = cloudfront.get_response_headers_policy(
        Id=config["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]
    )["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    behaviours = {each["PathPattern"]: each for each in config["CacheBehaviors"]["Items"]}
    (function,) = behaviours[SETTINGS]["FunctionAssociations"]["Items"]
    code = cloudfront.get_function(Name=function["FunctionARN"].rpartition("/")[2], Stage="LIVE")
    known = {
        STREAM_PATH: stream_url.removesuffix(STREAM_PATH),
        SOCKET_PATH: deployment.origin_socket_url.replace("ws://", "http://").removesuffix(SOCKET_PATH),
    }

    def here(text: str) -> str:
        return text.replace(deployment["LoginUrl"], deployment.aws_url)

    return Front(
        port=ports.app,
        files=str(places.site),
        headers={
            # Transport security is left out: browsers would ask for TLS on this host name from then on.
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": policy["FrameOptions"]["FrameOption"],
            "Referrer-Policy": policy["ReferrerPolicy"]["ReferrerPolicy"],
            "Content-Security-Policy": here(policy["ContentSecurityPolicy"]["ContentSecurityPolicy"]),
        },
        settings=here(_answered(code["FunctionCode"].read().decode())),
        origins={
            pattern: known.get(pattern, deployment.origin_api_url)
            for pattern in behaviours
            if pattern != SETTINGS
        },
        shown={
            header["HeaderName"]: header["HeaderValue"]
            for origin in config["Origins"]["Items"]
            for header in origin.get("CustomHeaders", {}).get("Items", [])
        },
    )


def program(front: Front, places: Places) -> Program:
    """The front as a process."""
    file = places.home / "front.json"
    file.write_text(json.dumps(asdict(front)))
    return Program(
        name="front",
        command=(sys.executable, "-m", "local.front", str(file)),
        environment=environment.base(),
        ready=lambda: answers(f"http://{HOST}:{front.port}{SETTINGS}"),
        restarts=True,
    )


def _answered(code: str) -> str:
    """What the edge's function answers, by running it."""
    script = f"{code}; process.stdout.write(handler({{}}).body.data)"
    command = [str(environment.node()), "-e", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@dataclass(frozen=True)
class Asked:
    """The head of a request, and what came behind it."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    rest: bytes

    @property
    def path(self) -> str:
        """The path, without a query."""
        return urlsplit(self.target).path

    @property
    def upgrades(self) -> bool:
        """Whether it becomes a WebSocket."""
        return any(name.lower() == "upgrade" for name, _ in self.headers)

    def passed_on(self, url: str, shown: Mapping[str, str]) -> bytes:
        """The same for an origin: under its host name and path, on a connection of its own, with headers of
        the front in place of those that came under their names."""
        base = urlsplit(url)
        replaced = {"host", *(name.lower() for name in shown)}
        kept = [each for each in self.headers if each[0].lower() not in replaced]
        kept += shown.items()
        if not self.upgrades:
            kept = [each for each in kept if each[0].lower() not in ("connection", "keep-alive")]
            kept.append(("Connection", "close"))
        lines = [f"{self.method} {base.path}{self.target} HTTP/1.1", f"Host: {base.netloc}"]
        lines += [f"{name}: {value}" for name, value in kept]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.rest


async def serve(front: Front) -> None:
    """Answer until cancelled."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await _answer(front, reader, writer)
        with contextlib.suppress(OSError):
            writer.close()

    server = await asyncio.start_server(connected, HOST, front.port, limit=LONGEST_HEAD)
    async with server:
        await server.serve_forever()


async def _answer(front: Front, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request on a connection: the next one gets its own, so nothing has to be told apart."""
    asked = await _read(reader)
    origin = front.origin(asked.path)
    if origin is not None:
        await _pass_on(asked, origin, front.shown, reader, writer)
    elif asked.path == SETTINGS:
        headers = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
        _write(writer, HTTPStatus.OK, {**headers, "Cache-Control": "no-cache"}, front.settings.encode())
    elif (file := front.file(asked.path)) is None:
        _write(writer, HTTPStatus.FORBIDDEN, {"Content-Type": "application/xml"}, b"<Error/>")
    else:
        kind = mimetypes.guess_type(file.name)[0] or NO_TYPE
        cache = SITE_FOR_EVER if asked.path.startswith(f"/{SITE_ASSETS}") else "no-cache"
        headers = {**front.headers, "Content-Type": kind, "Cache-Control": cache}
        _write(writer, HTTPStatus.OK, headers, b"" if asked.method == "HEAD" else file.read_bytes())
    await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = [line.partition(":")[::2] for line in lines]
    return Asked(method, target, tuple((name.strip(), value.strip()) for name, value in headers), b"")


async def _pass_on(
    asked: Asked,
    origin: str,
    shown: Mapping[str, str],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    base = urlsplit(origin)
    theirs, ours = await asyncio.open_connection(base.hostname, base.port)
    ours.write(asked.passed_on(origin, shown))
    await ours.drain()
    up = asyncio.create_task(_pipe(reader, ours))
    try:
        await _pipe(theirs, writer)
    finally:
        up.cancel()
        ours.close()


async def _pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()


def _write(writer: asyncio.StreamWriter, status: HTTPStatus, headers: Mapping[str, str], body: bytes) -> None:
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


def main(arguments: list[str]) -> int:
    """Serve what the file says, until the process is ended."""
    given: dict[str, Any] = json.loads(Path(arguments[0]).read_text())
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(Front(**given)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
