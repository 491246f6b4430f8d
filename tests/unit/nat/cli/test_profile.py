"""Where the platform is, and who is signed in."""

import base64
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nat.cli.profile import Profile, SessionFile, SignInSession
from nat.cli.terminal import CommandFailed

CONTENT = {
    "api_url": "https://api.example",
    "socket_url": "wss://socket.example",
    "authorize_url": "https://login.example/oauth2/authorize",
    "token_url": "https://login.example/oauth2/token",
    "client_id": "cli",
    "scopes": ["openid", "nat/use"],
    "redirect_uri": "http://localhost:8976/callback",
}
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "profile.json"
    file.write_text(json.dumps(CONTENT))
    return file


def test_a_profile_is_read_whole(path: Path) -> None:
    profile = Profile.load(path)

    assert (profile.client_id, profile.scopes) == ("cli", ("openid", "nat/use"))


def test_the_named_file_goes_before_everything_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAT_PROFILE", "/nowhere/profile.json")

    assert Profile.find(path).path == path


def test_the_local_profile_is_found_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "profile.json").write_text(json.dumps(CONTENT))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NAT_PROFILE", raising=False)

    assert Profile.find().path == Path(".local/profile.json")


def test_no_profile_anywhere_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NAT_PROFILE", raising=False)

    with pytest.raises(CommandFailed, match="make up"):
        Profile.find()


@pytest.mark.parametrize("key", sorted(CONTENT))
def test_a_missing_key_is_named(path: Path, key: str) -> None:
    path.write_text(json.dumps({name: value for name, value in CONTENT.items() if name != key}))

    with pytest.raises(CommandFailed, match=f"has no {key}"):
        Profile.load(path)


@pytest.mark.parametrize(("text", "words"), [("{", "not valid JSON"), ("[]", "not a JSON object")])
def test_a_broken_profile_is_refused_in_words(path: Path, text: str, words: str) -> None:
    path.write_text(text)

    with pytest.raises(CommandFailed, match=words):
        Profile.load(path)


def test_a_session_comes_back_as_it_was_stored(path: Path) -> None:
    file = SessionFile(Profile.load(path))
    session = SignInSession("a", "r", NOW, {"demo": "C1"})

    file.save(session)

    assert file.load() == session


def test_a_session_is_for_its_owners_eyes_only(path: Path) -> None:
    file = SessionFile(Profile.load(path))
    file.path.write_text("{}")
    file.path.chmod(0o644)

    file.save(SignInSession("a", "r", NOW))

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"access_token": 1}'])
def test_a_broken_session_is_no_session(path: Path, text: str) -> None:
    file = SessionFile(Profile.load(path))
    file.path.write_text(text)

    assert file.load() is None


def test_a_session_is_renewed_a_minute_before_it_ends() -> None:
    session = SignInSession("a", "r", NOW + timedelta(seconds=61))

    assert session.is_fresh(NOW)
    assert not session.is_fresh(NOW + timedelta(seconds=2))


def test_a_refresh_without_a_new_refresh_token_keeps_the_old_one() -> None:
    before = SignInSession("a", "r", NOW, {"demo": "C1"})

    after = SignInSession.from_token_answer({"access_token": "b", "expires_in": 60}, NOW, before)

    assert after == SignInSession("b", "r", NOW + timedelta(seconds=60), {"demo": "C1"})


def test_the_persons_id_is_read_from_the_token() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"sub": "u-1"}).encode()).decode().rstrip("=")

    assert SignInSession(f"h.{claims}.s", "r", NOW).user_id == "u-1"


@pytest.mark.parametrize("token", ["", "opaque", "a.b.c"])
def test_a_token_of_another_kind_has_no_id_to_read(token: str) -> None:
    assert SignInSession(token, "r", NOW).user_id == ""
