"""The commands of `nat`: `chat`, `tools`, `tool call`, `ops`. Each imports what it needs when it runs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from nat.ids import NationSlug
from nat.ops.app import app as ops_app

app = typer.Typer(
    name="nat",
    help="Nat: ask a nation on NationBuilder, in plain words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
tool_app = typer.Typer(help="One tool by hand.", no_args_is_help=True)
app.add_typer(tool_app, name="tool")
app.add_typer(ops_app, name="ops")

Nation = Annotated[str, typer.Option("--nation", "-n", metavar="SLUG", help="The nation's slug.")]
BaseUrl = Annotated[
    str, typer.Option(help="NationBuilder's address; `{slug}` stands for the nation.", metavar="URL")
]


def run() -> None:
    """Run a command. Whatever goes wrong is one line, and a status: 1 it did not work, 2 it was called
    wrongly."""
    from nat.cli.terminal import CommandFailed
    from nat.errors import NatError

    try:
        app()
    except CommandFailed as error:
        _complain(error.message)
        sys.exit(error.status)
    except NatError as error:
        _complain(error.message)
        sys.exit(1)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)


def _complain(message: str) -> None:
    print(f"nat: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201 - a command's voice


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("nat"))
        raise typer.Exit


@app.callback()
def _options(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def chat(
    nation: Nation,
    profile: Annotated[Path | None, typer.Option(help="Where the platform is.", metavar="FILE")] = None,
    message: Annotated[str | None, typer.Option("--message", "-m", help="Ask this and leave.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Begin a new conversation.")] = False,
    conversation: Annotated[
        str | None, typer.Option(help="Go on with this conversation.", metavar="ID")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Sign in without a browser here.")] = False,
    direct: Annotated[bool, typer.Option("--direct", help="Without the platform, with a V2 token.")] = False,
    base_url: BaseUrl = "",
    time_zone: Annotated[str, typer.Option(help="The nation's zone, with --direct.", metavar="ZONE")] = "UTC",
) -> None:
    """Ask a nation: one question with --message, else a conversation."""
    from rich.console import Console

    from nat.cli.chat import Wanted, run
    from nat.cli.terminal import CommandFailed

    _check_slug(nation)
    if new and conversation:
        raise CommandFailed("Use either --new or --conversation.", status=2)
    wanted = Wanted(nation, profile, message, new, conversation, not no_browser)
    console = Console()
    if direct:
        from nat.cli.direct import DirectChat
        from nat.cli.nation import open_nation, v2_token
        from nat.cli.sessions import DirectTalk

        with open_nation(nation, v2_token(_ask_token), base_url, time_zone) as client:
            direct_talk = DirectTalk(lambda: DirectChat(client, NationSlug(nation), time_zone))
            try:
                run(direct_talk, wanted, console)
            finally:
                direct_talk.close()
        return
    from nat.cli.platform import PlatformClient
    from nat.cli.profile import Profile, SessionFile
    from nat.cli.sessions import PlatformTalk, session_of

    found = Profile.find(wanted.profile)
    file = SessionFile(found)
    session = session_of(found, file, wanted, console)
    with PlatformClient(found, session, on_session=file.save) as platform:
        run(PlatformTalk(platform, file, wanted), wanted, console)


@app.command()
def tools(
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as a JSON list.")] = False,
    group: Annotated[str | None, typer.Option(help="Only this group.")] = None,
) -> None:
    """List what the agent can do in NationBuilder."""
    from rich.console import Console

    from nat.cli.catalogue import print_tools

    print_tools(group, as_json, Console())


@tool_app.command("call")
def call_tool(
    name: Annotated[str, typer.Argument(help="The tool's name.")],
    nation: Nation,
    arguments: Annotated[str, typer.Argument(help="Its arguments as a JSON object.")] = "{}",
    base_url: BaseUrl = "",
) -> None:
    """Run one tool with a V2 token (NAT_V2_TOKEN) and print what it gives, as JSON."""
    from nat.cli.catalogue import call
    from nat.cli.nation import v2_token

    _check_slug(nation)
    typer.echo(call(name, arguments, slug=nation, token=lambda: v2_token(_ask_token), base_url=base_url))


def _ask_token() -> str:
    token: str = typer.prompt("V2 API token", hide_input=True, err=True)
    return token


def _check_slug(slug: str) -> None:
    import re

    from nat.cli.terminal import CommandFailed
    from nat.names import SLUG_PATTERN

    if not re.match(SLUG_PATTERN, slug):
        raise CommandFailed(f"{slug} is no slug: write the part before .nationbuilder.com.", status=2)
