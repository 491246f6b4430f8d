"""Where a deployed platform is: its tables and settings, read from its stacks' outputs and functions.

`--stacks Nat-prod` names what the stacks' names begin with. Without it the environment has to say everything,
as it does in a deployed function.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import ClientError

from nat import settings
from nat.aws import clients
from nat.names import EDGE_REGION, Table, Variable

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient

TOLD: Final = (
    ("Automation", "RefreshDueFunctionName"),
    ("Api", "BillingRoundsFunctionName"),
)
"""Functions that are told what the outputs do not say: the token store, the plans, vendors' addresses."""


class PlaceUnknown(RuntimeError):
    """No platform is there, or it cannot be looked at with these credentials."""


def find(stacks: str) -> None:
    """Let this process know a platform as its own functions do; what the environment says already stays.

    Raises `PlaceUnknown`.
    """
    settings.provide(
        variables(
            stacks,
            boto3.client("cloudformation", config=clients.CONFIG),
            boto3.client("lambda", config=clients.CONFIG),
        )
    )


def app_url(stacks: str) -> str:
    """Where people find the platform's web app. Raises `PlaceUnknown`."""
    edge = boto3.client("cloudformation", config=clients.CONFIG, region_name=EDGE_REGION)
    name = f"{stacks}-Web"
    found = _outputs(name, edge).get("AppUrl")
    if found is None:
        raise PlaceUnknown(f"The stack {name} has no output AppUrl.")
    return found


def of_apis(stacks: str, *names: str) -> tuple[str, ...]:
    """Outputs of the platform's APIs. Raises `PlaceUnknown`."""
    stack = f"{stacks}-Api"
    found = _outputs(stack, boto3.client("cloudformation", config=clients.CONFIG))
    try:
        return tuple(found[name] for name in names)
    except KeyError as missing:
        raise PlaceUnknown(f"The stack {stack} has no output {missing.args[0]}.") from None


def variables(
    stacks: str, cloudformation: "CloudFormationClient", functions: "LambdaClient"
) -> dict[str, str]:
    """The variables of a platform. Raises `PlaceUnknown`."""
    found: dict[str, str] = {}
    for stack, output in TOLD:
        name = _outputs(f"{stacks}-{stack}", cloudformation).get(output)
        if name is None:
            raise PlaceUnknown(f"The stack {stacks}-{stack} has no output {output}.")
        told = functions.get_function_configuration(FunctionName=name)
        found |= told.get("Environment", {}).get("Variables", {})
    data = _outputs(f"{stacks}-Data", cloudformation)
    for table in Table:
        if name := data.get(f"{table.value}TableName"):
            found[table.variable] = name
    found[Variable.DATA_KEY_ARN] = data.get("DataKeyArn", "")
    known = {each.value for each in Variable} | {each.variable for each in Table}
    return {name: value for name, value in found.items() if name in known and value}


def _outputs(stack: str, cloudformation: "CloudFormationClient") -> Mapping[str, str]:
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise PlaceUnknown(f"The stack {stack} cannot be looked at: {code}.") from None
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
