#!/usr/bin/env python3
"""The CDK app: `cdk synth -c env=prod -c customer=civic-desk`.

Without `env` it is the development environment, without `customer` the service's own brand. `-c
customers=FOLDER` takes customers from another folder than `config/customers`, such as the examples'.
"""

import sys
from pathlib import Path

import nat_constructs.node
import nat_constructs.short_lived  # noqa: F401  a tenth faster

# isort: split
import aws_cdk as cdk

from config import DEFAULT_BRAND, ConfigurationError
from config.customer import FOLDER as CUSTOMERS
from config.environment import OVERRIDES
from stacks.deployment import Deployment
from stacks.platform import build


def main() -> None:
    """Build the stacks of one environment and customer."""
    app = cdk.App()
    overrides = {key: value for key in OVERRIDES if (value := app.node.try_get_context(key))}
    try:
        deployment = Deployment.load(
            app.node.try_get_context("env") or "dev",
            app.node.try_get_context("customer") or DEFAULT_BRAND,
            customers=Path(app.node.try_get_context("customers") or CUSTOMERS),
            release=app.node.try_get_context("release"),
            overrides=overrides,
        )
    except ConfigurationError as error:
        sys.exit(str(error))
    build(app, deployment)
    app.synth()


if __name__ == "__main__":
    main()
