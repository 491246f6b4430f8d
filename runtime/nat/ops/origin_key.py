"""`nat ops rotate-origin-key`: another key with which CloudFront shows that a request came through it.

The APIs take both keys from the moment that the new one is stored; then each front of the platform is told of
it, and once all their places know it the old one counts no more. Interrupted, it goes on where it was.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from nat.aws import clients
from nat.aws.origin_key import OriginKey
from nat.aws.secrets import read_secret
from nat.names import ORIGIN_KEY_HEADER, Secret
from nat.ops import place

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudfront.type_defs import DistributionConfigOutputTypeDef
    from mypy_boto3_secretsmanager import SecretsManagerClient

BYTES: Final = 48
LONGEST_SECONDS: Final = 1800
"""CloudFront takes minutes until every place knows a change."""
LOOK_SECONDS: Final = 15


class FrontsNotReady(RuntimeError):
    """CloudFront takes longer than usual. Run the command again: it goes on."""


class Rotation:
    """The replacement of one platform's key. `hosts` are those of its APIs."""

    def __init__(
        self,
        cloudfront: "CloudFrontClient",
        vault: "SecretsManagerClient",
        region: str,
        hosts: frozenset[str],
        *,
        told: Callable[[str], None],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._cloudfront = cloudfront
        self._vault = vault
        self._secret = Secret.origin_key(region)
        self._hosts = hosts
        self._told = told
        self._wait = wait

    def run(self) -> None:
        """Replace the key. Raises `OriginKeyMissing`, `FrontsNotReady` and what boto3 raises."""
        key = OriginKey.parsed(read_secret(self._vault, self._secret))
        if key.previous is None:
            key = OriginKey(secrets.token_urlsafe(BYTES), key.current)
            self._store(key)
            self._told("stored: the APIs take both keys")
        fronts = list(self._fronts())
        for front in fronts:
            self._tell(front, key.current)
        for front in fronts:
            self._await(front)
        self._store(OriginKey(key.current))
        self._told(f"done: {len(fronts)} fronts send the new key, and no other counts")

    def _store(self, key: OriginKey) -> None:
        self._vault.put_secret_value(SecretId=self._secret, SecretString=key.as_text())

    def _fronts(self) -> Iterator[str]:
        """The distributions before the platform's APIs: each brand's own."""
        for page in self._cloudfront.get_paginator("list_distributions").paginate():
            for each in page["DistributionList"].get("Items", []):
                if self._hosts & {origin["DomainName"] for origin in each["Origins"]["Items"]}:
                    yield each["Id"]

    def _tell(self, front: str, key: str) -> None:
        found = self._cloudfront.get_distribution_config(Id=front)
        config = found["DistributionConfig"]
        if self._is_told(config, key):
            return
        self._cloudfront.update_distribution(Id=front, IfMatch=found["ETag"], DistributionConfig=config)
        self._told(f"told: {front}")

    def _is_told(self, config: "DistributionConfigOutputTypeDef", key: str) -> bool:
        """Whether a front sends the key already; in `config` it does from now on."""
        sent = [
            header
            for origin in config["Origins"]["Items"]
            if origin["DomainName"] in self._hosts
            for header in origin.get("CustomHeaders", {}).get("Items", [])
            if header["HeaderName"].lower() == ORIGIN_KEY_HEADER
        ]
        known = all(header["HeaderValue"] == key for header in sent)
        for header in sent:
            header["HeaderValue"] = key
        return known

    def _await(self, front: str) -> None:
        for _ in range(LONGEST_SECONDS // LOOK_SECONDS):
            if self._cloudfront.get_distribution(Id=front)["Distribution"]["Status"] == "Deployed":
                return
            self._wait(LOOK_SECONDS)
        raise FrontsNotReady(f"{front} is still being deployed. Run the command again: it goes on.")


def rotate(stacks: str, told: Callable[[str], None]) -> None:
    """Replace the key of the platform whose stacks' names begin so. Raises `PlaceUnknown`, and what
    `Rotation.run` raises."""
    hosts = frozenset(place.of_apis(stacks, "ApiHost", "SocketHost"))
    vault = clients.secrets()
    Rotation(clients.cloudfront(), vault, vault.meta.region_name, hosts, told=told).run()
