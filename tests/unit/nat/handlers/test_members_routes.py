"""Members and invitations over the HTTP API: roles are checked here, and every change is in the audit log."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from nat.audit.entry import AuditKind
from nat.audit.log import Audit, Filter
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.push import Push
from nat.channels.refused_mail import MailRefusal, RefusedMail
from nat.channels.websocket import Sockets
from nat.handlers.api import Api
from nat.handlers.routes import invitations, members
from nat.handlers.services import Services
from nat.ids import NationSlug, UserId
from nat.names import Variable
from nat.nations.record import Nations, SubscriptionStatus
from nat.people.memberships import Memberships
from nat.roles import Role
from nat.settings import TableNames
from tests.embedded import EmbeddedAws
from tests.unit.nat.api_event import api_event
from tests.unit.nat.gateway import Gateway, running_gateway
from tests.unit.nat.world import PLANS, START, Clock, nation, prove_sender, store_members, store_nation

BRANDS = [
    {"name": "Nat", "sender": "nat@mail.example", "apps": ["https://app.example"]},
    {"name": "Desk", "sender": "desk@mail.example", "apps": ["https://desk.example"]},
]
PEOPLE = {"olga": Role.OWNER, "ada": Role.ADMIN, "bob": Role.MEMBER, "vic": Role.VIEWER}


class World:
    """The API over a nation with one person of every role."""

    def __init__(self, tables: TableNames, gateway: Gateway) -> None:
        self.tables = tables
        self.gateway = gateway
        self.clock = Clock()
        store_nation(tables, nation(owner_id="olga"))
        for user, role in PEOPLE.items():
            store_members(tables, "demo", [user], role)
        self.api = Api(Services(clients.dynamodb(), tables, PLANS, clock=self.clock))

    def call(
        self,
        route: str,
        by: str,
        body: Any = None,
        /,
        *,
        email: str | None = None,
        headers: dict[str, str] | None = None,
        **path: str,
    ) -> tuple[int, dict[str, Any]]:
        claims = {"email": email} if email else {}
        answer = self.api(api_event(route, user=by, body=body, path=path, headers=headers, claims=claims))
        return answer["statusCode"], json.loads(answer["body"] or "{}")

    def refused(self, route: str, by: str, body: Any = None, /, **path: Any) -> str:
        status, answer = self.call(route, by, body, **path)
        assert status >= 400
        return str(answer["error"]["code"])

    @property
    def roles(self) -> dict[str, str]:
        everybody = Memberships(Store(clients.dynamodb(), self.tables)).of_nation(NationSlug("demo"))
        return {each.user_id: each.role.value for each in everybody}

    @property
    def audited(self) -> list[tuple[str, str, str]]:
        page = Audit(Store(clients.dynamodb(), self.tables)).page(
            NationSlug("demo"), Filter(kind=AuditKind.ROLE_CHANGED)
        )
        return [(each.by, each.about, each.summary) for each in reversed(page.entries)]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running_gateway() as running:
        yield running


@pytest.fixture
def world(tables: TableNames, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv(Variable.SOCKET_ENDPOINT, gateway.url)
    monkeypatch.setenv(Variable.BRANDS, json.dumps(BRANDS))
    for cached in (members._push, invitations._brands):
        cached.cache_clear()
    prove_sender("mail.example")
    yield World(tables, gateway)
    clients.mail().delete_email_identity(EmailIdentity="mail.example")


def mailed(embedded_aws: EmbeddedAws, to: str) -> dict[str, Any]:
    """The one email to an address."""
    answer = requests.get(f"{embedded_aws.url}/_ministack/ses/messages", timeout=60).json()
    mails = [each for box in answer["messages"].values() for each in box]
    found: dict[str, Any]
    (found,) = [each for each in mails if each["To"] == [to]]
    return found


def token_in(mail: dict[str, Any]) -> str:
    return str(mail["BodyText"]).partition("#invitation=")[2].split()[0]


def test_members_see_who_is_there_and_admins_their_addresses(world: World) -> None:
    for user in PEOPLE:
        world.call("GET /v1/me", user, email=f"{user}@example.org")

    _, seen = world.call("GET /v1/members", "vic")
    _, by_admin = world.call("GET /v1/members", "ada")

    assert [each["user_id"] for each in seen["members"]] == ["olga", "ada", "bob", "vic"]
    assert {each["email"] for each in seen["members"]} == {None, "vic@example.org"}
    assert {each["email"] for each in by_admin["members"]} == {f"{user}@example.org" for user in PEOPLE}
    assert seen["owner_provisional"] is False


def mail_refused(world: World, user: str) -> str | None:
    """What an admin sees of an address."""
    _, body = world.call("GET /v1/members", "ada")
    [found] = [each["mail_refused"] for each in body["members"] if each["user_id"] == user]
    return None if found is None else str(found)


def test_an_admin_lets_emails_go_to_an_address_again_and_the_log_says_so(world: World) -> None:
    world.call("GET /v1/me", "bob", email="bob@example.org")
    RefusedMail(Store(clients.dynamodb(), world.tables)).note("bob@example.org", MailRefusal.BOUNCE)
    route = "DELETE /v1/members/{user}/mail-refusal"
    assert mail_refused(world, "bob") == "bounce"
    assert world.refused(route, "bob", user="bob") == "role_insufficient"
    assert world.refused(route, "ada", user="eve") == "member_unknown"

    assert world.call(route, "ada", user="bob")[0] < 300

    assert mail_refused(world, "bob") is None
    [entry] = Audit(Store(clients.dynamodb(), world.tables)).page(NationSlug("demo")).entries
    assert (entry.by, entry.about) == ("ada", "bob")


def test_strangers_see_nobody(world: World) -> None:
    assert world.refused("GET /v1/members", "eve") == "not_a_member"


def test_an_admin_changes_a_role(world: World) -> None:
    status, answer = world.call("PATCH /v1/members/{user}", "ada", {"role": "admin"}, user="bob")

    assert (status, answer) == (200, {"user_id": "bob", "role": "admin"})
    assert world.roles["bob"] == "admin"
    assert world.audited == [("ada", "bob", "member → admin")]


def test_the_role_that_somebody_has_already_is_no_change(world: World) -> None:
    status, _ = world.call("PATCH /v1/members/{user}", "ada", {"role": "member"}, user="bob")

    assert (status, world.audited) == (200, [])


@pytest.mark.parametrize(
    ("by", "user", "role", "code"),
    [
        ("vic", "bob", "viewer", "role_insufficient"),
        ("bob", "bob", "admin", "role_insufficient"),
        ("ada", "olga", "viewer", "owner_stays"),
        ("olga", "olga", "admin", "owner_stays"),
        ("ada", "bob", "owner", "owner_stays"),
        ("ada", "eve", "viewer", "member_unknown"),
        ("ada", "bob", "king", "bad_request"),
        ("ada", "bob", None, "bad_request"),
        ("eve", "bob", "viewer", "not_a_member"),
    ],
)
def test_a_role_that_may_not_be_given_is_refused(
    world: World, by: str, user: str, role: str | None, code: str
) -> None:
    assert world.refused("PATCH /v1/members/{user}", by, {"role": role}, user=user) == code
    assert world.roles == {name: each.value for name, each in PEOPLE.items()}
    assert world.audited == []


def test_who_is_removed_loses_their_sockets_and_is_refused_at_the_next_call(world: World) -> None:
    sockets = Sockets(Store(clients.dynamodb(), world.tables))
    sockets.open("c1", NationSlug("demo"), UserId("bob"), START)
    sockets.open("c2", NationSlug("demo"), UserId("vic"), START)

    status, _ = world.call("DELETE /v1/members/{user}", "ada", user="bob")

    assert status == 200
    assert world.gateway.ended == ["c1"]
    assert world.refused("GET /v1/members", "bob") == "not_a_member"
    assert world.audited == [("ada", "bob", "Removed from the nation")]


def test_anybody_but_the_owner_may_leave(world: World) -> None:
    for user in ("vic", "bob", "ada"):
        assert world.call("POST /v1/members/leave", user)[0] == 200
    assert world.refused("POST /v1/members/leave", "olga") == "owner_stays"

    assert world.roles == {"olga": "owner"}
    assert world.audited[0] == ("vic", "vic", "Left the nation")


def test_removing_oneself_is_leaving(world: World) -> None:
    assert world.call("DELETE /v1/members/{user}", "vic", user="vic")[0] == 200

    assert "vic" not in world.roles


@pytest.mark.parametrize(("by", "user"), [("bob", "vic"), ("vic", "bob"), ("ada", "olga"), ("ada", "eve")])
def test_who_may_not_be_removed_stays(world: World, by: str, user: str) -> None:
    world.refused("DELETE /v1/members/{user}", by, user=user)

    assert world.roles == {name: each.value for name, each in PEOPLE.items()}
    assert world.gateway.ended == []


def test_the_owner_hands_the_ownership_over(world: World) -> None:
    status, answer = world.call("POST /v1/ownership/transfer", "olga", {"user_id": "bob"})

    assert (status, answer) == (200, {"owner_id": "bob", "role": "admin"})
    assert (world.roles["bob"], world.roles["olga"]) == ("owner", "admin")
    assert world.audited == [("olga", "bob", "Transferred the ownership")]


@pytest.mark.parametrize(
    ("by", "to", "code"),
    [
        ("ada", "bob", "role_insufficient"),
        ("olga", "eve", "member_unknown"),
        ("olga", "olga", "owner_stays"),
        ("olga", None, "bad_request"),
    ],
)
def test_an_ownership_that_cannot_be_transferred_stays(
    world: World, by: str, to: str | None, code: str
) -> None:
    assert world.refused("POST /v1/ownership/transfer", by, {"user_id": to}) == code
    assert world.roles["olga"] == "owner"


def test_an_invited_address_gets_a_mail_and_joins_with_what_stands_in_it(
    world: World, embedded_aws: EmbeddedAws
) -> None:
    world.call("GET /v1/me", "ada", email="ada@example.org")
    status, invitation = world.call(
        "POST /v1/invitations", "ada", {"email": "Nina@Example.org", "role": "member"}
    )
    mail = mailed(embedded_aws, "nina@example.org")
    token = token_in(mail)

    joined = world.call("POST /v1/invitations/accept", "nina", {"token": token}, email="nina@example.org")
    again = world.call("POST /v1/invitations/accept", "nina", {"token": token}, email="nina@example.org")

    assert status == 201
    assert "url" not in invitation
    assert "ada@example.org invites you to work in the nation demo with Nat, as a member." in mail["BodyText"]
    assert f"https://app.example/join#invitation={token}" in mail["BodyHtml"]
    assert joined == (200, {"nation_slug": "demo", "role": "member", "joined": True})
    assert again[1]["joined"] is False
    assert world.audited == [
        ("ada", "", "Invited by email as member"),
        ("nina", "nina", "Joined as member by an invitation"),
    ]


def test_an_invitation_from_a_brands_web_app_is_in_the_brands_name(
    world: World, embedded_aws: EmbeddedAws
) -> None:
    origin = {"Origin": "https://desk.example"}
    world.call("POST /v1/invitations", "ada", {"email": "kim@example.org", "role": "admin"}, headers=origin)

    mail = mailed(embedded_aws, "kim@example.org")

    assert mail["Source"] == "Desk <desk@mail.example>"
    assert "https://desk.example/join#invitation=" in mail["BodyText"]
    assert "An admin invites you" in mail["BodyText"]


def test_an_invitation_that_cannot_be_mailed_is_withdrawn(world: World) -> None:
    clients.mail().delete_email_identity(EmailIdentity="mail.example")

    code = world.refused("POST /v1/invitations", "ada", {"email": "pat@example.org", "role": "member"})
    _, listed = world.call("GET /v1/invitations", "ada")

    prove_sender("mail.example")
    assert (code, listed["invitations"], world.audited) == ("mail_not_sent", [], [])


def test_a_link_is_told_once_and_lets_people_in_whatever_their_address(world: World) -> None:
    _, made = world.call("POST /v1/invitations", "ada", {"role": "viewer", "uses": 2})
    token = made["url"].partition("#invitation=")[2]
    _, listed = world.call("GET /v1/invitations", "ada")

    joined = [
        world.call("POST /v1/invitations/accept", user, {"token": token})[0] for user in ("x", "y", "z")
    ]

    assert [("url" in each, each["id"]) for each in listed["invitations"]] == [(False, made["id"])]
    assert joined == [200, 200, 404]


def test_a_withdrawn_invitation_is_not_valid(world: World) -> None:
    _, made = world.call("POST /v1/invitations", "ada", {"role": "viewer"})
    token = made["url"].partition("#invitation=")[2]

    status, _ = world.call("DELETE /v1/invitations/{invitation}", "olga", invitation=made["id"])

    assert status == 200
    assert world.refused("POST /v1/invitations/accept", "x", {"token": token}) == "invitation_invalid"
    assert world.refused("DELETE /v1/invitations/{invitation}", "olga", invitation=made["id"]) == "not_found"
    assert world.audited[1][2] == "Withdrew an invitation"


@pytest.mark.parametrize(
    ("user", "body", "code"),
    [
        ("bob", {"role": "viewer"}, "role_insufficient"),
        ("ada", {"role": "owner"}, "owner_stays"),
        ("ada", {"role": "king"}, "bad_request"),
        ("ada", {"role": "viewer", "uses": True}, "bad_request"),
        ("ada", {"role": "viewer", "uses": 1000}, "bad_request"),
        ("ada", {"role": "viewer", "email": "nobody"}, "bad_request"),
        ("ada", {"role": "viewer", "email": 3}, "bad_request"),
        ("eve", {"role": "viewer"}, "not_a_member"),
    ],
)
def test_an_invitation_that_may_not_be_made_is_refused(
    world: World, user: str, body: dict[str, Any], code: str
) -> None:
    assert world.refused("POST /v1/invitations", user, body) == code
    assert world.audited == []


@pytest.mark.parametrize("user", ["bob", "vic", "eve"])
def test_only_admins_see_and_withdraw_invitations(world: World, user: str) -> None:
    _, made = world.call("POST /v1/invitations", "ada", {"role": "viewer"})

    assert world.call("GET /v1/invitations", user)[0] == 403
    assert world.call("DELETE /v1/invitations/{invitation}", user, invitation=made["id"])[0] == 403


@pytest.mark.parametrize("email", [None, "eve@example.org"])
def test_an_invitation_to_another_address_is_refused_without_naming_it(
    world: World, embedded_aws: EmbeddedAws, email: str | None
) -> None:
    to = f"lou-{email}@example.org".replace("@", "-", 1) if email else "lou@example.org"
    world.call("POST /v1/invitations", "ada", {"email": to, "role": "viewer"})

    status, answer = world.call(
        "POST /v1/invitations/accept", "eve", {"token": token_in(mailed(embedded_aws, to))}, email=email
    )

    assert (status, answer["error"]["code"]) == (403, "invitation_for_other")
    assert to not in json.dumps(answer)


def test_a_nation_without_subscription_settles_its_members_and_invites_nobody(world: World) -> None:
    Nations(Store(clients.dynamodb(), world.tables)).update(
        NationSlug("demo"), {"subscription_status": SubscriptionStatus.CANCELLED.value}
    )

    assert world.call("GET /v1/members", "vic")[0] == 200
    assert world.call("DELETE /v1/members/{user}", "ada", user="vic")[0] == 200
    assert world.refused("POST /v1/invitations", "ada", {"role": "viewer"}) == "subscription_inactive"


def test_people_choose_their_primary_nation_among_their_own(world: World) -> None:
    store_nation(world.tables, nation("other"))
    store_members(world.tables, "other", ["bob"])

    before = world.call("GET /v1/me", "bob")[1]["nation_slug"]
    status, _ = world.call("PUT /v1/me/nation", "bob", {"nation_slug": "other"})
    after = world.call("GET /v1/me", "bob")[1]["nation_slug"]

    assert (before, status, after) == ("demo", 200, "other")
    assert world.refused("PUT /v1/me/nation", "vic", {"nation_slug": "other"}) == "not_a_member"
    assert world.refused("PUT /v1/me/nation", "vic", {"nation_slug": "../x"}) == "bad_request"
    assert world.refused("PUT /v1/me/nation", "vic", {}) == "bad_request"


def test_who_left_their_primary_nation_finds_another_of_their_own(world: World) -> None:
    store_nation(world.tables, nation("other"))
    store_members(world.tables, "other", ["bob"])
    world.call("PUT /v1/me/nation", "bob", {"nation_slug": "demo"})

    world.call("POST /v1/members/leave", "bob")

    assert world.call("GET /v1/me", "bob")[1]["nation_slug"] == "other"


def test_connections_are_ended_by_the_gateway_of_the_environment(gateway: Gateway) -> None:
    Push.of_process(gateway.url).hang_up("c9")

    assert gateway.ended == ["c9"]
