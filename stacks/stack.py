"""What all stacks have in common: name, place, tags, protection."""

import aws_cdk as cdk
from constructs import Construct

from nat_constructs.output import output
from stacks.deployment import Deployment


class NatStack(cdk.Stack):
    """A stack named `Nat-<environment>-<part>` or `Nat-<environment>-<customer>-<part>`."""

    def __init__(
        self,
        scope: Construct,
        part: str,
        *,
        deployment: Deployment,
        description: str,
        stateful: bool = False,
        region: str | None = None,
    ) -> None:
        environment = deployment.environment
        super().__init__(
            scope,
            f"{deployment.prefix}{part}",
            description=description,
            env=cdk.Environment(account=environment.account, region=region or environment.region),
            # Of the stack, and so of all its resources; CloudFormation hands them down.
            tags={
                "app": "nat",
                "env": environment.name,
                "customer": deployment.customer.slug,
                "owner": environment.owner,
                "cost-center": environment.cost_center,
                "managed-by": "cdk",
            },
            termination_protection=stateful and environment.keeps_data,
            synthesizer=_synthesizer(bootstrap=environment.features.bootstrap),
        )
        self.deployment = deployment

    def publish(self, name: str, value: str, description: str, *, exported: bool = False) -> None:
        """An output whose logical id is exactly `name`; `exported` if a brand's front imports it."""
        output(self, name, value, description, export=exported)


def _synthesizer(*, bootstrap: bool) -> cdk.IStackSynthesizer:
    if bootstrap:
        return cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    return cdk.CliCredentialsStackSynthesizer()
