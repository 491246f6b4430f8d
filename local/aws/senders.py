"""From which identity an email is sent, as the resource that IAM asks for.

`ses:SendEmail` is allowed on the sender's verified identity (Service Authorization Reference, Amazon SES v2),
and `nat_constructs.sender.grant_mail` names those. MiniStack 1.5.33 finds the resource in a request's path,
where SendEmail has none, and asks for `*`, which no such policy allows.
"""

from email.utils import parseaddr
from typing import Any, Final

from local.aws.bodies import json_object

SENDING: Final = "/v2/email/outbound-emails"


def identity_arn(path: str, body: bytes, region: str, account_id: str) -> str | None:
    """The identity that an email of this request comes from: its sender's domain. `None` for other
    requests."""
    if path.rstrip("/") != SENDING:
        return None
    sender = json_object(body).get("FromEmailAddress") or ""
    _, at, domain = parseaddr(str(sender))[1].lower().rpartition("@")
    return f"arn:aws:ses:{region}:{account_id}:identity/{domain}" if at and domain else None


def install() -> None:
    """Let this process's MiniStack ask policies for the identity."""
    from ministack.core import iam_actions

    original = iam_actions._ses_v2_resource_arn

    def resource(method: str, path: str, body: bytes, region: str, account_id: str) -> Any:
        found = identity_arn(path, body, region, account_id)
        return found or original(method, path, body, region, account_id)

    iam_actions._ses_v2_resource_arn = resource
