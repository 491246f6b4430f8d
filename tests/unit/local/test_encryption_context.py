"""Encryption contexts as condition keys, the way IAM sees them."""

import json

import pytest

from local.aws.encryption_context import encryption_context


def test_each_pair_of_the_context_is_a_key() -> None:
    body = json.dumps({"KeyId": "k", "EncryptionContext": {"path": "nat/nation/demo/nb-tokens"}}).encode()

    assert encryption_context(body) == {"kms:EncryptionContext:path": "nat/nation/demo/nb-tokens"}


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"KeyId": "k"}', b'{"EncryptionContext": 1}'])
def test_a_request_without_context_has_no_keys(body: bytes) -> None:
    assert encryption_context(body) == {}
