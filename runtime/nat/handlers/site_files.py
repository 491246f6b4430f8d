"""CloudFormation's custom resource that puts the built web app into a brand's bucket.

The parts come before the page that names them, and nothing is taken away: a tab that was open over a
deployment still finds its parts, some 200 KB each time. Parts have a hash in their name and are kept for ever
by browsers; everything else is asked for anew, and CloudFront is told to forget it.

    {"Archive": {"Bucket", "Key"}, "Bucket", "Distribution"}      properties of the resource
"""

import io
import json
import mimetypes
import urllib.request
import zipfile
from typing import TYPE_CHECKING, Any, Final

from nat.aws import clients, log
from nat.handlers.request import LambdaEvent
from nat.names import SITE_ASSETS, SITE_FOR_EVER

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_s3 import S3Client

ANEW: Final = "no-cache"
PATIENCE: Final = 10
"""Seconds for CloudFormation to take the answer."""


def put(s3: "S3Client", archive: bytes, bucket: str) -> list[str]:
    """Put an archive's files into the bucket; gives the paths that browsers ask for anew."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        names = [name for name in files.namelist() if not name.endswith("/")]
        parts = [name for name in names if name.startswith(SITE_ASSETS)]
        anew = [name for name in names if name not in parts]
        for name in [*parts, *anew]:
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            s3.put_object(
                Bucket=bucket,
                Key=name,
                Body=files.read(name),
                ContentType=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
                CacheControl=SITE_FOR_EVER if name in parts else ANEW,
            )
    return ["/", *(f"/{name}" for name in sorted(anew))]


def carry_out(wanted: dict[str, Any], s3: "S3Client", cloudfront: "CloudFrontClient", once: str) -> None:
    """Do what the resource says. `once` names the request, so that a repeated one invalidates once."""
    archive = s3.get_object(Bucket=wanted["Archive"]["Bucket"], Key=wanted["Archive"]["Key"])["Body"].read()
    paths = put(s3, archive, wanted["Bucket"])
    cloudfront.create_invalidation(
        DistributionId=wanted["Distribution"],
        InvalidationBatch={
            "Paths": {"Quantity": len(paths), "Items": paths},
            "CallerReference": once,
        },
    )


def handler(event: LambdaEvent, context: object) -> None:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point. CloudFormation waits for an hour without an answer, so there is always one. When
    the resource goes, its files stay: they go with the bucket."""
    failed: str | None = None
    try:
        if event["RequestType"] != "Delete":
            carry_out(event["ResourceProperties"], clients.s3(), clients.cloudfront(), event["RequestId"])
    except Exception as error:
        log.defect(error, request=event["RequestId"])
        failed = f"The web app's files could not be put into the bucket: {type(error).__name__}. See the log."
    _answer(event, failed)


def _answer(event: LambdaEvent, failed: str | None) -> None:
    body = {
        "Status": "SUCCESS" if failed is None else "FAILED",
        "Reason": failed or "",
        "PhysicalResourceId": "site-files",
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(  # noqa: S310  CloudFormation's own address
        event["ResponseURL"], json.dumps(body).encode(), {"Content-Type": ""}, method="PUT"
    )
    with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310
        pass
