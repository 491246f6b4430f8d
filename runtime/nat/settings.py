"""What the environment says, as typed values. The only module that reads `os.environ`.

Each process reads just the groups it needs, at start: a missing variable fails there, by name, and not in the
middle of a request.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from nat.names import Table, Variable


class SettingMissing(RuntimeError):
    """An environment variable that this process needs is not set."""


def _required(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name)
    if not value:
        raise SettingMissing(f"The environment variable {name} is not set.")
    return value


class TableNames:
    """Deployed names of the tables. Only those that the process was given can be used."""

    def __init__(self, names: Mapping[Table, str]) -> None:
        self.names = names

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "TableNames":
        """Every table whose variable is set."""
        return cls({table: environ[table.variable] for table in Table if environ.get(table.variable)})

    def __getitem__(self, table: Table) -> str:
        """Deployed name of a table. Raises `SettingMissing`."""
        try:
            return self.names[table]
        except KeyError:
            raise SettingMissing(f"The environment variable {table.variable} is not set.") from None


def read(variable: Variable, environ: Mapping[str, str] = os.environ) -> str:
    """A required variable. Raises `SettingMissing`."""
    return _required(variable.value, environ)


def read_optional(variable: Variable, default: str = "", environ: Mapping[str, str] = os.environ) -> str:
    """A variable with a default."""
    return environ.get(variable.value) or default


def read_json(variable: Variable, environ: Mapping[str, str] = os.environ) -> Any:
    """A required variable that holds JSON. Raises `SettingMissing`, `json.JSONDecodeError`."""
    return json.loads(_required(variable.value, environ))


def provide(variables: Mapping[str, str]) -> None:
    """For a command that has found out where the platform is: what the environment does not say yet, it says
    from now on."""
    for name, value in variables.items():
        os.environ.setdefault(name, value)


def in_lambda(environ: Mapping[str, str] = os.environ) -> bool:
    """True inside AWS Lambda, which sets this variable in every function (Lambda developer guide)."""
    return "AWS_LAMBDA_FUNCTION_NAME" in environ
