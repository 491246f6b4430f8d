"""An address on SES's list gets no email, who sent it hears so, and the note holds for that address alone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.channels.brands import Brand
from nat.channels.email import Mail
from nat.channels.mail_page import MailContent
from nat.channels.refused_mail import MailRefusal, RefusedMail, refusals_of
from nat.errors import AddressRefuses
from nat.ids import UserId
from nat.names import SES_BOUNCED, SES_COMPLAINED, SES_SOURCE
from nat.settings import TableNames
from tests.unit.nat.listing_ses import listing_ses

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

BRAND = Brand("Nat", "nat@nat.example", ("https://app.nat.example",))
ANN = UserId("ann")


@pytest.fixture
def ses() -> Iterator["SESV2Client"]:
    """SES with a list, and which takes every email."""
    with listing_ses() as client:
        yield client


@pytest.mark.parametrize(("reason", "why"), [("BOUNCE", "bounce"), ("COMPLAINT", "complaint")])
def test_an_address_on_the_list_gets_nothing_and_others_do(ses: "SESV2Client", reason: str, why: str) -> None:
    ses.put_suppressed_destination(EmailAddress="ann@people.example", Reason=reason)  # type: ignore[arg-type]  # one of two
    mail, content = Mail(ses, BRAND), MailContent("Hello", ("Hello.",))

    with pytest.raises(AddressRefuses) as refused:
        mail.send("Ann@people.example", content)

    assert MailRefusal(refused.value.why).value == why
    assert mail.send("bob@people.example", content) == "1"
    ses.delete_suppressed_destination(EmailAddress="ann@people.example")
    assert mail.send("ann@people.example", content) == "1"


def test_a_note_holds_for_the_address_that_it_was_made_of(tables: TableNames) -> None:
    refused = RefusedMail(Store(clients.dynamodb(), tables))
    refused.note("ann@people.example", MailRefusal.BOUNCE)

    assert refused.of([(ANN, "Ann@people.example")]) == {ANN: MailRefusal.BOUNCE}
    assert refused.of([(ANN, "ann@elsewhere.example")]) == {}
    assert refused.of([(ANN, None)]) == {}


def test_what_is_lifted_gets_emails_again(tables: TableNames, ses: "SESV2Client") -> None:
    refused = RefusedMail(Store(clients.dynamodb(), tables))
    ses.put_suppressed_destination(EmailAddress="ann@people.example", Reason="BOUNCE")
    refused.note("ann@people.example", MailRefusal.BOUNCE)

    for _ in range(2):
        refused.lift(ses, "Ann@people.example")

    assert Mail(ses, BRAND).send("ann@people.example", MailContent("Hello", ("Hello.",))) == "1"
    assert refused.of([(ANN, "ann@people.example")]) == {}


def event(kind: str, **detail: Any) -> dict[str, Any]:
    """As SES puts it on the bus."""
    return {"source": SES_SOURCE, "detail-type": kind, "detail": detail}


RECIPIENTS = [{"emailAddress": "ann@people.example"}]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (
            event(SES_BOUNCED, bounce={"bounceType": "Permanent", "bouncedRecipients": RECIPIENTS}),
            [("ann@people.example", MailRefusal.BOUNCE)],
        ),
        (event(SES_BOUNCED, bounce={"bounceType": "Transient", "bouncedRecipients": RECIPIENTS}), []),
        (
            event(SES_COMPLAINED, complaint={"complainedRecipients": RECIPIENTS}),
            [("ann@people.example", MailRefusal.COMPLAINT)],
        ),
    ],
)
def test_what_ses_tells_says_who_takes_no_emails(
    told: dict[str, Any], found: list[tuple[str, MailRefusal]]
) -> None:
    assert refusals_of(told) == found
