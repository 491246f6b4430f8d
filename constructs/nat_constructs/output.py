"""Stack outputs with stable names: what `make up`, the command line, other stacks and operators read."""

from aws_cdk import CfnOutput, Stack


def output(stack: Stack, name: str, value: str, description: str, *, export: bool = False) -> None:
    """One output whose logical id is exactly `name`: what stands directly below a stack keeps its own id.
    With `export` other stacks of the region may import it, and CloudFormation keeps it while one does."""
    CfnOutput(
        stack,
        name,
        value=value,
        description=description,
        export_name=exported(stack.stack_name, name) if export else None,
    )


def exported(stack_name: str, name: str) -> str:
    """The name under which a stack exports an output."""
    return f"{stack_name}:{name}"
