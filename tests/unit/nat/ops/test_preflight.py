"""What an account lacks, looked for on the embedded AWS."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from nat.ops.preflight import AccountNeeds, Finding, NoSuchEnvironment, Preflight, preflight

WANTED = AccountNeeds(
    account="000000000000",
    region="us-east-1",
    sign_in_prefix="members-of-nobody",
    zone=None,
    zone_id=None,
    sender=None,
    streams=0,
)


def findings(
    wanted: AccountNeeds, *, name_servers: Iterable[str] = (), taken: bool = False
) -> dict[str, Finding]:
    """By what was looked at."""
    look = Preflight(wanted, name_servers=lambda _: set(name_servers), resolves=lambda _: taken)
    return {each.what: each for each in look.findings()}


def with_(**changes: Any) -> AccountNeeds:
    """The wanted account with some changes."""
    return replace(WANTED, **changes)


@pytest.fixture(autouse=True)
def _aws(embedded_aws: object) -> None:
    assert embedded_aws


def test_credentials_of_another_account_are_noticed() -> None:
    assert findings(WANTED)["account"].well
    found = findings(with_(account="333333333333"))["account"]

    assert not found.well
    assert "000000000000" in found.told


def test_a_region_that_was_never_bootstrapped_is_named_with_the_command() -> None:
    found = findings(with_(region="eu-central-1"))["bootstrap in eu-central-1"]

    assert (found.well, found.needed) == (False, True)
    assert "cdk bootstrap aws://000000000000/eu-central-1" in found.told


def test_a_bootstrapped_region_is_well_unless_it_is_old() -> None:
    ssm = boto3.client("ssm", region_name="us-east-1")
    for version, well in (("30", True), ("6", False)):
        ssm.put_parameter(
            Name="/cdk-bootstrap/hnb659fds/version", Value=version, Type="String", Overwrite=True
        )

        assert findings(WANTED)["bootstrap in us-east-1"].well is well


def test_the_role_that_ecs_needs_is_missed_and_found() -> None:
    what = "service-linked role of ECS"
    before = findings(WANTED)[what]
    if not before.well:
        boto3.client("iam").create_role(RoleName="AWSServiceRoleForECS", AssumeRolePolicyDocument="{}")

    assert findings(WANTED)[what].well
    assert before.well or "create-service-linked-role" in before.told


def test_a_zone_has_to_be_here_and_delegated() -> None:
    made = boto3.client("route53").create_hosted_zone(Name="nat.example", CallerReference="preflight")
    own = set(made["DelegationSet"]["NameServers"])
    wanted = with_(zone="nat.example", zone_id=made["HostedZone"]["Id"].rpartition("/")[2])

    assert findings(wanted, name_servers=own)["hosted zone nat.example"].well
    assert (
        "not delegated"
        in findings(wanted, name_servers={"ns1.other.example"})["hosted zone nat.example"].told
    )
    assert not findings(with_(zone="nat.example", zone_id="Z0000000000NOBODY"))[
        "hosted zone nat.example"
    ].well


def test_the_quota_of_concurrent_executions_covers_the_streams() -> None:
    what = "concurrent executions of Lambda"

    assert findings(WANTED)[what].well
    assert "L-B99A9384" in findings(with_(streams=10_000))[what].told


def test_a_prefix_that_somebody_has_is_refused() -> None:
    what = "sign-in prefix members-of-nobody"

    assert findings(WANTED)[what].told == "free"
    assert not findings(WANTED, taken=True)[what].well


def test_a_sender_that_is_not_verified_yet_stops_no_deployment() -> None:
    found = findings(with_(sender="nat@preflight.example"))["sender preflight.example"]

    assert (found.well, found.needed) == (False, False)
    assert "sign_in_mail" in found.told


def test_an_environment_without_a_file_is_refused_with_those_that_have_one(tmp_path: Path) -> None:
    (tmp_path / "prod.toml").write_text("")

    with pytest.raises(NoSuchEnvironment, match="Known: prod"):
        preflight("prd", tmp_path)


def test_the_files_of_the_repository_are_read() -> None:
    wanted = AccountNeeds.read("prod", Path(__file__).parents[4] / "config" / "environments")

    assert (wanted.region, wanted.zone, wanted.streams) == ("us-east-1", "nat.nationbuilder.tools", 100)
