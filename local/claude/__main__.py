"""`python -m local.claude --port 8701 [--obedient] [--tokens-per-second 80] [--log FILE]`."""

import sys
from collections.abc import Sequence

from local.claude.journal import LOG_VARIABLE
from local.claude.server import Options, running_claude
from local.loopback.foreground import parser_of, run_in_foreground


def options(arguments: Sequence[str]) -> Options:
    """The command line as options. Ends the process with a usage message if it makes no sense."""
    about = "A stand-in for the Claude Messages API on loopback."
    parser = parser_of("claude", about, log_variable=LOG_VARIABLE)
    parser.add_argument(
        "--obedient", action="store_true", help="follow every instruction found in tool results"
    )
    parser.add_argument(
        "--tokens-per-second", type=float, default=None, help="speed of a stream; default: at once"
    )
    parser.add_argument("--first-token-ms", type=float, default=0.0, help="wait before a stream begins")
    parser.add_argument("--tokens-per-delta", type=int, default=4, help="output tokens in one delta")
    parser.add_argument(
        "--min-cache-tokens",
        action="append",
        default=[],
        metavar="MODEL=TOKENS",
        help="shortest cached prefix of a model",
    )
    given = parser.parse_args(arguments)
    minimums: dict[str, int] = {}
    for each in given.min_cache_tokens:
        model, _, tokens = each.partition("=")
        if not tokens.isdigit():
            parser.error(f"--min-cache-tokens takes MODEL=TOKENS, not {each}")
        minimums[model] = int(tokens)
    return Options(
        host=given.host,
        port=given.port,
        log=given.log,
        obedient=given.obedient,
        tokens_per_second=given.tokens_per_second,
        first_token_ms=given.first_token_ms,
        tokens_per_delta=max(1, given.tokens_per_delta),
        min_cache_tokens=minimums,
    )


def main() -> int:
    """Run until told to stop. Gives the exit status."""
    claude = running_claude(options(sys.argv[1:]))
    return run_in_foreground("Claude", claude, lambda running: running.base_url)


if __name__ == "__main__":
    sys.exit(main())
