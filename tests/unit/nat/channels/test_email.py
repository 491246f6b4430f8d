"""Emails go out once, from the brand, to addresses that are such, with nobody's HTML but ours."""

import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any

import pytest
import requests

from nat.aws import clients
from nat.channels.brands import Brand, Brands
from nat.channels.email import Mail, address
from nat.channels.mail_page import Button, MailContent, MailTable, as_html, as_text
from nat.errors import BadRequest, MailNotSent
from tests.embedded import EmbeddedAws
from tests.unit.nat.world import prove_sender

BRAND = Brand("Assistenz für Bürger", "hallo@mail.example", ("https://app.example",))


@pytest.fixture
def sender(embedded_aws: EmbeddedAws) -> Iterator[None]:
    """The brand's domain is verified."""
    prove_sender("mail.example")
    yield
    clients.mail().delete_email_identity(EmailIdentity="mail.example")


def sent(embedded_aws: EmbeddedAws, message_id: str) -> dict[str, Any]:
    """The email as the embedded AWS keeps it."""
    answer = requests.get(f"{embedded_aws.url}/_ministack/ses/messages", timeout=60).json()
    mails = [each for box in answer["messages"].values() for each in box]
    found: dict[str, Any]
    (found,) = [each for each in mails if each["MessageId"] == message_id]
    return found


@pytest.mark.usefixtures("sender")
def test_an_email_comes_from_the_brand_as_text_and_html(embedded_aws: EmbeddedAws) -> None:
    said = ("One & two", "<b>three</b>")

    message_id = Mail(clients.mail(), BRAND).send(" Ann@Example.org", MailContent("Grüße", said))

    mail = sent(embedded_aws, message_id)
    name, sender_address = parseaddr(mail["Source"])
    assert (str(make_header(decode_header(name))), sender_address) == (BRAND.name, BRAND.sender)
    assert mail["Source"].isascii()
    assert (mail["To"], mail["Subject"]) == (["ann@example.org"], "Grüße")
    assert "<b>three</b>" in mail["BodyText"]
    assert "One &amp; two" in mail["BodyHtml"]
    assert "&lt;b&gt;three&lt;/b&gt;" in mail["BodyHtml"]
    assert "<b>three</b>" not in mail["BodyHtml"]


def test_a_sender_that_is_not_verified_is_our_outage(embedded_aws: EmbeddedAws) -> None:
    mail = Mail(clients.mail(), Brand("Nat", "nat@unverified.example", ("https://app.example",)))

    with pytest.raises(MailNotSent):
        mail.send("ann@example.org", MailContent("Hello", ("Hello",)))


def test_a_link_is_shown_as_button_and_as_text() -> None:
    mail = MailContent("Hi", ("Hello",), Button("Accept", "https://app.example/join#invitation=a&b"))

    assert 'href="https://app.example/join#invitation=a&amp;b"' in as_html(mail, BRAND)
    assert "Accept:\nhttps://app.example/join#invitation=a&b\n" in as_text(mail, BRAND)


HOSTILE = (
    '"><img src=x onerror=alert(1)></mj-text><mj-raw><script>alert(1)</script></mj-raw>{{ brand.sender }}'
)


def test_nothing_that_people_wrote_becomes_markup_or_is_loaded() -> None:
    table = MailTable((HOSTILE, "Given"), ((HOSTILE, "1.00"),), frozenset({1}), HOSTILE)
    mail = MailContent(HOSTILE, (HOSTILE,), Button(HOSTILE, "https://app.example/"), (table,), HOSTILE)

    html = as_html(mail, BRAND)

    assert "<script" not in html.lower()
    assert "<img" not in html.lower()
    assert BRAND.sender not in html
    assert " src=" not in re.sub(r"&lt;.*?&gt;", "", html)
    assert "@import" not in html
    assert "url(" not in html


