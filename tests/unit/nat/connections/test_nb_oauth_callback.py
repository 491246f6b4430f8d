"""The way through NationBuilder's consent page to a connected nation, and every way it can end before."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.nationbuilder.faults import Fault
from local.nationbuilder.oauth import App
from local.nationbuilder.server import RunningNationBuilder
from nat.aws import clients
from nat.aws.store import Store
from nat.ids import NationSlug, UserId
from nat.names import Bus, Secret, Table
from nat.nations.record import Nations, SubscriptionStatus
from nat.people.memberships import Memberships
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.connections import crossing as crossing_module
from tests.unit.nat.connections.crossing import APP, CIVIC, LOCAL, Crossing, Way
from tests.unit.nat.connections.keeping import STORES

MEMBER_ONLY = "5"
"""Somebody of the stand-in's nation who is not in its control panel."""


def payload_of(state: str) -> dict[str, object]:
    text = state.partition(".")[0]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def nothing_happened(crossing: Crossing) -> bool:
    """No token is kept, none that was given out is left, and the record says nothing new."""
    return (
        crossing.stored() is None
        and crossing.living() == 0
        and Bus.NATION_CONNECTED not in crossing.office.announced()
        and not crossing.connections()["connected_by"]
    )


@pytest.fixture(autouse=True)
def unconnected(crossing: Crossing) -> None:
    """The record as of a nation that has just subscribed."""
    Nations(Store(clients.dynamodb(), crossing.office.tables)).update(
        NationSlug(crossing.slug), {"nb_connected": False}
    )


@pytest.mark.parametrize("store", STORES)
def test_consent_leaves_the_nations_pair_in_the_vault_and_the_record_connected(
    store: str, tables: TableNames, nationbuilder: RunningNationBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with crossing_module.crossing(tables, nationbuilder, store, monkeypatch) as crossing:
        answer = crossing.go(crossing.begin())

        assert answer.status == 302
        stored, record = crossing.office.stored(), crossing.office.record()
        assert crossing.office.lets_in(stored.access_token)
        assert stored.nation_slug == crossing.slug
        assert record.nb_connected
        assert record.nb_token_expires_at is not None
        assert abs((record.nb_token_expires_at - stored.expires_at).total_seconds()) < 1


def test_a_connected_nation_is_announced_once_and_noted_in_the_audit_log(crossing: Crossing) -> None:
    crossing.go(crossing.begin())

    assert crossing.office.announced() == [Bus.NATION_CONNECTED]
    assert "connection.connected" in crossing.audited()


def test_who_succeeded_goes_on_in_the_web_app_where_they_began(crossing: Crossing) -> None:
    at_own, at_brand = (crossing.go(crossing.begin(origin=origin)) for origin in (APP, CIVIC))

    assert at_own.location == f"{APP}/setup/success?nation={crossing.slug}&purpose=connect"
    assert at_brand.location.startswith(f"{CIVIC}/setup/success?")


@pytest.mark.parametrize("origin", [None, "https://evil.example", f"{APP}.evil.example", "null"])
def test_another_origin_is_never_redirected_to(crossing: Crossing, origin: str | None) -> None:
    way = crossing.begin(origin=origin)

    assert way.query["redirect_uri"] == f"{APP}/oauth/callback"
    assert crossing.go(way).location.startswith(f"{APP}/setup/success?")


def test_the_way_begins_at_the_nations_own_host_with_a_challenge_and_without_a_secret(
    crossing: Crossing,
) -> None:
    way = crossing.begin()

    assert way.url.startswith(f"{crossing.office.nationbuilder.url(crossing.slug)}/oauth/authorize?")
    assert way.query["code_challenge_method"] == "S256"
    assert len(way.query["code_challenge"]) == 43
    assert set(payload_of(way.query["state"])) == {"i", "u", "n", "p", "e"}
    assert "nat-local-secret" not in way.url


@pytest.mark.parametrize("slug", ["a.evil.example", "a/b", "A", "a#b", "../demo", "a?b", ""])
def test_no_address_is_built_from_what_is_no_slug(crossing: Crossing, slug: str) -> None:
    answer = crossing.call("POST /v1/nationbuilder/connect", slug=slug)

    assert (answer.status, answer.code) == (400, "bad_request")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER])
