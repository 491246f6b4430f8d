"""Synthesising the app once per environment and customer, without credentials, bundling or the built-in
validator."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import nat_constructs.node  # noqa: F401  chooses jsii's Node before aws_cdk starts it

# isort: split
import aws_cdk as cdk
import cdk_nag

from config import DEFAULT_BRAND, customer_names, environment_names, load_customer
from config.customer import FOLDER
from stacks.deployment import Deployment
from stacks.platform import build

ROOT: Final = Path(__file__).parents[2]
CONTEXT: Final[Mapping[str, Any]] = json.loads((ROOT / "cdk.json").read_text())["context"]

EXAMPLES: Final = ROOT / "docs" / "examples" / "customers"
"""Brands that are deployed nowhere."""
EXAMPLE_NAMES: Final = tuple(name for name in customer_names(EXAMPLES) if name != DEFAULT_BRAND)
CUSTOMERS: Final = (*customer_names(), *EXAMPLE_NAMES)


def folder_of(customer: str) -> Path:
    """Where a customer's file is."""
    return EXAMPLES if customer in EXAMPLE_NAMES else FOLDER


ALL: Final = tuple((env, customer) for env in environment_names() for customer in CUSTOMERS)
"""Every environment with every customer, the examples among them."""
REVIEWED: Final = (
    *((environment, DEFAULT_BRAND) for environment in environment_names()),
    *(("prod", customer) for customer in CUSTOMERS if customer != DEFAULT_BRAND),
)
"""Every environment with the default brand, and every customer in production."""
PLATFORMS: Final = tuple(
    (env, customer)
    for env, customer in ALL
    if load_customer(customer, folder_of(customer)).platform == "dedicated"
)
"""Those that have all stacks."""

REPORT: Final = "validation-report.json"

Template = dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """What one synthesis wrote."""

    folder: Path

    @cached_property
    def templates(self) -> dict[str, Template]:
        """Templates by stack name."""
        return {path.name.split(".")[0]: json.loads(path.read_text()) for path in self.files}

    @property
    def files(self) -> tuple[Path, ...]:
        """Files of the templates."""
        return tuple(sorted(self.folder.glob("*.template.json")))

    @property
    def findings(self) -> list[str]:
        """cdk-nag's findings that nobody acknowledged."""
        report = self.folder / REPORT
        if not report.exists():
            return []
        return [
            f"{violation['ruleName']} {construct['constructPath']}"
            for plugin in json.loads(report.read_text())["pluginReports"]
            for violation in plugin["violations"]
            for construct in violation["violatingConstructs"]
        ]

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Stacks by name with their properties, such as protection, tags and place."""
        artifacts = json.loads((self.folder / "manifest.json").read_text())["artifacts"]
        return {
            name: value for name, value in artifacts.items() if value["type"] == "aws:cloudformation:stack"
        }

    def part(self, part: str) -> Template:
        """The template of the stack whose name ends with `part`."""
        return next(value for name, value in self.templates.items() if name.endswith(f"-{part}"))

    def resources(self, kind: str) -> dict[str, Template]:
        """Properties of all resources of one type, by stack and logical id."""
        return {
            f"{stack}/{name}": resource
            for stack, template in self.templates.items()
            for name, resource in template.get("Resources", {}).items()
            if resource["Type"] == kind
        }


def synthesise(environment: str, customer: str = DEFAULT_BRAND) -> Assembly:
    """The assembly of one environment and customer, checked by cdk-nag; synthesised once per test process."""
    return _synthesise(environment, customer, folder_of(customer))


def with_examples(environment: str) -> Assembly:
    """The same of a platform that serves the example brands."""
    return _synthesise(environment, DEFAULT_BRAND, EXAMPLES)


@cache
def _synthesise(environment: str, customer: str, customers: Path) -> Assembly:
    folder = Path(tempfile.mkdtemp(prefix="nat-synth-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    app = cdk.App(
        context={**CONTEXT, "aws:cdk:bundling-stacks": []},
        outdir=str(folder),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
    )
    build(app, Deployment.load(environment, customer, customers=customers, environ={}))
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError:
        # Findings: the templates are written by then, and the report with them.
        if not (folder / REPORT).exists():
            raise
    return Assembly(folder)