def test_characters_that_cannot_be_shown_are_left_out() -> None:
    content = MailContent("News", ("one\x00\x1b\x0b two\ufffe", "three"))

    for shown in (as_html(content, BRAND), as_text(content, BRAND)):
        assert "one two" in shown
        assert not set(shown) & set("\x00\x1b\x0b\ufffe")


def test_a_table_is_a_table_in_both_and_says_what_it_leaves_out() -> None:
    rows = tuple((f"Person {each}", f"{each}.00") for each in range(60))
    mail = MailContent("Hi", ("Donors",), tables=(MailTable(("Name", "Given"), rows, frozenset({1})),))

    text, html = as_text(mail, BRAND), as_html(mail, BRAND)

    assert html.count("<tr>") >= 51
    assert "and 10 more" in text
    assert "and 10 more" in html
    assert "Person 7    7.00" in " ".join(text.split("\n"))[:4000].replace("       ", "    ")


def test_a_mail_wears_the_colours_of_its_brand_and_knows_dark_pages() -> None:
    brand = Brand("Desk", "desk@desk.example", ("https://app.desk.example",), "desk", "#7a1f3d", "#fefefe")

    html = as_html(MailContent("Hi", ("Hello",), Button("Go", "https://app.desk.example/")), brand)

    assert "#7a1f3d" in html
    assert "#fefefe" in html
    assert "prefers-color-scheme: dark" in html
    assert "data-ogsc" in html


def test_a_mail_that_would_be_cut_off_is_refused() -> None:
    with pytest.raises(ValueError, match="cut off"):
        as_html(MailContent("Hi", ("x" * 120_000,)), BRAND)


@pytest.mark.usefixtures("sender")
def test_only_what_may_be_unsubscribed_says_how_and_in_one_click(embedded_aws: EmbeddedAws) -> None:
    url = "https://api.example/unsubscribe?token=t"
    calls: list[dict[str, Any]] = []
    client = clients.mail()
    client.meta.events.register(
        "provide-client-params.sesv2.SendEmail", lambda params, **_: calls.append(params["Content"]["Simple"])
    )

    Mail(client, BRAND).send("ann@example.org", MailContent("Report", ("Figures",), unsubscribe=url))
    Mail(client, BRAND).send("ann@example.org", MailContent("Notice", ("Lost",)))

    report, notice = calls
    assert {each["Name"]: each["Value"] for each in report["Headers"]} == {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert notice["Headers"] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "ann@",
        "@example.org",
        "ann@example",
        "ann@example..org",
        ".ann@example.org",
        "ann@example.org, eve@example.org",
        "Ann <ann@example.org>",
        "ann@example.org\r\nBcc: eve@example.org",
        "ann@exämple.org",
        "ann@-example.org",
        "ann@[127.0.0.1]",
        "a" * 65 + "@example.org",
        "a@" + "b" * 63 + ("." + "c" * 63) * 3 + ".org",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        address(text)


def test_addresses_are_compared_in_lower_case() -> None:
    assert address(" Ann.Lee+nat@Mail.Example.ORG ") == "ann.lee+nat@mail.example.org"


@pytest.mark.parametrize("subject", ["", "two\nlines", "x" * 201, "zero\0"])
def test_a_subject_is_one_line(subject: str) -> None:
    with pytest.raises(BadRequest):
        Mail(clients.mail(), BRAND).send("ann@example.org", MailContent(subject, ("Hello",)))


def test_the_brand_is_that_of_the_web_app_people_come_from() -> None:
    desk = Brand("Desk", "desk@desk.example", ("https://app.desk.example", "http://localhost:5173"))
    brands = Brands((BRAND, desk))

    found = [brands.at(each) for each in ("https://app.desk.example", "https://app.example", "x", None)]

    assert found == [desk, BRAND, BRAND, BRAND]


@pytest.mark.parametrize("listed", [[], [{"name": "Nat"}], ["Nat"], [{"name": "", "sender": "", "apps": []}]])
def test_brands_that_are_none_are_refused_at_start(listed: list[Any]) -> None:
    with pytest.raises(ValueError, match="NAT_BRANDS"):
        Brands.of(listed)
