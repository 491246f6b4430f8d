"""SES with its list of addresses that take no emails; every other email is taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3

from local.aws.suppressed import Suppressed
from local.loopback import Request, Response, answering

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


@contextmanager
def listing_ses() -> Iterator["SESV2Client"]:
    """A client of it."""
    suppressed = Suppressed()

    def answer(request: Request) -> Response:
        sent = 200, {"Content-Type": "application/json"}, b'{"MessageId": "1"}'
        status, headers, text = suppressed.answer(request.method, request.target, request.body) or sent
        return Response(status, text, headers=headers)

    with answering(answer) as url:
        yield boto3.client(
            "sesv2",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
