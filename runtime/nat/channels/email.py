"""Emails to people, through SES: short messages of Nat's own, as text and as simple HTML.

    Mail(aws.mail(), brand).send("ann@example.org", "You are invited", paragraphs)

What is sent is written by Nat. What people wrote (a name, an answer) may stand in it as text only: `page`
escapes everything, and there is no other way to HTML in this room.
"""

import html as markup
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formataddr
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from nat.channels.brands import Brand
from nat.errors import BadRequest, MailNotSent

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import BodyTypeDef

_log = logging.getLogger(__name__)

LONGEST_ADDRESS: Final = 254
"""RFC 3696, erratum 1690."""
LONGEST_SUBJECT: Final = 200
_ADDRESS: Final = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])"
)
"""An address that SES takes: ASCII, as RFC 5321 has it without quoted local parts and address literals."""
_WRONG_ADDRESS: Final = "This is not an email address that can be written to."


def address(text: str) -> str:
    """An email address in the one form in which addresses are stored and compared: trimmed, in lower case.

    Raises `BadRequest` for what is none. A header cannot be smuggled in: there is no space and no line end in
    an address.
    """
    found = text.strip().lower()
    local, _, _ = found.partition("@")
    if len(found) > LONGEST_ADDRESS or len(local) > 64 or not _ADDRESS.fullmatch(found):
        raise BadRequest(_WRONG_ADDRESS)
    return found


@dataclass(frozen=True)
class Button:
    """A link that the email is about. `url` is one of Nat's own pages."""

    label: str
    url: str


def page(brand: Brand, paragraphs: Iterable[str], button: Button | None = None) -> str:
    """Simple HTML of an email: paragraphs of text, a button, the brand's name. Everything is escaped."""
    lines = "".join(f"<p>{markup.escape(each)}</p>" for each in paragraphs)
    if button is not None:
        url, label = markup.escape(button.url), markup.escape(button.label)
        lines += f'<p><a href="{url}" style="font-weight:bold">{label}</a></p><p>{url}</p>'
    return (
        '<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5;max-width:36em">'
        f"{lines}<p>{markup.escape(brand.name)}</p></body></html>"
    )


def plain(brand: Brand, paragraphs: Iterable[str], button: Button | None = None) -> str:
    """The same as text."""
    parts = [*paragraphs]
    if button is not None:
        parts.append(f"{button.label}:\n{button.url}")
    return "\n\n".join([*parts, brand.name]) + "\n"


class Mail:
    """Sends emails of one brand, from its sender address."""

    def __init__(self, client: "SESV2Client", brand: Brand) -> None:
        self._client = client
        self.brand = brand
        # A name beyond ASCII has to be an encoded word (SES developer guide, "Sending formatted email").
        self._sender = formataddr((brand.name, brand.sender))

    def send(self, to: str, subject: str, text: str, html: str | None = None) -> str:
        """Send one email; gives SES's message id. `html` comes from `page`.

        Raises `BadRequest` for an address that is none or a subject of several lines, `MailNotSent` when SES
        does not take it.
        """
        if not subject.isprintable() or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise BadRequest("The subject of an email is one line.")
        recipient = address(to)
        body: BodyTypeDef = {"Text": {"Data": text, "Charset": "UTF-8"}}
        if html is not None:
            body["Html"] = {"Data": html, "Charset": "UTF-8"}
        try:
            sent = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [recipient]},
                Content={
                    "Simple": {"Subject": {"Data": subject, "Charset": "UTF-8"}, "Body": body},
                },
            )
        except (ClientError, BotoCoreError) as error:
            # SES's own words name addresses, so only the code is logged.
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            _log.error("mail not sent", extra={"reason": code})
            raise MailNotSent from error
        return sent["MessageId"]
