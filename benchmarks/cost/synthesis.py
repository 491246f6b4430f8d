"""The templates of one environment as the app makes them, without credentials, bundling or validation."""

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import nat_constructs.node  # noqa: F401  chooses jsii's Node before aws_cdk starts it

# isort: split
import aws_cdk as cdk

from config import ConfigurationError, Environment
from config.loading import parse
from stacks.deployment import Deployment
from stacks.platform import build

ROOT: Final = Path(__file__).parents[2]


def changed(environment: Environment, settings: Iterable[str]) -> Environment:
    """The environment with settings such as `worker.cpu=256` in place of its file's.

    Raises `ConfigurationError`.
    """
    values = environment.model_dump()
    for setting in settings:
        key, separator, value = setting.partition("=")
        *sections, name = key.split(".")
        table: Any = values
        for section in sections:
            table = table.get(section) if isinstance(table, dict) else None
        if not separator or not isinstance(table, dict) or name not in table:
            raise ConfigurationError(f'There is no setting "{setting}"; write one such as worker.cpu=256.')
        table[name] = int(value) if value.isdecimal() else value
    return parse(Environment, values, "--set")


def synthesise(deployment: Deployment) -> dict[str, Mapping[str, Any]]:
    """Templates by stack name."""
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    with tempfile.TemporaryDirectory(prefix="nat-cost-") as folder:
        app = cdk.App(
            context={**context, "aws:cdk:bundling-stacks": []},
            outdir=folder,
            analytics_reporting=False,
            builtin_cloud_formation_validation=False,
        )
        build(app, deployment)
        app.synth()
        return {
            path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(Path(folder).glob("*.template.json"))
        }


def deployment_of(environment: str, settings: Iterable[str] = ()) -> Deployment:
    """The default brand's deployment of an environment. Raises `ConfigurationError`."""
    loaded = Deployment.load(environment)
    return replace(loaded, environment=changed(loaded.environment, settings))
