"""Scenarios 1 to 5 of the product, each as its people live it: they sign up, pay on Stripe's page, connect on
NationBuilder's, ask over socket and stream, on the deployed functions under their roles.

Scenario 6, access that is revoked in NationBuilder, is
`test_reconnect.test_access_that_was_taken_away_is_told_everywhere_until_the_nation_is_connected_anew`.
"""

import json
import secrets
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from ulid import ULID

from local.machine import Machine
from local.streaming import StreamRefused
from local.vendors import STRIPE_STAND_IN_KEY
from nat.aws.store import Store
from nat.cli.platform import PlatformError
from nat.contract.events import TurnFinished
from nat.ids import NationSlug
from nat.names import Secret, Table
from nat.nations.record import Nation, Nations
from nat.nations.web_pages import BILLING_PAGE
from tests.integration.conftest import OTHER_NATION, PATIENCE
from tests.integration.mailbox import run, subjects, wait_for_mail
from tests.integration.people import ANOTHER, QUESTION, Customer, steer


@pytest.fixture
def slug(machine: Machine) -> str:
    """A nation of NationBuilder that Nat has never heard of, with the records of a seeded one."""
    slug = f"{OTHER_NATION}-{secrets.token_hex(4)}"
    steer(machine, "nationbuilder", "nations", slug=slug, nation=OTHER_NATION)
    return slug


@pytest.fixture
def newcomer(machine: Machine, slug: str) -> Customer:
    """Somebody who signed up and belongs to no nation."""
    return Customer.sign_up(machine, slug)


@pytest.fixture
def owner(newcomer: Customer) -> Customer:
    """The same, once they have subscribed the nation to the plan `nat` and connected NationBuilder."""
    newcomer.subscribe()
    assert newcomer.connect().status_code == 302
    return newcomer


@pytest.fixture
def join(machine: Machine, owner: Customer) -> Callable[[int], list[Customer]]:
    """Makes further people who sign up and accept the owner's invitation."""

    def members(count: int) -> list[Customer]:
        url = owner.invite_by_link(count)
        found = [Customer.sign_up(machine, owner.nation) for _ in range(count)]
        for each in found:
            assert each.accept(url)["role"] == "member"
        return found

    return members


def record(machine: Machine, slug: str) -> Nation:
    """The nation's record."""
    return Nations(Store(machine.deployment.root.dynamodb, machine.deployment.tables)).require(
        NationSlug(slug)
    )


def tokens(machine: Machine, slug: str) -> dict[str, str]:
    """The nation's secret."""
    found = machine.deployment.root.secrets.get_secret_value(SecretId=Secret.nation_tokens(NationSlug(slug)))
    kept: dict[str, str] = json.loads(found["SecretString"])
    return kept


def question() -> dict[str, str]:
    """A question as a client sends it."""
    return {"turn": str(ULID()), "conversation": str(ULID()), "message": QUESTION}


def all_ask(people: Collection[Customer]) -> list[list[dict[str, Any]]]:
    """The events of a question of each, all asked at once."""
    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(Customer.ask, people))


def test_1_a_new_nation_subscribes_connects_nationbuilder_and_gets_its_first_answer(
    machine: Machine, newcomer: Customer
) -> None:
    assert newcomer.get("GET /v1/me")["memberships"] == []
    assert newcomer.get("GET /v1/nation")["status"] == "none"

    page = newcomer.checkout("nat")
    back = urlsplit(newcomer.pay(page))
    state = newcomer.until(active=True)

    assert (back.path, back.query) == ("/setup/billing", f"session={page['session']}")
    assert (state["status"], state["plan"], state["queries_limit"]) == ("trialing", "nat", 500)
    assert (state["role"], state["nb_connected"], state["queries_used"]) == ("owner", False, 0)
    assert record(machine, newcomer.nation).owner_provisional

    success = urlsplit(newcomer.connect().headers["location"])

    assert success.path == "/setup/success"
    kept = tokens(machine, newcomer.nation)
    assert kept.keys() == {"access_token", "refresh_token", "expires_at", "nation_slug", "updated_at"}
    assert kept["nation_slug"] == newcomer.nation
    assert datetime.fromisoformat(kept["expires_at"]) > datetime.now(UTC) + timedelta(hours=23)
    assert newcomer.get("GET /v1/connections")["nationbuilder"]["connected"]
    proven = record(machine, newcomer.nation)
    assert (proven.owner_id, proven.owner_provisional) == (newcomer.user_id, False)

    answer = newcomer.ask()[-1]

    assert answer["type"] == "turn.finished"
    assert machine.vendors.figures(newcomer.nation).tagged_volunteer in answer["text"]
    assert newcomer.get("GET /v1/usage")["used"] == 1


def test_2_several_users_of_a_nation_share_one_query_pool(
    owner: Customer, join: Callable[[int], list[Customer]]
) -> None:
    first, second = join(2)

    asked = all_ask([owner, first, second])
    streamed = first.ask_over_http(question())

    assert [events[-1]["type"] for events in asked] == ["turn.finished"] * 3
    assert isinstance(streamed[-1].event, TurnFinished)
    for each in (owner, first, second):
        usage = each.get("GET /v1/usage")
        assert (usage["used"], usage["remaining"], usage["limit"]) == (4, 496, 500)
    seen = {each["user_id"]: each["queries"] for each in owner.get("GET /v1/usage")["people"]}
    assert seen == {owner.user_id: 1, first.user_id: 2, second.user_id: 1}
    own = {each["user_id"]: each["queries"] for each in first.get("GET /v1/usage")["people"]}
    assert own == {first.user_id: 2}


