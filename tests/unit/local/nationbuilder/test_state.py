"""`--state FILE`: what survives a restart."""

import json
from pathlib import Path

import pytest

from local.nationbuilder.oauth import App
from local.nationbuilder.server import running_nationbuilder
from local.nationbuilder.state import StateUnusable
from tests.unit.local.nationbuilder.caller import Caller


def test_everything_is_there_again(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with running_nationbuilder(state=state) as server:
        caller = Caller(server)
        with caller.session:
            person = caller.created("signups", {"first_name": "Ada"})
            caller.created("automation_enrollments", {"automation_id": "1", "signup_id": person})
            caller.delete("signups", "20")
        server.register(App("app", "secret", ("https://nat.example/oauth/callback",)))
        server.clock.advance(3600)
        token = server.issue("demo")
        before = {
            slug: {k: t.rows for k, t in server.nation(slug).tables.items()} for slug in ("demo", "harbor")
        }
        others = [
            (nation.list_members, nation.users, nation.effects) for nation in server.standin.nations.values()
        ]

    with running_nationbuilder(state=state) as again:
        after = {
            slug: {k: t.rows for k, t in again.nation(slug).tables.items()} for slug in ("demo", "harbor")
        }
        caller = Caller(again)
        with caller.session:
            caller.sign_in(token.access_token)
            found = caller.attributes(f"/signups/{person}")
            next_person = caller.created("signups", {"first_name": "Eve"})
        kept = [
            (nation.list_members, nation.users, nation.effects) for nation in again.standin.nations.values()
        ]

        assert "app" in again.standin.oauth.apps
        assert again.clock.shift.total_seconds() == 3600
        assert again.standin.tokens.refresh(token.refresh_token or "", "demo", "nat-local") is not None

    assert found["first_name"] == "Ada"
    assert int(next_person) == int(person) + 1
    del after["demo"]["signups"][next_person]
    assert kept == others
    assert after == before


def test_the_file_is_the_owners_alone_and_whole(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with running_nationbuilder(state=state):
        pass

    assert state.stat().st_mode & 0o777 == 0o600
    assert json.loads(state.read_text("utf-8"))["version"] == 1
    assert list(tmp_path.iterdir()) == [state]


@pytest.mark.parametrize("text", ["", "{}", '{"version": 99}', '{"version": 1}'])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(text, "utf-8")

    with pytest.raises(StateUnusable, match="Delete it"), running_nationbuilder(state=state):
        pass
