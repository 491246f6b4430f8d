"""Putting the web app into its bucket, on an embedded AWS."""

import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.loopback import Request, Response, answering
from nat.aws import clients
from nat.handlers.site_files import handler
from tests.embedded import EmbeddedAws

FILES = {
    "index.html": b"<!doctype html>",
    "assets/index-abc.js": b"export {}",
    "assets/index-abc.css": b"body{}",
    "favicon.svg": b"<svg/>",
}


@dataclass
class CloudFormation:
    """Takes the answers of custom resources. `url` is where they go."""

    url: str = ""
    answers: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    """CloudFormation's side, on loopback."""
    found = CloudFormation()

    def answer(request: Request) -> Response:
        found.answers.append(json.loads(request.body))
        return Response(200)

    with answering(answer) as url:
        found.url = f"{url}/"
        yield found


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
