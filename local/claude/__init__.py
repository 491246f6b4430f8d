"""A stand-in for Claude: the Messages API on loopback, with a rule-based brain instead of a model.

    with running_claude() as server:
        client = anthropic.Anthropic(base_url=server.base_url, api_key="any")

or `python -m local.claude --port 8701`. It speaks the streaming grammar, accounts for the prompt cache,
refuses what the API refuses, breaks on demand (`POST /_standin/faults`), says what it is told to
(`POST /_standin/script`), and in obedient mode follows every instruction that it finds in tool results.
It says nothing about how well Claude works: its answers come from patterns in `brain/`.
"""

from local.claude.server import Options, RunningClaude, running_claude

__all__ = ["Options", "RunningClaude", "running_claude"]
