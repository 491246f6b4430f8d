"""Whatever is sent, the answer is one that the API documents."""

import json
import socket
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.loopback import Request
from local.nationbuilder.schema import PREFIX, Kind, Operation, schema
from local.nationbuilder.server import RunningNationBuilder
from local.nationbuilder.settings import Settings
from local.nationbuilder.standin import StandIn
from nat.ids import UserId

STANDIN = StandIn.new(
    seed_date=datetime(2026, 5, 6, tzinfo=UTC), settings=Settings(rate_limit=0, async_delay_seconds=0)
)
TOKEN = STANDIN.tokens.issue("harbor", UserId("2")).access_token
HEADERS = {
    "authorization": f"Bearer {TOKEN}",
    "accept": "application/json",
    "content-type": "application/json",
}
KNOWN = schema()

often = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def ask(operation: Operation, record_id: str, query: str, body: Any) -> int:
    path = operation.path.replace("{id}", record_id)
    content = b"" if body is None else json.dumps(body).encode()
    return STANDIN.handle(Request(operation.method, f"/harbor{path}", query, HEADERS, content)).status


words = st.sampled_from(
    [
        "",
        "1",
        "null",
        "x,y",
        "{{a, b}}",
        "{}",
        '{"a":1}',
        "true",
        "2026-01-01",
        "2026-01-01T00:00:00 04:00",
        "-1",
        "🙂",
    ]
) | st.text(max_size=8)


@st.composite
def queries(draw: st.DrawFn, operation: Operation) -> str:
    resource = KNOWN.resources.get(operation.returns)
    names = ["id", "bogus"] + (list(resource.attributes) if resource else [])
    sideloads = ["bogus"] + (list(resource.sideloads) if resource else [])
    name, sideload = st.sampled_from(names), st.sampled_from(sideloads)
    operator = st.sampled_from(["", "[eq]", "[not_eq]", "[gt]", "[lte]", "[match]", "[eql]", "[bogus]", "[]"])
    keys = st.one_of(
        st.builds("filter[{}]{}".format, name, operator),
        st.builds("filter[{}][{}]".format, st.sampled_from(["signups", "signup_taggings"]), name),
        st.sampled_from(
            ["page[number]", "page[size]", "stats[total]", "fields[signups]", "[", "filter", "page[x][y]"]
        ),
    )
    pairs = draw(st.lists(st.tuples(keys, words), max_size=4))
    pairs += draw(st.lists(st.tuples(st.just("sort"), name | name.map("-{}".format)), max_size=2))
    pairs += draw(st.lists(st.tuples(st.just("include"), sideload), max_size=2))
    return urlencode(pairs)


leaves = st.none() | st.booleans() | st.integers(-5, 10**12) | st.floats(allow_nan=False) | words
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


def fitting(kind: Kind, choices: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """Values that an attribute of the type may take, and null."""
    found: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.BOOLEAN: st.booleans(),
        Kind.INTEGER: st.integers(-2, 20_000),
        Kind.INTEGER_ID: st.integers(1, 12).map(str),
        Kind.DECIMAL: st.sampled_from(["1.5", "2"]),
        Kind.DATE: st.just("2026-05-06"),
        Kind.DATETIME: st.just("2026-05-06T10:00:00Z"),
        Kind.HASH: st.sampled_from([{}, {"city": "Oakland"}, {"delete": True}, {"shirt_size": "M"}]),
    }
    chosen = st.sampled_from(choices) if choices else found.get(kind, words)
    return st.none() | chosen


@st.composite
def bodies(draw: st.DrawFn, operation: Operation, record_id: str) -> Any:
    resource = KNOWN.resources.get(operation.type)
    if resource is None or draw(st.integers(0, 9)) == 0:
        return draw(documents)
    wild = draw(st.integers(0, 9)) == 0
    attributes = {
        name: draw(documents if wild else fitting(each.kind, each.choices))
        for name, each in resource.attributes.items()
        if each.writable and (draw(st.booleans()) or not each.nullable)
    }
    data: dict[str, Any] = {"type": operation.type, "attributes": attributes}
    included = []
    for name, sideload in resource.sideloads.items():
        if draw(st.integers(0, 7)):
            continue
        method = draw(st.sampled_from(["create", "update", "disassociate", "destroy", "bogus"]))
        entry: dict[str, Any] = {"type": sideload.target, "method": method}
        label = "temp-id" if method == "create" else "id"
        entry[label] = draw(st.sampled_from(["1", "7", "999"]))
        data.setdefault("relationships", {})[name] = {"data": [entry] if sideload.many else entry}
        included.append({"type": sideload.target, label: entry[label], "attributes": {"name": draw(words)}})
    if operation.action in ("update", "add_signups", "remove_signups", "tag", "untag"):
        data |= {"id": record_id, "signup_ids": draw(documents), "tag": draw(words)}
    return {"data": data, "included": included}


@often
@given(st.data())
def test_no_query_breaks_a_read(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from([each for each in KNOWN.operations if each.method == "GET"]))
    record_id = data.draw(st.sampled_from(["1", "2", "x", "999"]))

    status = ask(operation, record_id, data.draw(queries(operation)), None)

    assert status in {*operation.statuses, 400, 404}


def test_what_may_only_be_written_is_no_filter() -> None:
    statuses = {
        (operation.path, name, operator): ask(
            operation, "1", urlencode({f"filter[{name}]{operator}": ""}), None
        )
        for operation in KNOWN.operations
        if operation.method == "GET" and operation.action == "index"
        for name, attribute in KNOWN.resources[operation.returns].attributes.items()
        if not attribute.readable
        for operator in ("", "[eq]", "[not_eq]", "[gt]", "[match]")
    }

    assert len(statuses) >= 100
    assert {case for case, status in statuses.items() if status != 400} == set()


@often
@given(st.data())
def test_no_body_breaks_a_write(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from([each for each in KNOWN.operations if each.method != "GET"]))
    record_id = data.draw(st.sampled_from(["1", "2", "3", "25", "999"]))

    status = ask(operation, record_id, "", data.draw(bodies(operation, record_id)))

    assert status in {*operation.statuses, 404}


def exchange(server: RunningNationBuilder, text: bytes) -> bytes:
    address = urlsplit(server.control_url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while part := connection.recv(65_536):
            found += part
        return found


@pytest.mark.parametrize(
    ("header", "status"),
    [(b"Content-Length: many", b"411"), (b"Transfer-Encoding: chunked", b"411"), (b"Accept: */*", b"200")],
)
def test_only_bodies_of_a_known_length_are_read(
    library: RunningNationBuilder, header: bytes, status: bytes
) -> None:
    answer = exchange(library, b"GET / HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 " + status)


def test_an_unknown_route_of_the_api_needs_no_slash_rules(library: RunningNationBuilder) -> None:
    answer = exchange(library, f"GET /demo{PREFIX} HTTP/1.0\r\nAccept: */*\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 401")
