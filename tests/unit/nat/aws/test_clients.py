"""How AWS is called."""

from urllib.parse import urlsplit

import boto3
import pytest

from nat.aws.clients import FILES_CONFIG


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_a_signed_address_names_the_bucket_in_its_region(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The global name leads elsewhere for a new bucket, and the signature is for one host."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    s3 = boto3.client(
        "s3",
        config=FILES_CONFIG,
        region_name=region,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )

    address = s3.generate_presigned_url("get_object", Params={"Bucket": "nat-files", "Key": "nation/acme/x"})

    assert urlsplit(address).netloc == f"nat-files.s3.{region}.amazonaws.com"


def test_a_bucket_of_an_embedded_aws_is_reached_by_path() -> None:
    s3 = boto3.client(
        "s3",
        config=FILES_CONFIG,
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:4566",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )

    address = s3.generate_presigned_url("get_object", Params={"Bucket": "nat-files", "Key": "x"})

    assert address.startswith("http://127.0.0.1:4566/nat-files/x?")
