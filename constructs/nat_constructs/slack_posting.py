"""What a function needs that talks to Slack's Web API with the bots' tokens."""

from collections.abc import Mapping

from nat.names import Secret, Table, Variable

from .data_store import DataStore
from .function import PythonFunction


def let_post(function: PythonFunction, *, store: DataStore, slack_variables: Mapping[str, str]) -> None:
    """Let a function unseal bots' tokens and renew those that end."""
    variables = {
        **slack_variables,
        **store.variables(Table.INSTALLATIONS),
        Variable.DATA_KEY_ARN: store.key.key_arn,
    }
    for name, value in variables.items():
        function.add_environment(name, value)
    store.grant_rows(function, write=(Table.INSTALLATIONS,))
    store.secrets.grant_read(Secret.SLACK, function)
    store.key.grant_seal(function, Secret.SLACK_CONTEXT_PATTERN)
