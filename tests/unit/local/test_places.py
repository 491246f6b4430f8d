"""Ports and folders of one machine's Nat."""

import socket
from pathlib import Path

import pytest

from local.places import DEFAULT_PORT_BASE, HOST, Places, Ports, port_base


def test_a_base_moves_all_ports() -> None:
    assert Ports.from_base(5000) == Ports(
        aws=5000, sse=5001, nationbuilder=5002, claude=5003, roles=5004, stripe=5005, app=5006, slack=5007
    )


def test_free_ports_are_all_different_and_free() -> None:
    ports = Ports.free()

    assert len(set(vars(ports).values())) == 8
    assert ports.taken() == []


def test_a_busy_port_is_found_with_its_service() -> None:
    ports = Ports.free()
    with socket.socket() as busy:
        busy.bind((HOST, ports.claude))
        busy.listen()

        assert ports.taken() == [("claude", ports.claude)]


@pytest.mark.parametrize(
    ("given", "variable", "base"), [(7000, "8000", 7000), (None, "8000", 8000), (None, "", DEFAULT_PORT_BASE)]
)
def test_the_base_comes_from_the_command_line_then_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, given: int | None, variable: str, base: int
) -> None:
    monkeypatch.setenv("NAT_PORT_BASE", variable)

    assert port_base(given) == base


def test_a_path_is_shown_as_it_is_reached_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    places = Places(tmp_path / ".local")

    assert places.shown(places.log("worker")) == ".local/logs/worker.log"
    assert places.shown(Path("/elsewhere/worker.log")) == "/elsewhere/worker.log"
