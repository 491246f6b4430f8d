"""An address on SES's list gets no email, who sent it hears so, and the note holds for that address alone."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import boto3
import pytest

from local.aws.suppressed import Suppressed
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.brands import Brand
from nat.channels.email import Mail
from nat.channels.mail_page import MailContent
from nat.channels.refused_mail import MailRefusal, RefusedMail
from nat.errors import AddressRefuses
from nat.ids import UserId
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

BRAND = Brand("Nat", "nat@nat.example", ("https://app.nat.example",))
ANN = UserId("ann")


@pytest.fixture
def ses() -> Iterator["SESV2Client"]:
    """SES with a list, and which takes every email."""
    suppressed = Suppressed()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            sent = 200, {"Content-Type": "application/json"}, b'{"MessageId": "1"}'
            status, headers, text = suppressed.answer(self.command, self.path, body) or sent
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PUT = do_DELETE = do_POST = _answer  # noqa: N815 # http.server's names

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield boto3.client(
            "sesv2",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        server.shutdown()


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
    refused.note(ANN, "ann@people.example", MailRefusal.BOUNCE)

    assert refused.of([(ANN, "Ann@people.example")]) == {ANN: MailRefusal.BOUNCE}
    assert refused.of([(ANN, "ann@new.example"), (UserId("bob"), "ann@people.example")]) == {}
    assert refused.of([(ANN, None)]) == {}