def test_only_admins_and_the_owner_may_connect(crossing: Crossing, role: Role) -> None:
    crossing.add(role, "bob")

    assert crossing.call("POST /v1/nationbuilder/connect", user="bob").code == "role_insufficient"
    # A stranger goes, and is refused once NationBuilder has named them.
    assert crossing.go(crossing.begin(user="eve")).status == 403
    assert nothing_happened(crossing)
    assert crossing.go(crossing.begin(user=crossing.add(Role.ADMIN, "cas"))).status == 302


def test_a_nation_that_does_not_pay_can_be_connected(crossing: Crossing) -> None:
    Nations(Store(clients.dynamodb(), crossing.office.tables)).update(
        NationSlug(crossing.slug), {"subscription_status": SubscriptionStatus.NONE.value}
    )

    assert crossing.go(crossing.begin()).status == 302


def test_without_an_app_nobody_is_sent_anywhere(crossing: Crossing) -> None:
    clients.secrets().put_secret_value(SecretId=Secret.NATIONBUILDER_APP, SecretString="unset")

    answer = crossing.call("POST /v1/nationbuilder/connect")

    assert answer.status == 503
    assert "set-cookie" not in answer.headers


def test_a_denied_consent_ends_on_a_page_and_changes_nothing(crossing: Crossing) -> None:
    answer = crossing.go(crossing.begin(), decision="deny")

    assert answer.status == 403
    assert "was not allowed" in answer.body
    assert nothing_happened(crossing)


def test_a_way_can_be_gone_once(crossing: Crossing) -> None:
    way = crossing.begin()
    query = crossing.consent(way)
    crossing.arrive(query, way.cookies)
    first = crossing.stored()

    answer = crossing.arrive(query, way.cookies)

    assert answer.status == 400
    assert "used already" in answer.body
    assert crossing.stored() == first
    assert crossing.issued() == 1


def test_a_state_is_not_good_for_a_second_code(crossing: Crossing) -> None:
    way = crossing.begin()
    crossing.go(way)
    first = crossing.stored()

    answer = crossing.go(way)

    assert answer.status == 400
    assert crossing.stored() == first


def test_of_two_callbacks_at_once_one_wins(crossing: Crossing) -> None:
    way = crossing.begin()
    query = crossing.consent(way)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: crossing.arrive(query, way.cookies).status, range(8)))

    assert sorted(answers) == [302] + [400] * 7
    assert crossing.issued() == 1
    assert crossing.audited().count("connection.connected") == 1


def altered(state: str, **changes: object) -> str:
    payload, _, signature = state.partition(".")
    value = {**payload_of(state), **changes}
    text = base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")
    assert text != payload
    return f"{text}.{signature}"


def test_a_forged_state_is_refused(crossing: Crossing) -> None:
    way = crossing.begin()
    query = crossing.consent(way)
    state = query["state"]
    forged = (
        altered(state, n="demo"),
        altered(state, u="eve"),
        altered(state, p="join"),
        altered(state, e=4_000_000_000),
        state[:-1] + ("A" if state[-1] != "A" else "B"),
        state.partition(".")[0],
        f"{state}.x",
        "é" * 40,
        "x" * 5_000,
        "",
    )

    answers = [crossing.arrive({**query, "state": each}, way.cookies) for each in forged]

    assert {each.status for each in answers} == {400}
    assert all("not valid" in each.body for each in answers)
    assert nothing_happened(crossing)


def test_a_callback_without_a_state_is_refused(crossing: Crossing) -> None:
    assert crossing.arrive({"code": "x"}, {}).status == 400
    assert crossing.arrive({"error": "access_denied"}, {}).status == 400


def test_a_state_of_another_key_is_refused(crossing: Crossing) -> None:
    way = crossing.begin()
    clients.secrets().put_secret_value(SecretId=Secret.OAUTH_STATE, SecretString="o" * 64)
    crossing.office.clock.advance(minutes=6)  # the old key is forgotten by then

    assert crossing.go(way).status == 400
    assert nothing_happened(crossing)


def test_a_way_that_takes_longer_than_ten_minutes_is_over(crossing: Crossing) -> None:
    way = crossing.begin()
    query = crossing.consent(way)
    crossing.office.clock.advance(minutes=10, seconds=1)

    answer = crossing.arrive(query, way.cookies)

    assert answer.status == 400
    assert "ten minutes" in answer.body
    assert nothing_happened(crossing)


