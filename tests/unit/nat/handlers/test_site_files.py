"""Putting the web app into its bucket, on an embedded AWS."""

import io
import json
import threading
import uuid
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from nat.aws import clients
from nat.handlers.site_files import handler
from tests.embedded import EmbeddedAws

FILES = {
    "index.html": b"<!doctype html>",
    "assets/index-abc.js": b"export {}",
    "assets/index-abc.css": b"body{}",
    "favicon.svg": b"<svg/>",
}


class CloudFormation:
    """Takes the answers of custom resources."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        outer = self

        class Taking(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                outer.answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Taking)

    @property
    def url(self) -> str:
        """Where an answer goes."""
        return f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    """CloudFormation's side, on loopback."""
    found = CloudFormation()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


@pytest.fixture
def bucket(embedded_aws: EmbeddedAws) -> Iterator[str]:
    """A bucket with an archive of the app in it."""
    for client in (clients.s3, clients.cloudfront):
        client.cache_clear()
    name = f"site-{uuid.uuid4().hex[:12]}"
    clients.s3().create_bucket(Bucket=name)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in FILES.items():
            archive.writestr(path, content)
    clients.s3().put_object(Bucket=name, Key="app.zip", Body=packed.getvalue())
    yield name
    for client in (clients.s3, clients.cloudfront):
        client.cache_clear()


def distribution() -> str:
    """A distribution, as far as invalidations ask for one."""
    made = clients.cloudfront().create_distribution(
        DistributionConfig={
            "CallerReference": uuid.uuid4().hex,
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "files",
                        "DomainName": "files.example",
                        "CustomOriginConfig": {
                            "HTTPPort": 80,
                            "HTTPSPort": 443,
                            "OriginProtocolPolicy": "https-only",
                        },
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "files",
                "ViewerProtocolPolicy": "redirect-to-https",
                "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            },
        }
    )
    return made["Distribution"]["Id"]


def wanted(url: str, bucket: str, distribution_id: str, kind: str = "Create") -> dict[str, Any]:
    """What CloudFormation sends."""
    return {
        "RequestType": kind,
        "RequestId": uuid.uuid4().hex,
        "ResponseURL": url,
        "StackId": "stack",
        "LogicalResourceId": "Files",
        "ResourceProperties": {
            "Archive": {"Bucket": bucket, "Key": "app.zip"},
            "Bucket": bucket,
            "Distribution": distribution_id,
        },
    }


def test_parts_are_kept_for_ever_and_the_page_is_asked_for_anew(
    bucket: str, cloudformation: CloudFormation
) -> None:
    handler(wanted(cloudformation.url, bucket, distribution()), None)

    heads = {name: clients.s3().head_object(Bucket=bucket, Key=name) for name in FILES}
    assert cloudformation.answers[0]["Status"] == "SUCCESS"
    assert "immutable" in heads["assets/index-abc.js"]["CacheControl"]
    assert heads["index.html"]["CacheControl"] == "no-cache"
    assert heads["index.html"]["ContentType"] == "text/html; charset=utf-8"
    assert heads["assets/index-abc.css"]["ContentType"] == "text/css; charset=utf-8"
    assert heads["favicon.svg"]["CacheControl"] == "no-cache"


def test_cloudfront_forgets_what_has_no_hash_in_its_name(bucket: str, cloudformation: CloudFormation) -> None:
    distribution_id = distribution()

    handler(wanted(cloudformation.url, bucket, distribution_id, "Update"), None)

    (made,) = clients.cloudfront().list_invalidations(DistributionId=distribution_id)["InvalidationList"][
        "Items"
    ]
    found = clients.cloudfront().get_invalidation(DistributionId=distribution_id, Id=made["Id"])
    paths = found["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]
    assert sorted(paths) == ["/", "/favicon.svg", "/index.html"]


def test_parts_of_an_earlier_build_stay(bucket: str, cloudformation: CloudFormation) -> None:
    clients.s3().put_object(Bucket=bucket, Key="assets/index-old.js", Body=b"")

    handler(wanted(cloudformation.url, bucket, distribution()), None)

    assert clients.s3().head_object(Bucket=bucket, Key="assets/index-old.js")["ContentLength"] == 0


def test_a_deletion_leaves_the_files_and_is_answered(bucket: str, cloudformation: CloudFormation) -> None:
    handler(wanted(cloudformation.url, bucket, "gone", "Delete"), None)

    assert cloudformation.answers[0]["Status"] == "SUCCESS"


def test_a_failure_is_answered_without_what_the_vendor_said(
    bucket: str, cloudformation: CloudFormation
) -> None:
    event = wanted(cloudformation.url, bucket, "gone")
    event["ResourceProperties"]["Archive"]["Key"] = "missing.zip"

    handler(event, None)

    (answer,) = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].endswith("See the log.")
    assert "missing.zip" not in answer["Reason"]
