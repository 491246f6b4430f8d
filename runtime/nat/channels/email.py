"""Emails to people, through SES, as text and as HTML (`nat.channels.mail_page`).

    Mail(clients.mail(), brand).send("ann@example.org", MailContent("You are invited", paragraphs))

What is sent is written by Nat. What people wrote (a name, an answer) may stand in it as text only.
"""

import logging
import re
from email.utils import formataddr
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from nat.channels.brands import Brand
from nat.channels.mail_page import MailContent, MailFile, as_html, as_text
from nat.errors import AddressRefuses, BadRequest, MailNotSent
from nat.wording import Worded

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import AttachmentTypeDef, MessageHeaderTypeDef, MessageTypeDef

_log = logging.getLogger(__name__)

LONGEST_ADDRESS: Final = 254
"""RFC 3696, erratum 1690."""
LONGEST_SUBJECT: Final = 200
_ADDRESS: Final = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])"
)
"""An address that SES takes: ASCII, as RFC 5321 has it without quoted local parts and address literals."""


def address(text: str) -> str:
    """An email address in the one form in which addresses are stored and compared: trimmed, in lower case.

    Raises `BadRequest` for what is none. A header cannot be smuggled in: there is no space and no line end in
    an address.
    """
    found = text.strip().lower()
    local, _, _ = found.partition("@")
    if len(found) > LONGEST_ADDRESS or len(local) > 64 or not _ADDRESS.fullmatch(found):
        raise BadRequest(Worded("form.email"))
    return found


class Mail:
    """Sends emails of one brand, from its sender address."""

    def __init__(self, client: "SESV2Client", brand: Brand) -> None:
        self._client = client
        self.brand = brand
        # A name beyond ASCII has to be an encoded word (SES developer guide, "Sending formatted email").
        self._sender = formataddr((brand.name, brand.sender))

    def send(self, to: str, content: MailContent) -> str:
        """Send one email; gives SES's message id.

        Raises `BadRequest` for an address that is none or a subject of several lines, `AddressRefuses` for
        one that SES's list has (`nat.channels.refused_mail`), `MailNotSent` when SES does not take it.
        """
        if not content.subject.isprintable() or not 0 < len(content.subject) <= LONGEST_SUBJECT:
            raise BadRequest(Worded("form.subject"))
        recipient = address(to)
        self._check(recipient)
        headers: list[MessageHeaderTypeDef] = []
        if content.unsubscribe is not None:  # RFC 8058: one POST ends it, without a page in between
            headers = [
                {"Name": "List-Unsubscribe", "Value": f"<{content.unsubscribe}>"},
                {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
            ]
        message: MessageTypeDef = {
            "Subject": {"Data": content.subject, "Charset": "UTF-8"},
            "Body": {
                "Text": {"Data": as_text(content, self.brand), "Charset": "UTF-8"},
                "Html": {"Data": as_html(content, self.brand), "Charset": "UTF-8"},
            },
            "Headers": headers,
        }
        if content.files:
            message["Attachments"] = [_attached(each) for each in content.files]
        try:
            sent = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [recipient]},
                Content={"Simple": message},
            )
        except (ClientError, BotoCoreError) as error:
            # SES's own words name addresses, so only the code is logged.
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            _log.error("mail not sent", extra={"reason": code})
            raise MailNotSent from error
        return sent["MessageId"]

    def _check(self, recipient: str) -> None:
        """Whether emails to an address come back. A list that cannot be asked keeps nobody from an email.
        Raises `AddressRefuses`."""
        try:
            found = self._client.get_suppressed_destination(EmailAddress=recipient)
        except (ClientError, BotoCoreError) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            if code != "NotFoundException":
                _log.warning("list of refused addresses not read", extra={"reason": code})
            return
        raise AddressRefuses(found["SuppressedDestination"]["Reason"].lower())


def _attached(file: MailFile) -> "AttachmentTypeDef":
    return {
        "FileName": file.name,
        "ContentType": file.content_type,
        "ContentDisposition": "ATTACHMENT",
        "ContentTransferEncoding": "BASE64",
        "RawContent": file.text.encode(),
    }
