"""The app as `cdk` runs it: alone, without an account, twice the same."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infrastructure.synthesis import ALL, CONTEXT, REVIEWED, ROOT, folder_of, synthesise

# isort: split
import aws_cdk as cdk
from aws_cdk.assertions import Template

from config import customer_names, environment_names, load_customer, load_environment
from nat.names import EDGE_REGION
from nat_constructs.node import NODE
from stacks.deployment import Deployment
from stacks.web import WebStack

DEAD_PROXY = "http://127.0.0.1:9"
"""Nothing listens on the discard port: whoever asks the network is refused."""


def run_app(folder: Path, *, seed: str = "0", **context: str) -> subprocess.CompletedProcess[str]:
    """Run `app.py` as the CDK command line does, without credentials and without a network."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        cwd=ROOT,
        env={
            **kept,
            "CDK_OUTDIR": str(folder),
            "CDK_VALIDATION": "false",
            "CDK_CONTEXT_JSON": json.dumps({**CONTEXT, "aws:cdk:bundling-stacks": [], **context}),
            "PYTHONHASHSEED": seed,
            "HTTP_PROXY": DEAD_PROXY,
            "HTTPS_PROXY": DEAD_PROXY,
            "AWS_EC2_METADATA_DISABLED": "true",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class Synthesis:
    """A run of the app and where it wrote."""

    folder: Path
    process: subprocess.CompletedProcess[str]


def written(folder: Path) -> dict[str, str]:
    """What a synthesis wrote that is deployed: templates, assets and the order of the stacks."""
    patterns = ("*.template.json", "*.assets.json", "manifest.json")
    return {path.name: path.read_text() for each in patterns for path in sorted(folder.glob(each))}


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[Synthesis]:
    """The app run twice, by processes that order sets and dictionaries differently."""
    folders = [tmp_path_factory.mktemp("synthesis") for _ in range(2)]
    return [
        Synthesis(folder, run_app(folder, seed=seed, env="prod-eu"))
        for folder, seed in zip(folders, "12", strict=True)
    ]


def test_two_syntheses_are_equal_byte_for_byte(twice: list[Synthesis]) -> None:
    first, second = (written(each.folder) for each in twice)

    assert first == second != {}


def test_synthesis_needs_no_credentials_and_no_network(twice: list[Synthesis]) -> None:
    finished = twice[0].process

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_nothing_is_looked_up_at_synthesis() -> None:
    missing = {
        (environment, customer): manifest.get("missing")
        for environment, customer in ALL
        for manifest in [json.loads((synthesise(environment, customer).folder / "manifest.json").read_text())]
    }

    assert set(missing.values()) == {None}


@pytest.mark.parametrize(
    ("context", "line"),
    [
        ({"env": "prd"}, f'Unknown environment "prd". Known: {", ".join(environment_names())}.'),
        (
            {"env": "prod", "customer": "acme"},
            f'Unknown customer "acme". Known: {", ".join(customer_names())}.',
        ),
    ],
)
def test_the_app_refuses_an_unknown_name_in_one_line(
    context: dict[str, str], line: str, tmp_path: Path
) -> None:
    finished = run_app(tmp_path, **context)

    assert (finished.returncode, finished.stderr.strip()) == (1, line)


def test_the_default_environment_is_development(tmp_path: Path) -> None:
    run_app(tmp_path)

    assert "Nat-dev-Data.template.json" in written(tmp_path)


def test_a_shared_customer_gets_its_front_and_its_sender_and_nothing_else() -> None:
    stacks = list(synthesise("prod", "civic-desk").templates)

    assert stacks == ["Nat-prod-civic-desk-Identity", "Nat-prod-civic-desk-Web"]


@pytest.mark.parametrize(
    ("customer", "prefix"), [("nat", "Nat-prod-"), ("volksstimme", "Nat-prod-volksstimme-")]
)
def test_a_platform_has_all_eight_stacks(customer: str, prefix: str) -> None:
    parts = {name.removeprefix(prefix) for name in synthesise("prod", customer).templates}

    assert parts == {
        "Network",
        "Data",
        "Identity",
        "Api",
        "Agent",
        "Automation",
        "Web",
        "Observability",
    }


@pytest.mark.parametrize(("environment", "customer"), REVIEWED)
def test_every_stack_says_what_it_is_and_whose(environment: str, customer: str) -> None:
    assembly = synthesise(environment, customer)

    untold = [name for name, template in assembly.templates.items() if not template.get("Description")]
    untagged = [
        name
        for name, stack in assembly.manifest.items()
        if {"app", "env", "customer", "owner", "cost-center", "managed-by"}
        - stack["properties"]["tags"].keys()
    ]

    assert (untold, untagged) == ([], [])


@pytest.mark.parametrize("environment", environment_names())
def test_stateful_stacks_are_protected_where_data_is_kept(environment: str) -> None:
    keeps_data = load_environment(environment, environ={}).keeps_data
    manifest = synthesise(environment).manifest

    found = [
        name.split("-")[-1]
        for name, stack in manifest.items()
        if stack["properties"].get("terminationProtection")
    ]

    assert sorted(found) == (["Data", "Identity"] if keeps_data else [])


def test_data_stays_in_the_environments_region() -> None:
    places = {
        name.split("-")[-1]: stack["environment"] for name, stack in synthesise("prod-eu").manifest.items()
    }

    assert places.pop("Web") == "aws://444444444444/us-east-1"
    assert set(places.values()) == {"aws://444444444444/eu-central-1"}


def test_references_point_one_way() -> None:
    later = {
        "Network": 0,
        "Data": 0,
        "Identity": 0,
        "Api": 1,
        "Agent": 2,
        "Automation": 2,
        "Observability": 3,
        "Web": 3,
    }

    backwards = [
        (name, found)
        for name, template in synthesise("prod").templates.items()
        for found in re.findall(r'"(?:StackName|Fn::ImportValue)": ?"Nat-prod-(\w+)', json.dumps(template))
        if later[found] >= later[name.split("-")[-1]]
    ]

    assert backwards == []


def test_the_pinned_command_line_reads_what_the_library_writes() -> None:
    command = ROOT / "node_modules" / "aws-cdk"
    pinned = json.loads((ROOT / "package.json").read_text())["devDependencies"]["aws-cdk"]

    listed = subprocess.run(
        [
            str(NODE),
            str(command / "bin" / "cdk"),
            "list",
            "--app",
            str(synthesise("prod").folder),
            "--no-notices",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert json.loads((command / "package.json").read_text())["version"] == pinned
    assert set(listed.stdout.split()) == set(synthesise("prod").templates), listed.stderr


def test_the_folder_of_constructs_is_not_a_package() -> None:
    assert not (ROOT / "constructs" / "__init__.py").exists(), (
        "constructs/__init__.py would shadow the PyPI package `constructs`, and CDK could not be imported"
    )


def test_no_look_up_is_remembered() -> None:
    context = ROOT / "cdk.context.json"

    assert not context.exists() or json.loads(context.read_text()) == {}


@pytest.mark.parametrize(("environment", "customer"), ALL)
def test_references_are_strong_inside_a_region_and_stand_once_across(environment: str, customer: str) -> None:
    """`Fn::GetStackOutput` is resolved one by one and throttled (github.com/aws/aws-cdk/issues/38010)."""
    region = (
        load_customer(customer, folder_of(customer))
        .environment(load_environment(environment, environ={}))
        .region
    )

    for name, template in synthesise(environment, customer).templates.items():
        read = re.findall(r'"Fn::GetStackOutput": (\{[^{}]*\})', json.dumps(template))
        assert len(read) == len(set(read)), name
        assert {json.loads(each)["Region"] for each in read} <= {region}
        assert not read or (name.endswith("-Web") and region != EDGE_REGION)


@pytest.mark.parametrize(("environment", "reads_again"), [("prod-eu", True), ("prod", False)])
def test_a_front_in_another_region_reads_its_origins_again_with_each_release(
    environment: str, reads_again: bool
) -> None:
    """The command line skips a stack whose template is what it was (`canSkipDeploy` of aws-cdk 2.1148.1)."""
    app = cdk.App(context={**CONTEXT, "aws:cdk:bundling-stacks": []}, analytics_reporting=False)
    stack = WebStack(app, deployment=Deployment.load(environment, release="4f2a91c", environ={}))

    (distribution,) = [
        each["Properties"]["DistributionConfig"]
        for each in Template.from_stack(stack).to_json()["Resources"].values()
        if each["Type"] == "AWS::CloudFront::Distribution"
    ]

    assert distribution["Comment"] == ("Nat 4f2a91c" if reads_again else "Nat")
