"""Stack outputs with stable names: what `make up`, the command line and operators read."""

from aws_cdk import CfnOutput, Stack


def output(stack: Stack, name: str, value: str, description: str) -> None:
    """One output whose logical id is exactly `name`: what stands directly below a stack keeps its own id."""
    CfnOutput(stack, name, value=value, description=description)
