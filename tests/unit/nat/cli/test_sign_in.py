"""Signing in: code and PKCE against a login on loopback."""

import base64
import hashlib
import socket
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from nat.cli import sign_in
from nat.cli.profile import Profile
from nat.cli.terminal import CommandFailed
from tests.unit.nat.cli.platform_server import Platform, running_platform, session


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def profile(platform: Platform, folder: Path, redirect_uri: str) -> Profile:
    return Profile.from_json(platform.profile_json(redirect_uri), folder / "profile.json")


def browse(url: str) -> bool:
    """A browser: follows the login's redirect to this machine, in its own time."""
    threading.Thread(target=lambda: requests.get(url, timeout=60)).start()
    return True


def forbidden() -> str:
    raise AssertionError("nothing is to be pasted")


def test_the_browser_brings_the_code_back_to_this_machine(tmp_path: Path) -> None:
    with running_platform() as platform:
        found = profile(platform, tmp_path, f"http://localhost:{free_port()}/callback")

        signed_in = sign_in.sign_in(found, show=lambda _: None, paste=forbidden, open_browser=browse)

    assert (signed_in.access_token, signed_in.refresh_token) == ("access-2", "refresh-1")


def test_the_verifier_proves_who_asked(tmp_path: Path) -> None:
    with running_platform() as platform:
        found = profile(platform, tmp_path, f"http://localhost:{free_port()}/callback")
        sign_in.sign_in(found, show=lambda _: None, paste=forbidden, open_browser=browse)

    asked, exchanged = platform.forms
    digest = hashlib.sha256(exchanged["code_verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid nat/use"


def test_without_a_browser_the_address_is_pasted(tmp_path: Path) -> None:
    shown: list[str] = []

    def paste() -> str:
        state = parse_qs(urlsplit(shown[0]).query)["state"][0]
        return f" http://localhost:1/callback?code=code-1&state={state}\n"

    with running_platform() as platform:
        found = profile(platform, tmp_path, "http://localhost:1/callback")
        signed_in = sign_in.sign_in(found, browser=False, show=shown.append, paste=paste)

    assert signed_in.access_token == "access-2"


def test_a_port_that_is_taken_falls_back_to_pasting(tmp_path: Path) -> None:
    with running_platform() as platform, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = profile(platform, tmp_path, f"http://localhost:{taken.getsockname()[1]}/callback")

        with pytest.raises(CommandFailed, match="not the address"):
            sign_in.sign_in(found, show=lambda _: None, paste=lambda: "nonsense")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://localhost/callback?code=code-1&state=forged", "not the address"),
        ("http://localhost/callback?error=access_denied", "cancelled or refused"),
        ("", "not the address"),
    ],
)
def test_an_answer_to_another_sign_in_is_refused(tmp_path: Path, address: str, words: str) -> None:
    with running_platform() as platform:
        found = profile(platform, tmp_path, "http://localhost:1/callback")

        with pytest.raises(CommandFailed, match=words):
            sign_in.sign_in(found, browser=False, show=lambda _: None, paste=lambda: address)

    assert platform.forms == []


def test_a_refresh_gives_a_new_access_token(tmp_path: Path) -> None:
    with running_platform() as platform:
        renewed = sign_in.refresh(platform.profile(tmp_path), session())

    assert (renewed.access_token, renewed.refresh_token) == ("access-2", "refresh-1")


def test_a_refused_refresh_ends_the_session(tmp_path: Path) -> None:
    with running_platform() as platform:
        platform.refresh_refused = True

        with pytest.raises(sign_in.SessionEnded):
            sign_in.refresh(platform.profile(tmp_path), session())


def test_a_login_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    nowhere = Platform(url="http://127.0.0.1:9")

    with pytest.raises(CommandFailed, match="cannot be reached"):
        sign_in.refresh(nowhere.profile(tmp_path), session())
