"""The identity that an email comes from, as IAM sees it."""

import json

import pytest

from local.aws.senders import identity_arn

PATH = "/v2/email/outbound-emails"


def of(sender: object) -> str | None:
    return identity_arn(PATH, json.dumps({"FromEmailAddress": sender}).encode(), "us-east-1", "0")


@pytest.mark.parametrize("sender", ["nat@Mail.example", "Nat <nat@mail.example>"])
def test_an_email_is_sent_from_the_domain_of_its_sender(sender: str) -> None:
    assert of(sender) == "arn:aws:ses:us-east-1:0:identity/mail.example"


@pytest.mark.parametrize("sender", [None, "", "nat", 3])
def test_a_request_without_sender_names_no_identity(sender: object) -> None:
    assert of(sender) is None


@pytest.mark.parametrize(
    ("path", "body"), [("/v2/email/identities", b"{}"), (PATH, b"no json"), (PATH, b"[]")]
)
def test_other_requests_stay_as_they_are(path: str, body: bytes) -> None:
    assert identity_arn(path, body, "us-east-1", "0") is None