def test_an_expired_code_is_refused(crossing: Crossing) -> None:
    way = crossing.begin()
    query = crossing.consent(way)
    crossing.office.nationbuilder.clock.advance(601)

    answer = crossing.arrive(query, way.cookies)

    assert answer.status == 400
    assert "another nation" in answer.body
    assert nothing_happened(crossing)


def test_a_code_of_another_nation_is_refused(crossing: Crossing) -> None:
    way = crossing.begin()
    other = Way(way.url.replace(f"/{crossing.slug}/", "/demo/"), way.cookies, way.set_cookie)

    answer = crossing.go(other)

    assert answer.status == 400
    assert "another nation" in answer.body
    assert nothing_happened(crossing)


def test_a_code_that_was_got_for_another_way_is_refused(crossing: Crossing) -> None:
    way, stolen = crossing.begin(), crossing.begin(user=crossing.add(Role.ADMIN, "cas"))
    code = crossing.consent(stolen)["code"]

    answer = crossing.arrive({"state": way.query["state"], "code": code}, way.cookies)

    assert answer.status == 400
    assert nothing_happened(crossing)


def test_another_browser_cannot_go_the_rest_of_the_way(crossing: Crossing) -> None:
    way, of_another = crossing.begin(), crossing.begin(user=crossing.add(Role.ADMIN, "cas"))
    query = crossing.consent(way)

    without, with_another = crossing.arrive(query, {}), crossing.arrive(query, of_another.cookies)

    assert (without.status, with_another.status) == (403, 403)
    assert "another browser" in without.body
    assert nothing_happened(crossing)


def test_who_got_hold_of_a_link_cannot_spoil_it(crossing: Crossing) -> None:
    way = crossing.begin()
    query = crossing.consent(way)
    crossing.arrive(query, {})

    assert crossing.arrive(query, way.cookies).status == 302


def test_two_ways_in_one_browser_do_not_disturb_each_other(crossing: Crossing) -> None:
    first = crossing.begin()
    second = crossing.begin(cookies=first.cookies)

    assert crossing.go(first).status == 302
    assert crossing.go(second).status == 302
    assert second.cookies == first.cookies


def test_the_cookie_belongs_to_one_host_over_tls_and_no_script_reads_it(crossing: Crossing) -> None:
    cookie = crossing.begin().set_cookie

    assert cookie.startswith("__Host-nat-connecting=")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=600"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_web_app_without_tls_gets_a_cookie_that_browsers_take_there(crossing: Crossing) -> None:
    way = crossing.begin(origin=LOCAL)

    assert way.set_cookie.startswith("nat-connecting=")
    assert crossing.go(way).location.startswith(f"{LOCAL}/setup/success?")


def test_who_is_not_in_the_control_panel_connects_nothing(crossing: Crossing) -> None:
    answer = crossing.go(crossing.begin(), user=MEMBER_ONLY)

    assert answer.status == 403
    assert "control panel" in answer.body
    assert crossing.issued() == 1
    assert nothing_happened(crossing)


def test_who_lost_the_role_on_the_way_connects_nothing(crossing: Crossing) -> None:
    crossing.add(Role.ADMIN, "cas")
    way = crossing.begin()
    query = crossing.consent(way)
    memberships = Memberships(Store(clients.dynamodb(), crossing.office.tables))
    memberships.remove(NationSlug(crossing.slug), UserId("ann"))

    removed = crossing.arrive(query, way.cookies)
    crossing.add(Role.VIEWER)

    assert removed.status == 403
    assert nothing_happened(crossing)


@pytest.mark.parametrize("path", ["/oauth/token", "/api/v2/signups/me"])
@pytest.mark.parametrize("kind", ["cloudflare", "server_error", "drop_after"])
def test_a_nationbuilder_that_does_not_answer_leaves_nothing_behind(
    crossing: Crossing, path: str, kind: str
) -> None:
    way = crossing.begin()
    query = crossing.consent(way)
    crossing.office.nationbuilder.standin.faults.add(Fault(kind, count=3, path=path))

    answer = crossing.arrive(query, way.cookies)

    crossing.office.nationbuilder.standin.faults.clear()
    assert answer.status == 503
    assert crossing.stored() is None
    assert not crossing.office.record().nb_connected


