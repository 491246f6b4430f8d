"""The `nat` command. Nothing is imported here that a shell's completion or `nat --help` would have to wait
for."""


def main() -> None:
    """Entry point of the `nat` command."""
    from nat.cli.app import run

    run()
