"""The log: one JSON object a line, and nothing secret in it."""

import json
from pathlib import Path

import anthropic
import pytest

from local.claude import running_claude
from local.claude.__main__ import options
from tests.unit.local.claude.asking import MODEL, create, message_body


def test_each_request_is_one_line_with_its_answer(tmp_path: Path) -> None:
    log = tmp_path / "deep" / "claude.jsonl"
    with (
        running_claude(log=log) as claude,
        anthropic.Anthropic(base_url=claude.base_url, api_key="sk-secret-key", max_retries=0) as client,
    ):
        create(client)
        with client.messages.stream(**message_body()) as opened:
            opened.until_done()
        with pytest.raises(anthropic.NotFoundError):
            create(client, model="claude-nothing")
        client.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "hi"}])

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [list(line) for line in lines] == [["method", "path", "query", "body", "status", "answer"]] * 4
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("POST", "/v1/messages", 200),
        ("POST", "/v1/messages", 200),
        ("POST", "/v1/messages", 404),
        ("POST", "/v1/messages/count_tokens", 200),
    ]
    assert lines[0]["answer"]["content"] == lines[1]["answer"]["content"]
    assert lines[0]["body"]["messages"] == [{"role": "user", "content": "hi"}]
    assert lines[2]["answer"]["error"]["type"] == "not_found_error"


def test_keys_are_never_logged(tmp_path: Path) -> None:
    log = tmp_path / "claude.jsonl"
    with running_claude(log=log) as claude:
        for credentials in ({"api_key": "sk-secret-key"}, {"auth_token": "sk-secret-token", "api_key": None}):
            with anthropic.Anthropic(base_url=claude.base_url, max_retries=0, **credentials) as client:
                create(client)
        kept = json.dumps(claude.requests)

    assert "secret" not in log.read_text() + kept


def test_the_log_of_the_command_comes_from_its_option_or_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NAT_CLAUDE_LOG", "from-environment.jsonl")

    assert options(["--port", "0"]).log == Path("from-environment.jsonl")
    assert options(["--port", "0", "--log", "given.jsonl"]).log == Path("given.jsonl")


def test_the_command_takes_every_option() -> None:
    arguments = "--port 8701 --host 127.0.0.2 --obedient --tokens-per-second 80 --first-token-ms 300"

    chosen = options([*arguments.split(), "--min-cache-tokens", f"{MODEL}=100"])

    assert (chosen.port, chosen.host, chosen.obedient) == (8701, "127.0.0.2", True)
    assert (chosen.tokens_per_second, chosen.first_token_ms) == (80, 300)
    assert chosen.min_cache_tokens == {MODEL: 100}


def test_a_taken_port_is_an_error_at_once() -> None:
    with running_claude() as claude, pytest.raises(OSError), running_claude(port=int(claude.base_url[-5:])):
        pass