def test_connecting_anew_takes_the_need_for_it_away(crossing: Crossing) -> None:
    crossing.go(crossing.begin())
    crossing.office.worker().status.needs_reauth(NationSlug(crossing.slug), "invalid_grant")
    crossing.office.forget_announcements()

    crossing.go(crossing.begin())

    assert not crossing.office.record().nb_needs_reauth
    assert crossing.office.announced() == [Bus.NATION_CONNECTED]


@pytest.fixture
def civic_app(crossing: Crossing) -> Iterator[None]:
    """An app of one customer's own."""
    name, app = Secret.customer_app("civic-desk"), App("civic", "civic-secret", (f"{CIVIC}/oauth/callback",))
    crossing.office.nationbuilder.register(app)
    value = json.dumps({"client_id": app.client_id, "client_secret": app.client_secret})
    clients.secrets().create_secret(Name=name, SecretString=value)
    yield
    clients.secrets().delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.mark.usefixtures("civic_app")
def test_the_app_of_the_brands_customer_is_used_and_kept_for_the_refresh(crossing: Crossing) -> None:
    way = crossing.begin(origin=CIVIC)
    answer = crossing.go(way)

    assert way.query["client_id"] == "civic"
    assert answer.status == 302
    assert crossing.office.record().nb_app == "customer:civic-desk"


def test_a_nation_hears_from_the_brand_whose_web_app_it_was_connected_in(crossing: Crossing) -> None:
    crossing.go(crossing.begin(origin=CIVIC))

    assert crossing.office.record().web_app == CIVIC


def test_the_record_knows_from_which_web_app_the_nation_was_connected(crossing: Crossing) -> None:
    crossing.go(crossing.begin(origin=CIVIC))

    assert crossing.office.record().web_app == CIVIC


def test_a_provisional_owner_is_proven_by_connecting(crossing: Crossing) -> None:
    Nations(Store(clients.dynamodb(), crossing.office.tables)).update(
        NationSlug(crossing.slug), {"owner_id": "ann", "owner_provisional": True}
    )

    crossing.go(crossing.begin())

    assert not crossing.office.record().owner_provisional


def test_a_page_names_the_brand_runs_nothing_and_tells_no_secret(crossing: Crossing) -> None:
    way = crossing.begin(origin=CIVIC)
    query = crossing.consent(way, decision="deny")

    answer = crossing.arrive(query, way.cookies)

    assert "Civic Desk" in answer.body
    assert "Nat<" not in answer.body
    assert f'href="{CIVIC}/"' in answer.body
    assert query["state"] not in answer.body
    assert "<script" not in answer.body
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("text/html")


def test_what_a_link_says_never_reaches_the_page(crossing: Crossing) -> None:
    words = "<script>alert(1)</script>"
    way = crossing.begin()

    told = crossing.arrive(
        {"state": way.query["state"], "error": words, "error_description": words}, way.cookies
    )

    assert told.status == 400
    assert "alert" not in told.body


def test_a_defect_of_ours_ends_on_a_page_too(crossing: Crossing) -> None:
    way = crossing.begin()
    query = crossing.consent(way)
    clients.dynamodb().delete_table(TableName=crossing.office.tables.names[Table.ONCE])

    answer = crossing.arrive(query, way.cookies)

    assert answer.status == 500
    assert "on our side" in answer.body


@pytest.mark.parametrize("user", ["ann", "bob"])
def test_in_a_paid_nation_that_nobody_connected_who_connects_is_an_admin_and_the_payer_stays(
    crossing: Crossing, user: str
) -> None:
    nations = Nations(Store(clients.dynamodb(), crossing.office.tables))
    nations.update(NationSlug(crossing.slug), {"owner_id": "ann", "owner_provisional": True})
    crossing.paid("ann")

    answer = crossing.go(crossing.begin(user=user))

    record, membership = nations.require(NationSlug(crossing.slug)), crossing.membership(user)
    assert answer.status == 302
    assert membership is not None
    assert membership.role is (Role.OWNER if user == "ann" else Role.ADMIN)
    assert (record.owner_id, record.owner_provisional) == ("ann", user != "ann")
    assert (Bus.OWNERSHIP_CLAIMED in crossing.office.announced()) is (user != "ann")


def test_the_connections_say_what_will_not_work(crossing: Crossing) -> None:
    with crossing.permission_set("2", "no_finances"):
        crossing.go(crossing.begin())

    assert crossing.connections()["connected_by"]["will_not_work"] == ["finances"]
    membership = crossing.membership("ann")
    assert membership is not None
    assert membership.withheld == {"money"}
