"""What a nation has used, read as the operator."""

from local.machine import Machine
from nat.aws.store import Store
from nat.ids import NationSlug
from nat.nations.record import Nations


def queries_used(machine: Machine, nation: str) -> int:
    """Queries counted in the running period."""
    deployment = machine.deployment
    return (
        Nations(Store(deployment.root.dynamodb, deployment.tables))
        .require(NationSlug(nation))
        .queries_used_this_period
    )
