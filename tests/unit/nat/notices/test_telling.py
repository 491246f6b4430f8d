"""Who is told what, and how often."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from nat.aws import clients
from nat.aws.items import timestamp
from nat.aws.store import Store
from nat.names import Bus
from nat.nations.record import SubscriptionStatus
from nat.notices.receipts import CLAIM, NotAllTold, NoticeReceipts
from nat.roles import Role
from tests.unit.nat.gateway import Gateway
from tests.unit.nat.notices.bureau import Bureau
from tests.unit.nat.world import prove_sender

LOST = "Nat lost access to demo"
BACK = "Nat has access to demo again"
FAIR_USE: dict[str, Any] = {
    "plan": "nat_pro",
    "used": 10_001,
    "period_start": "2026-11-20T00:00:00.000Z",
}


@pytest.fixture
def staffed(bureau: Bureau) -> Bureau:
    """The nation with an owner, an admin and a member."""
    bureau.add("olga", Role.OWNER)
    bureau.add("adam", Role.ADMIN)
    bureau.add("mia", Role.MEMBER)
    return bureau


def reconnected(bureau: Bureau) -> None:
    """As the record is when somebody has connected the nation anew."""
    bureau.change(nb_needs_reauth=False, nb_connected=True)


def test_owner_and_admins_hear_of_lost_access_and_members_do_not(staffed: Bureau) -> None:
    assert staffed.take(Bus.NATION_NEEDS_REAUTH, reason="invalid_grant") == 2

    assert staffed.subjects("olga") == staffed.subjects("adam") == [LOST]
    assert staffed.mails("mia") == []


def test_an_incident_that_is_delivered_again_is_told_once(staffed: Bureau) -> None:
    for _ in range(3):
        staffed.take(Bus.NATION_NEEDS_REAUTH)

    assert staffed.subjects("adam") == [LOST]


def test_processes_that_get_the_same_incident_at_once_tell_it_once(staffed: Bureau) -> None:
    bureaus = [staffed.notices() for _ in range(8)]
    happening = staffed.happening(Bus.NATION_NEEDS_REAUTH)

    with ThreadPoolExecutor(len(bureaus)) as pool:
        sent = list(pool.map(lambda each: each.take(happening), bureaus))

    assert sum(sent) == 2
    assert staffed.subjects("adam") == staffed.subjects("olga") == [LOST]


def test_the_next_incident_is_told_again(staffed: Bureau) -> None:
    staffed.take(Bus.NATION_NEEDS_REAUTH, "first")

    staffed.take(Bus.NATION_NEEDS_REAUTH, "second")

    assert staffed.subjects("adam") == [LOST, LOST]


def test_an_address_that_fails_keeps_nobody_else_from_the_notice(staffed: Bureau, refusing: None) -> None:
    prove_sender(staffed.address("adam"))

    with pytest.raises(NotAllTold) as failed:
        staffed.take(Bus.NATION_NEEDS_REAUTH)

    assert failed.value.missing == 1
    assert staffed.subjects("adam") == [LOST]


def test_the_next_delivery_tells_only_those_who_were_not_told(staffed: Bureau, refusing: None) -> None:
    prove_sender(staffed.address("adam"))
    with pytest.raises(NotAllTold):
        staffed.take(Bus.NATION_NEEDS_REAUTH)
    prove_sender(staffed.address("olga"))

    assert staffed.take(Bus.NATION_NEEDS_REAUTH) == 1

    assert staffed.subjects("adam") == staffed.subjects("olga") == [LOST]


def test_what_a_process_left_behind_when_it_died_is_sent_by_a_later_delivery(staffed: Bureau) -> None:
    NoticeReceipts(Store(clients.dynamodb(), staffed.tables, staffed.clock)).begin(
        "incident-1", "user#adam"
    )  # and it died

    at_once = staffed.take(Bus.NATION_NEEDS_REAUTH)
    staffed.clock.now += CLAIM
    staffed.clock.advance(seconds=1)
    later = staffed.take(Bus.NATION_NEEDS_REAUTH)

    assert (at_once, later) == (1, 1)
    assert staffed.subjects("adam") == [LOST]


def test_who_left_the_nation_is_not_told(staffed: Bureau) -> None:
    staffed.remove("adam")

    assert staffed.take(Bus.NATION_NEEDS_REAUTH) == 1

    assert staffed.mails("adam") == []


def test_who_has_no_proven_address_is_passed_over(bureau: Bureau) -> None:
    bureau.add("adam", Role.ADMIN, proven=False)

    assert bureau.take(Bus.NATION_NEEDS_REAUTH) == 0


def test_lost_access_that_has_come_back_meanwhile_is_not_told(staffed: Bureau) -> None:
    reconnected(staffed)

    assert staffed.take(Bus.NATION_NEEDS_REAUTH) == 0


def test_a_nation_without_a_record_has_nobody_to_tell(bureau: Bureau) -> None:
    bureau.slug = "gone"

    assert bureau.take(Bus.NATION_NEEDS_REAUTH) == 0


def test_those_who_know_of_the_loss_hear_that_access_is_back(staffed: Bureau) -> None:
    staffed.take(Bus.NATION_NEEDS_REAUTH, "loss")
    staffed.add("zoe", Role.ADMIN)
    reconnected(staffed)

    for _ in range(2):
        staffed.take(Bus.NATION_CONNECTED, "return")

    assert staffed.subjects("adam") == staffed.subjects("olga") == [LOST, BACK]
    assert staffed.mails("zoe") == []


def test_a_first_connection_is_told_to_nobody(staffed: Bureau) -> None:
    reconnected(staffed)

    assert staffed.take(Bus.NATION_CONNECTED) == 0


def test_who_is_no_admin_any_more_does_not_hear_that_access_is_back(staffed: Bureau) -> None:
    staffed.take(Bus.NATION_NEEDS_REAUTH, "loss")
    staffed.add("adam", Role.MEMBER)
    reconnected(staffed)

    staffed.take(Bus.NATION_CONNECTED, "return")

    assert staffed.subjects("adam") == [LOST]


def test_a_connection_that_is_lost_again_is_not_told_as_back(staffed: Bureau) -> None:
    staffed.take(Bus.NATION_NEEDS_REAUTH, "loss")

    assert staffed.take(Bus.NATION_CONNECTED, "return") == 0


def test_members_see_lost_access_on_their_open_sockets(staffed: Bureau, gateway: Gateway) -> None:
    staffed.connect("mia", "socket-1")

    staffed.take(Bus.NATION_NEEDS_REAUTH)

    assert gateway.events("socket-1") == [
        {
            "v": 1,
            "type": "notice",
            "nation": "demo",
            "kind": "reconnect",
            "message": "The connection to your NationBuilder is lost. An admin can connect it again in the "
            "settings.",
            "url": "https://app.nat.example/settings/connections",
            "wording": {"key": "notice.reconnect", "parameters": {}},
        }
    ]


def test_sockets_are_told_once_and_hear_when_access_is_back(staffed: Bureau, gateway: Gateway) -> None:
    staffed.connect("mia", "socket-1")
    for _ in range(2):
        staffed.take(Bus.NATION_NEEDS_REAUTH, "loss")
    reconnected(staffed)

    staffed.take(Bus.NATION_CONNECTED, "return")

    assert [each["kind"] for each in gateway.events("socket-1")] == ["reconnect", "reconnected"]


def test_sockets_of_who_left_are_not_told(staffed: Bureau, gateway: Gateway) -> None:
    staffed.connect("mia", "socket-1")
    staffed.remove("mia")

    staffed.take(Bus.NATION_NEEDS_REAUTH)

    assert gateway.events("socket-1") == []


def test_a_socket_that_cannot_be_reached_keeps_nobody_from_the_notice(
    staffed: Bureau, gateway: Gateway
) -> None:
    staffed.connect("adam", "broken")
    staffed.connect("mia", "whole")
    gateway.failures.append(400)

    assert staffed.take(Bus.NATION_NEEDS_REAUTH) == 2

    assert [each["kind"] for each in gateway.events("whole")] == ["reconnect"]


def test_a_nation_of_another_brand_hears_from_that_brand(staffed: Bureau) -> None:
    staffed.change(web_app="https://desk.civic.example")

    staffed.take(Bus.NATION_NEEDS_REAUTH, reason="no_answer")

    (mail,) = staffed.mails("adam")
    assert mail["Source"] == "Civic Desk <desk@civic.example>"
    assert "https://desk.civic.example/settings/connections" in mail["BodyText"]
    assert "Nat " not in mail["BodyText"] + mail["BodyHtml"] + mail["Subject"]


def test_a_warning_of_a_pool_that_is_no_longer_the_nations_is_not_told(staffed: Bureau) -> None:
    pool = {"percent": 100, "used": 500, "limit": 500, "cap": "hard"}
    period = timestamp(staffed.record().billing_period_start)

    upgraded = staffed.take(Bus.USAGE_WARNING, "1", **{**pool, "limit": 400, "period_start": period})
    renewed = staffed.take(Bus.USAGE_WARNING, "2", **{**pool, "period_start": "2026-10-20T00:00:00.000Z"})
    present = staffed.take(Bus.USAGE_WARNING, "3", **{**pool, "period_start": period})

    assert (upgraded, renewed, present) == (0, 0, 2)


def test_an_end_of_a_subscription_that_has_begun_anew_is_not_told(staffed: Bureau) -> None:
    assert staffed.take(Bus.SUBSCRIPTION_CHANGED, status_before="active", status="cancelled") == 0


def test_an_end_of_the_subscription_is_told_to_owner_and_admins(staffed: Bureau) -> None:
    staffed.change(subscription_status=SubscriptionStatus.CANCELLED)

    assert staffed.take(Bus.SUBSCRIPTION_CHANGED, status_before="active", status="cancelled") == 2


def paid(bureau: Bureau, user: str = "pat") -> None:
    """Somebody owns the nation who only pays for it, and adam claims it by having connected it."""
    bureau.add(user, Role.OWNER, unproven=True)
    bureau.change(owner_id=user, owner_provisional=True, owner_claimed_by="adam")


@pytest.mark.parametrize(
    ("became", "subject"),
    [("viewer", "Somebody has joined demo"), ("waiting", "Somebody waits to join demo")],
)
def test_admins_are_told_of_each_who_joins_and_who_only_pays_is_not(
    bureau: Bureau, became: str, subject: str
) -> None:
    bureau.add("adam", Role.ADMIN)
    bureau.add("mia", Role.MEMBER)
    paid(bureau)

    assert bureau.take(Bus.MEMBER_JOINED, user_id="bob", became=became) == 1
    assert bureau.take(Bus.MEMBER_JOINED, "incident-2", user_id="eve", became=became) == 1

    assert bureau.subjects("adam") == [subject, subject]
    assert bureau.mails("mia") == bureau.mails("pat") == []


def test_who_pays_is_asked_by_mail_whether_the_nation_is_theirs_and_their_days_begin(bureau: Bureau) -> None:
    bureau.add("adam", Role.ADMIN)
    paid(bureau)

    for incident in ("incident-1", "incident-2"):  # connected twice, claimed once
        bureau.take(Bus.OWNERSHIP_CLAIMED, incident, by="adam")

    assert bureau.subjects("pat") == ["Is demo your nation?"]
    assert "6 December 2026" in bureau.mails("pat")[0]["BodyText"]
    assert bureau.mails("adam") == []
    assert bureau.record().owner_mailed_at == bureau.clock()


def test_no_day_of_the_claim_passes_before_the_mail_went_out(bureau: Bureau, refusing: None) -> None:
    bureau.add("adam", Role.ADMIN)
    paid(bureau, "refused")

    with pytest.raises(NotAllTold):
        bureau.take(Bus.OWNERSHIP_CLAIMED, by="adam")

    assert bureau.record().owner_mailed_at is None


def test_a_claim_that_was_settled_meanwhile_is_not_told(bureau: Bureau) -> None:
    bureau.add("adam", Role.ADMIN)
    paid(bureau)
    bureau.change(owner_claimed_by=None)

    assert bureau.take(Bus.OWNERSHIP_CLAIMED, by="adam") == 0
    assert bureau.record().owner_mailed_at is None


def test_after_fourteen_days_both_hear_that_the_ownership_has_passed(bureau: Bureau) -> None:
    bureau.add("adam", Role.OWNER)
    bureau.add("pat", Role.MEMBER)

    assert bureau.take(Bus.OWNERSHIP_PASSED, former="pat") == 2

    assert bureau.subjects("adam") == bureau.subjects("pat") == ["The ownership of demo has passed on"]


def test_the_operator_alone_hears_of_fair_use(staffed: Bureau) -> None:

    for _ in range(2):
        staffed.take(Bus.FAIR_USE_EXCEEDED, **FAIR_USE)

    assert staffed.subjects("operator") == ["Above fair use: demo"]
    assert staffed.mails("olga") == staffed.mails("adam") == []


def test_without_an_operator_fair_use_is_not_told(staffed: Bureau) -> None:
    staffed.operator = None

    assert staffed.take(Bus.FAIR_USE_EXCEEDED, plan="nat_pro", used=10_001) == 0


def test_an_email_to_the_operator_that_fails_is_sent_by_the_next_delivery(
    bureau: Bureau, refusing: None
) -> None:
    with pytest.raises(NotAllTold):
        bureau.take(Bus.FAIR_USE_EXCEEDED, **FAIR_USE)
    prove_sender(bureau.address("operator"))

    assert bureau.take(Bus.FAIR_USE_EXCEEDED, **FAIR_USE) == 1


def test_only_the_owner_gets_the_link_to_the_invoice(staffed: Bureau) -> None:
    staffed.take(
        Bus.PAYMENT_PROBLEM,
        kind="payment_failed",
        amount_cents=2900,
        currency="usd",
        url="https://invoice.stripe.example/i/1",
    )

    (to_owner,), (to_admin,) = staffed.mails("olga"), staffed.mails("adam")
    assert "https://invoice.stripe.example/i/1" in to_owner["BodyText"]
    assert "invoice.stripe.example" not in to_admin["BodyText"] + to_admin["BodyHtml"]
    assert "https://app.nat.example/settings/billing" in to_admin["BodyText"]


def test_a_cancellation_is_told_once_whatever_else_changes_until_then(staffed: Bureau) -> None:
    about = {"status": "active", "status_before": "active", "cancel_at": "2026-12-20T00:00:00.000Z"}

    staffed.take(Bus.SUBSCRIPTION_CHANGED, "first", **about)
    staffed.take(Bus.SUBSCRIPTION_CHANGED, "second", **about)

    assert staffed.subjects("olga") == ["The subscription of demo is cancelled"]
