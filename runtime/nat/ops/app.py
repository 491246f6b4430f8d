"""The commands of `nat ops`. Each imports what it needs when it runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from nat.ids import NationSlug

app = typer.Typer(help="For who operates the platform, with their own AWS credentials.", no_args_is_help=True)

Stacks = Annotated[str, typer.Option(help="What the stacks' names begin with: Nat-prod.", metavar="PREFIX")]
Found = TypeVar("Found")


@app.callback()
def _group() -> None:
    pass


@app.command("preflight")
def preflight(
    env: Annotated[str, typer.Option("--env", help="A file of config/environments.", metavar="NAME")],
    folder: Annotated[Path, typer.Option("--config", help="Where environments' files are.")] = Path(
        "config/environments"
    ),
) -> None:
    """Tell what the account still lacks before an environment can be deployed. Changes nothing."""
    from nat.ops import preflight as look

    try:
        findings = look.preflight(env, folder)
    except look.NoSuchEnvironment as error:
        typer.echo(f"nat: {error}", err=True)
        raise typer.Exit(2) from None
    for each in findings:
        mark = "ok     " if each.well else "MISSING" if each.needed else "later  "
        typer.echo(f"{mark}  {each.what}: {each.told}")
    if any(each.needed and not each.well for each in findings):
        raise typer.Exit(1)


@app.command("smoke")
def smoke(
    env: Annotated[str, typer.Option("--env", help="The environment.", metavar="NAME")] = "",
    url: Annotated[str, typer.Option("--url", help="The web app's address, instead.", metavar="URL")] = "",
) -> None:
    """Ask every public door of what was deployed once, without signing in."""
    from nat.ops import place
    from nat.ops import smoke as doors

    if url:
        answers = doors.smoke(url)
    else:
        (api_url,) = _known(lambda: place.of_apis(f"Nat-{env}", "ApiUrl"))
        answers = doors.smoke(_known(lambda: place.app_url(f"Nat-{env}")), api_url)
    for each in answers:
        typer.echo(f"{'ok   ' if each.well else 'WRONG'}  {each.what}: {each.told}")
    if not all(each.well for each in answers):
        raise typer.Exit(1)


@app.command("move-tokens")
def move_tokens(
    to: Annotated[str, typer.Option("--to", help="secretsmanager or dynamodb.", metavar="STORE")],
    stacks: Stacks = "",
    apply: Annotated[bool, typer.Option("--apply", help="Do it. Without, nothing is changed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether everything is stopped.")] = False,
) -> None:
    """Copy every nation's NationBuilder tokens into the other store. A dry run, unless --apply is given.

    Nothing may refresh tokens meanwhile: stop the workers and the refresh rules, move, deploy with
    `token_store` changed, start again.
    """
    from nat.ops import token_store

    if to not in token_store.STORES:
        typer.echo(f"nat: --to is {' or '.join(token_store.STORES)}.", err=True)
        raise typer.Exit(2)
    _at(stacks)
    if apply and not yes:
        typer.confirm("Are all workers and the refresh rules stopped?", abort=True, err=True)
    moved = _known(lambda: token_store.move(to, apply=apply, told=lambda slug: typer.echo(slug, err=True)))
    done = "copied" if apply else "would be copied; nothing was changed"
    typer.echo(f"{len(moved.copied)} pairs {done}, {len(moved.missing)} nations have none to copy.")
    for slug in moved.missing:
        typer.echo(f"no pair: {slug}")


@app.command("rotate-origin-key")
def rotate_origin_key(stacks: Stacks) -> None:
    """Replace the key with which CloudFront shows that a request came through it. Nobody notices; it takes
    some minutes, and may be repeated."""
    from nat.aws.origin_key import OriginKeyMissing
    from nat.ops import origin_key

    try:
        _known(lambda: origin_key.rotate(stacks, typer.echo))
    except (OriginKeyMissing, origin_key.FrontsNotReady) as error:
        typer.echo(f"nat: {error}", err=True)
        raise typer.Exit(1) from None


@app.command("cost-ceiling")
def cost_ceiling(
    nation: Annotated[str, typer.Argument(help="The nation's slug.", metavar="SLUG")],
    dollars: Annotated[
        int | None, typer.Option(help="The ceiling in dollars a period; without it the plan's holds.")
    ] = None,
    stacks: Stacks = "",
) -> None:
    """Set what the model may cost for one nation in a period, in place of what its plan says."""
    from nat.ops.ceiling import set_ceiling

    _at(stacks)
    told = _known(lambda: set_ceiling(NationSlug(nation), dollars))
    typer.echo(told)


@app.command("verify-audit")
def verify_audit(
    nation: Annotated[str, typer.Argument(help="The nation's slug.", metavar="SLUG")], stacks: Stacks = ""
) -> None:
    """Walk a nation's audit log from its beginning. Keep the count and the hash: compared with later ones
    they show a log whose end was cut off."""
    from nat.audit.log import Audit
    from nat.aws import clients
    from nat.aws.store import Store
    from nat.settings import TableNames

    _at(stacks)
    found = _known(lambda: Audit(Store(clients.dynamodb(), TableNames.read())).verify(NationSlug(nation)))
    if not found.whole:
        typer.echo(f"{nation}: broken at entry {found.broken_at}; the {found.entries} before it hold.")
        raise typer.Exit(1)
    typer.echo(f"{nation}: {found.entries} entries hold, the last with hash {found.head}.")


def _at(stacks: str) -> None:
    """Let this process know the platform that was named, if one was."""
    from nat.ops import place

    if stacks:
        _known(lambda: place.find(stacks))


def _known(look: Callable[[], Found]) -> Found:
    """What `look` gives. Ends the command where the platform is not known."""
    from nat.ops.place import PlaceUnknown
    from nat.settings import SettingMissing

    try:
        return look()
    except (SettingMissing, PlaceUnknown) as missing:
        typer.echo(f"nat: {missing} Name the stacks with --stacks.", err=True)
        raise typer.Exit(2) from None


@app.command("migrate-tenants")
def migrate_tenants(
    stacks: Stacks = "",
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

    from nat.ops import tenants

    _at(stacks)
    migration = _known(lambda: tenants.migration_of_process(tuple(customer or ())))
    statuses = _known(tenants.statuses_at_stripe) if stripe else None
    if apply and not yes:
        typer.confirm("Is the former platform's refresh job switched off?", abort=True, err=True)
    console = Console(stderr=True)
    made = tenants.run(migration, migration.decided(statuses), console, apply=apply)
    tenants.show(made, console)
    if report is not None:
        tenants.keep(made, report)
    if not made.finished:
        raise typer.Exit(1)
