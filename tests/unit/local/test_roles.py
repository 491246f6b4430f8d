"""Plain processes get the credentials of a role as a container does."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from botocore.credentials import ContainerProvider

from local.roles import RoleServer


class Sts:
    """Answers `AssumeRole` with sessions of a chosen length and counts them."""

    def __init__(self) -> None:
        self.lifetime = timedelta(hours=1)
        self.roles: list[str] = []

    def assume_role(self, *, RoleArn: str, RoleSessionName: str) -> Mapping[str, Any]:  # noqa: N803
        self.roles.append(RoleArn)
        return {
            "Credentials": {
                "AccessKeyId": f"key-{RoleSessionName}-{len(self.roles)}",
                "SecretAccessKey": "secret",
                "SessionToken": "token",
                "Expiration": datetime.now(UTC) + self.lifetime,
            }
        }


@pytest.fixture
def sts() -> Sts:
    return Sts()


@pytest.fixture
def server(sts: Sts) -> Iterator[RoleServer]:
    with RoleServer(cast(Any, sts), 0) as server:
        yield server


def test_an_sdk_finds_the_credentials_of_the_role(server: RoleServer, sts: Sts) -> None:
    variables = dict(server.variables("worker", "arn:aws:iam::000000000000:role/Worker"))

    found = ContainerProvider(environ=variables).load()

    assert found is not None
    assert found.get_frozen_credentials().access_key == "key-worker-1"
    assert sts.roles == ["arn:aws:iam::000000000000:role/Worker"]


def test_a_session_is_kept_while_it_lasts(server: RoleServer, sts: Sts) -> None:
    server.variables("worker", "role")

    assert server.credentials("/worker") == server.credentials("/worker")
    assert len(sts.roles) == 1


def test_a_session_is_renewed_before_its_end(server: RoleServer, sts: Sts) -> None:
    sts.lifetime = timedelta(minutes=19)
    server.variables("worker", "role")

    assert server.credentials("/worker") != server.credentials("/worker")


@pytest.mark.parametrize(("token", "path", "status"), [("wrong", "/worker", 403), (None, "/nobody", 404)])
def test_strangers_get_nothing(server: RoleServer, token: str | None, path: str, status: int) -> None:
    variables = server.variables("worker", "role")
    address = variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"].removesuffix("/worker") + path
    headers = {"Authorization": token or variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}

    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(urllib.request.Request(address, headers=headers))

    with refusal.value as answer:
        assert answer.code == status
        assert "AccessKeyId" not in json.loads(answer.read())
