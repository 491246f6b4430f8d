"""Another key for CloudFront, without anybody noticing."""

import json
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from nat.aws import clients
from nat.aws.origin_key import OriginKey, OriginKeyMissing
from nat.names import ORIGIN_KEY_HEADER, Secret
from nat.ops.origin_key import FrontsNotReady, Rotation
from tests.embedded import EmbeddedAws

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.type_defs import CustomHeadersTypeDef, OriginTypeDef


class Platform:
    """The key's secret of one platform, and its fronts."""

    def __init__(self) -> None:
        self.region = uuid.uuid4().hex
        self.api = f"{self.region}.execute-api.example"
        self.told: list[str] = []
        self.waited: list[float] = []
        clients.secrets().create_secret(
            Name=Secret.origin_key(self.region), SecretString=json.dumps({"current": "first"})
        )

    def front(self, host: str | None = None, key: str = "first") -> str:
        """A distribution before a host, with files of its own."""
        shown: CustomHeadersTypeDef = {
            "Quantity": 1,
            "Items": [{"HeaderName": ORIGIN_KEY_HEADER, "HeaderValue": key}],
        }
        made = clients.cloudfront().create_distribution(
            DistributionConfig={
                "CallerReference": uuid.uuid4().hex,
                "Comment": "",
                "Enabled": True,
                "Origins": {
                    "Quantity": 2,
                    "Items": [
                        _origin("api", host or self.api, shown),
                        _origin("files", "files.example", {"Quantity": 0}),
                    ],
                },
                "DefaultCacheBehavior": {
                    "TargetOriginId": "files",
                    "ViewerProtocolPolicy": "https-only",
                    "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
                },
            }
        )
        return made["Distribution"]["Id"]

    @property
    def key(self) -> OriginKey:
        """What the APIs take."""
        name = Secret.origin_key(self.region)
        return OriginKey.parsed(clients.secrets().get_secret_value(SecretId=name)["SecretString"])

    def rotate(self, wait: Callable[[float], None] | None = None) -> None:
        Rotation(
            clients.cloudfront(),
            clients.secrets(),
            self.region,
            frozenset({self.api}),
            told=self.told.append,
            wait=wait or self.waited.append,
        ).run()


def _origin(name: str, host: str, headers: "CustomHeadersTypeDef") -> "OriginTypeDef":
    return {
        "Id": name,
        "DomainName": host,
        "CustomHeaders": headers,
        "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
    }


def sent(front: str) -> list[str]:
    """What a front sends to its origins."""
    config = clients.cloudfront().get_distribution_config(Id=front)["DistributionConfig"]
    return [
        header["HeaderValue"]
        for origin in config["Origins"]["Items"]
        for header in origin.get("CustomHeaders", {}).get("Items", [])
    ]


@pytest.fixture
def platform(embedded_aws: EmbeddedAws) -> Platform:
    assert embedded_aws
    return Platform()


def test_every_front_of_the_platform_sends_the_new_key_and_the_old_one_is_out(platform: Platform) -> None:
    fronts = [platform.front(), platform.front()]

    platform.rotate()

    key = platform.key
    assert key.current != "first"
    assert len(key.current) >= 64
    assert key.previous is None
    assert [sent(front) for front in fronts] == [[key.current], [key.current]]
    assert not any(key.current in line for line in platform.told)


def test_fronts_of_other_platforms_are_left_alone(platform: Platform) -> None:
    other = platform.front("elsewhere.execute-api.example", "theirs")

    platform.rotate()

    assert sent(other) == ["theirs"]


def test_both_keys_count_while_fronts_are_told(platform: Platform) -> None:
    front = platform.front()
    seen: list[tuple[OriginKey, list[str]]] = []

    def note(**_: object) -> None:
        seen.append((platform.key, sent(front)))

    clients.cloudfront().meta.events.register("before-call.cloudfront.UpdateDistribution", note)
    try:
        platform.rotate()
    finally:
        clients.cloudfront().meta.events.unregister("before-call.cloudfront.UpdateDistribution", note)

    ((during, sending),) = seen
    assert during.previous == "first"
    assert sending == ["first"]


def test_an_interrupted_one_goes_on_with_the_key_that_it_had_made(platform: Platform) -> None:
    front = platform.front()

    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    events = clients.cloudfront().meta.events
    events.register("before-call.cloudfront.UpdateDistribution", interrupt)
    with pytest.raises(KeyboardInterrupt):
        platform.rotate()
    events.unregister("before-call.cloudfront.UpdateDistribution", interrupt)
    halfway = platform.key
    assert halfway.previous == "first"

    platform.rotate()

    assert platform.key == OriginKey(halfway.current)
    assert sent(front) == [halfway.current]


def test_the_old_key_counts_until_every_place_knows_the_new_one(platform: Platform) -> None:
    front = platform.front()

    def busy(parsed: dict[str, dict[str, object]], **_: object) -> None:
        parsed["Distribution"]["Status"] = "InProgress"

    events = clients.cloudfront().meta.events
    events.register("after-call.cloudfront.GetDistribution", busy)
    with pytest.raises(FrontsNotReady, match=front):
        platform.rotate()
    events.unregister("after-call.cloudfront.GetDistribution", busy)

    assert platform.key.previous == "first"
    assert sum(platform.waited) >= 1800


def test_a_platform_without_a_key_is_told_so(platform: Platform) -> None:
    clients.secrets().put_secret_value(SecretId=Secret.origin_key(platform.region), SecretString="unset")

    with pytest.raises(OriginKeyMissing):
        platform.rotate()
