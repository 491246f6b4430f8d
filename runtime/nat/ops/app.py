"""The commands of `nat ops`. Each imports what it needs when it runs."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="For who operates the platform, with their own AWS credentials.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    pass


@app.command("migrate-tenants")
def migrate_tenants(
    stacks: Annotated[
        str, typer.Option(help="What the stacks' names begin with: Nat-prod.", metavar="PREFIX")
    ] = "",
    apply: Annotated[bool, typer.Option("--apply", help="Do it. Without, nothing is changed.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write the whole report there, as JSON.", metavar="FILE")
    ] = None,
    stripe: Annotated[
        bool, typer.Option(help="Ask Stripe which subscriptions are active; else all count as active.")
    ] = True,
    customer: Annotated[
        list[str] | None,
        typer.Option(help="A customer with a NationBuilder app of its own; may be repeated.", metavar="SLUG"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether the old refresh is off.")] = False,
) -> None:
    """Make nations of the former platform's tenants. A dry run, unless --apply is given; may be repeated."""
    from rich.console import Console

    from nat.ops import place, tenants
    from nat.settings import SettingMissing

    try:
        if stacks:
            place.find(stacks)
        migration = tenants.migration_of_process(tuple(customer or ()))
        statuses = tenants.statuses_at_stripe() if stripe else None
    except (SettingMissing, place.PlaceUnknown) as missing:
        typer.echo(f"nat: {missing} Name the stacks with --stacks.", err=True)
        raise typer.Exit(2) from None
    if apply and not yes:
        typer.confirm("Is the former platform's refresh job switched off?", abort=True, err=True)
    console = Console(stderr=True)
    made = tenants.run(migration, migration.decided(statuses), console, apply=apply)
    tenants.show(made, console)
    if report is not None:
        tenants.keep(made, report)
    if not made.finished:
        raise typer.Exit(1)