def spend(machine: Machine, slug: str, queries: int) -> None:
    """So many queries were asked before in this period: five hundred turns would take minutes."""
    machine.deployment.root.dynamodb.update_item(
        TableName=machine.deployment.tables[Table.NATIONS],
        Key={"nation_slug": {"S": slug}},
        UpdateExpression="SET queries_used_this_period = :used",
        ExpressionAttributeValues={":used": {"N": str(queries)}},
    )


def test_3_the_limit_stops_everybody_until_the_nation_upgrades(
    machine: Machine, owner: Customer, join: Callable[[int], list[Customer]]
) -> None:
    everybody = [owner, *join(2)]
    spend(machine, owner.nation, 499)

    asked = all_ask(everybody)

    assert sorted(events[-1]["type"] for events in asked) == ["error", "error", "turn.finished"]
    (told,) = [each for events in asked for each in events if each.get("kind") == "limit_reached"]
    assert urlsplit(told["url"]).path == BILLING_PAGE
    for each in everybody:
        (refused,) = each.ask()
        assert (refused["code"], urlsplit(refused["url"]).path) == ("limit_reached", BILLING_PAGE)
        with pytest.raises(StreamRefused) as stopped:
            each.ask_over_http(question())
        assert (stopped.value.status, stopped.value.code) == (402, "limit_reached")
        state = each.get("GET /v1/nation")
        assert (state["limit_reached"], state["active"], state["queries_used"]) == (True, True, 500)

    run(machine, "RefreshSweepFunctionName")
    welcomed, *news = wait_for_mail(machine, owner, 3)
    assert f"{owner.nation} has used all its queries" in news
    assert [subjects(machine, each) for each in everybody[1:]] == [[welcomed], [welcomed]]

    owner.choose_plan("$79")
    owner.until(plan="nat_pro", limit_reached=False)

    assert [events[-1]["type"] for events in all_ask(everybody)] == ["turn.finished"] * 3
    usage = owner.get("GET /v1/usage")
    assert (usage["used"], usage["limit"], usage["cap"]) == (503, None, "soft")


def end_at_once(machine: Machine, nation: str) -> None:
    """The operator ends a nation's subscription in Stripe's dashboard."""
    subscription = record(machine, nation).stripe_subscription_id
    requests.delete(
        f"{machine.vendors.stripe_url}/v1/subscriptions/{subscription}",
        headers={"Authorization": f"Bearer {STRIPE_STAND_IN_KEY}"},
        timeout=PATIENCE,
    ).raise_for_status()


def test_4_a_cancelled_subscription_shuts_everybody_out_at_the_next_call(
    machine: Machine, owner: Customer, join: Callable[[int], list[Customer]]
) -> None:
    (member,) = join(1)
    asked = member.ask()
    ended = asked[-1]
    assert ended["type"] == "turn.finished"

    with member.socket(member.nation) as open_before:
        end_at_once(machine, owner.nation)
        owner.until(status="cancelled", active=False)

        open_before.ask(QUESTION)
        assert open_before.refusal()["code"] == "subscription_inactive"
        open_before.send({"action": "ping", "turn": ended["turn"]})
        assert open_before.refusal()["code"] == "subscription_inactive"
    for each in (owner, member):
        with pytest.raises(StreamRefused) as stopped:
            each.ask_over_http(question())
        assert (stopped.value.status, stopped.value.code) == (402, "subscription_inactive")
        for route in ("POST /v1/ws-ticket", "GET /v1/conversations", "GET /v1/usage", "GET /v1/approvals"):
            assert each.refusal(route) == (402, "subscription_inactive")

    conversation = str(asked[0]["conversation"])
    assert member.get("GET /v1/me")["memberships"][0]["subscription"]["status"] == "cancelled"
    status, export = member.call("GET /v1/conversations/{conversation}/export", conversation=conversation)
    assert (status, QUESTION in export) == (200, True)
    assert owner.call("GET /v1/usage/export")[0] == 200
    assert owner.call("GET /v1/audit/export")[0] == 200
    assert owner.call("POST /v1/billing/portal")[0] == 200
    assert owner.get("GET /v1/connections")["nationbuilder"]["connected"]

    page = owner.checkout("nat")
    assert page["trial_days"] == 0
    owner.pay(page)
    owner.until(status="active")

    assert [events[-1]["type"] for events in all_ask([owner, member])] == ["turn.finished"] * 2


def test_5_whoever_joins_after_one_admin_has_connected_asks_at_once(
    machine: Machine, newcomer: Customer
) -> None:
    admin = newcomer
    admin.subscribe()
    with pytest.raises(PlatformError, match="prove that you use its control panel"):
        admin.ask()
    assert admin.connect().status_code == 302
    before = tokens(machine, admin.nation)

    invited = Customer.sign_up(machine, admin.nation)
    invited.accept(admin.invite_by_link(1))
    joined = Customer.sign_up(machine, admin.nation)
    assert joined.browser().go("POST /v1/nationbuilder/join", user=ANOTHER).status_code == 302

    figure = machine.vendors.figures(admin.nation).tagged_volunteer
    for each, role in ((invited, "member"), (joined, "viewer")):
        answer = each.ask()[-1]
        assert answer["type"] == "turn.finished"
        assert figure in answer["text"]
        assert each.get("GET /v1/nation")["role"] == role
    assert tokens(machine, admin.nation) == before
