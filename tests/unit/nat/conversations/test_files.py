"""Files of a conversation: kept in S3 under the nation, fetched by their person for a day."""

import json
import urllib.request
import uuid
from typing import Any

import pytest

from nat.agent.ports import ExportFile
from nat.aws import clients
from nat.aws.store import Store
from nat.conversations.files import GONE, Files, TurnFiles
from nat.conversations.turns import Turn
from nat.errors import NotFound, TurnLost
from nat.handlers.api import Api
from nat.handlers.services import Services
from nat.ids import ConversationId, NationSlug, UserId
from nat.names import Variable
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.api_event import api_event
from tests.unit.nat.turns.stage import APP_URL, Stage
from tests.unit.nat.world import PLANS, store_members

FILE = ExportFile("donations-2026-11-22.csv", "id,name\r\n1,Zoë\r\n", 1, 1, True, "donations")


class World:
    """A running turn, and a bucket."""

    def __init__(self, tables: TableNames, **turn: Any) -> None:
        self.stage = Stage(tables)
        self.bucket = f"files-{uuid.uuid4().hex[:12]}"
        clients.s3().create_bucket(Bucket=self.bucket)
        admitted = self.stage.admitted(conversation_id="TALK1", user_id="ann", **turn)
        self.turn = self.stage.turns.begin(admitted)
        self.files = Files(Store(clients.dynamodb(), tables, self.stage.clock), clients.s3(), self.bucket)

    def exports(self, turn: Turn | None = None) -> TurnFiles:
        return TurnFiles(
            Store(clients.dynamodb(), self.stage.tables, self.stage.clock),
            clients.s3(),
            self.bucket,
            turn or self.turn,
            app_url=APP_URL,
        )

    def kept(self, file: ExportFile = FILE) -> str:
        """The id of a file that was kept."""
        return self.exports().keep(file).url.rpartition("/")[2]


@pytest.fixture
def world(tables: TableNames) -> World:
    clients.s3.cache_clear()
    return World(tables)


def test_a_kept_file_is_a_link_into_the_web_app(world: World) -> None:
    link = world.exports().keep(FILE)

    assert link.label == "Download donations-2026-11-22.csv (1 row)"
    assert link.url.startswith(f"{APP_URL}/files/TALK1/")


def test_an_object_lies_under_its_nation_and_conversation(world: World) -> None:
    identifier = world.kept()

    [found] = clients.s3().list_objects_v2(Bucket=world.bucket)["Contents"]
    assert found["Key"] == f"nation/demo/TALK1/{identifier}.csv"


def test_the_address_gives_the_file_as_spreadsheets_read_it(world: World) -> None:
    address = world.files.address(NationSlug("demo"), UserId("ann"), ConversationId("TALK1"), world.kept())

    with urllib.request.urlopen(address.url) as answer:
        assert answer.read().decode("utf-8-sig") == FILE.text
    assert (address.name, address.rows, address.total, address.complete) == (FILE.name, 1, 1, True)
    assert "X-Amz-Expires=900" in address.url
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in address.url


@pytest.mark.parametrize(
    "asked",
    [("demo", "bob", "TALK1"), ("demo", "ann", "TALK2"), ("other", "ann", "TALK1"), ("demo", "ann", "#")],
)
def test_a_file_of_somebody_else_does_not_exist(world: World, asked: tuple[str, str, str]) -> None:
    slug, user, talk = asked

    with pytest.raises(NotFound):
        world.files.address(NationSlug(slug), UserId(user), ConversationId(talk), world.kept())


def test_a_file_is_gone_after_a_day(world: World) -> None:
    identifier = world.kept()
    world.stage.clock.advance(days=1)

    with pytest.raises(NotFound, match=GONE):
        world.files.address(NationSlug("demo"), UserId("ann"), ConversationId("TALK1"), identifier)


def test_a_worker_that_lost_the_turn_keeps_no_file(world: World) -> None:
    world.stage.turns.begin(world.turn)

    with pytest.raises(TurnLost):
        world.exports().keep(FILE)


@pytest.mark.parametrize(("role", "allowed"), [(Role.VIEWER, False), (Role.MEMBER, True), (Role.OWNER, True)])
def test_who_may_change_people_may_take_contact_details_out(
    tables: TableNames, role: Role, allowed: bool
) -> None:
    clients.s3.cache_clear()

    assert World(tables, role=role).exports().contact_details is allowed


def test_the_api_hands_out_the_address(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    identifier = world.kept()
    tables = world.stage.tables
    store_members(tables, "demo", ["ann", "bob"])
    monkeypatch.setenv(Variable.FILES_BUCKET, world.bucket)
    api = Api(Services(clients.dynamodb(), tables, PLANS, clock=world.stage.clock))

    def call(user: str) -> dict[str, Any]:
        path = {"conversation": "TALK1", "file": identifier}
        return api(api_event("GET /v1/conversations/{conversation}/files/{file}", user=user, path=path))

    body = json.loads(call("ann")["body"])
    assert (body["name"], body["rows"], body["complete"], body["expires_in"]) == (FILE.name, 1, True, 900)
    assert call("bob")["statusCode"] == 404
