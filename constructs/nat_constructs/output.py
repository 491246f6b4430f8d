"""Stack outputs with stable names: what `make up`, the command line and operators read."""

from aws_cdk import CfnOutput, Stack


def output(stack: Stack, name: str, value: str, description: str) -> None:
    """One output whose logical id is exactly `name`."""
    CfnOutput(stack, f"Output{name}", value=value, description=description).override_logical_id(name)
