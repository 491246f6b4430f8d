"""`--log FILE`: one JSON object a line for every request, without secrets."""

import json
from pathlib import Path
from typing import Any

import requests

from local.nationbuilder.oauth import DEFAULT_APP
from local.nationbuilder.server import running_nationbuilder
from tests.unit.local.nationbuilder.caller import Caller

CALLBACK = "http://127.0.0.1:4321/oauth/callback"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_line_tells_request_and_answer(tmp_path: Path) -> None:
    log = tmp_path / "deep" / "requests.jsonl"
    with running_nationbuilder(log=log) as server:
        caller = Caller(server)
        with caller.session:
            answer = caller.get("/signups", {"filter[id]": "2", "page[size]": "1"}).json()
            created = caller.create("signup_tags", {"name": "Fresh"})

    read, written = lines(log)
    assert read == {
        "nation": "demo",
        "method": "GET",
        "path": "/api/v2/signups",
        "query": {"filter[id]": "2", "page[size]": "1"},
        "body": None,
        "status": 200,
        "answer": answer,
    }
    assert (written["method"], written["status"]) == ("POST", 201)
    assert written["body"]["data"]["attributes"] == {"name": "Fresh"}
    assert written["answer"] == created.json()


def test_errors_and_dropped_connections_are_there_too(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    with running_nationbuilder(log=log) as server:
        caller = Caller(server, "harbor")
        with caller.session:
            caller.get("/signups/987654")
            server.fault("drop_after")
            try:
                caller.get("/signups/2")
            except requests.ConnectionError:
                caller.get("/signups/3")

    assert [(each["nation"], each["status"]) for each in lines(log)] == [
        ("harbor", 404),
        ("harbor", 0),
        ("harbor", 200),
    ]


def test_tokens_codes_and_secrets_are_never_written(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    with running_nationbuilder(log=log) as server:
        base = server.url("demo")
        granted = requests.get(
            f"{base}/oauth/authorize",
            params={
                "response_type": "code",
                "client_id": DEFAULT_APP.client_id,
                "redirect_uri": CALLBACK,
                "state": "a-state",
                "decision": "allow",
            },
            allow_redirects=False,
            timeout=10,
        )
        code = granted.headers["Location"].split("code=")[1].split("&")[0]
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": DEFAULT_APP.client_id,
            "client_secret": DEFAULT_APP.client_secret,
        }
        pair = requests.post(f"{base}/oauth/token", json=asked, timeout=60).json()
        form = {**asked, "grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        new = requests.post(f"{base}/oauth/token", data=form, timeout=60).json()
        requests.get(f"{base}/api/v2/signups/me", params={"access_token": new["access_token"]}, timeout=60)

    written = log.read_text("utf-8")
    assert [each["status"] for each in lines(log)] == [302, 200, 200, 200]
    for secret in (code, DEFAULT_APP.client_secret, *_secrets(pair), *_secrets(new), "a-state"):
        assert secret not in written


def _secrets(pair: dict[str, Any]) -> tuple[str, str]:
    return pair["access_token"], pair["refresh_token"]
