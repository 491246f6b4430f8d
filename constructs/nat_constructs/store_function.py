"""A function that works with the product's tables."""

from collections.abc import Iterable, Mapping
from typing import TypedDict

from constructs import Construct

from nat.names import Table

from .data_store import DataStore
from .function import FunctionDefaults, PythonFunction


class FunctionProps(TypedDict):
    """What every construct is given that makes functions on the product's tables."""

    defaults: FunctionDefaults
    store: DataStore


class StoreFunction(PythonFunction):
    """A `PythonFunction` that knows the names of the tables which it may read or write, and no others, and
    reads one secret of the platform, `secret` by its name."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        handler: str,
        description: str,
        secret: str,
        read: Iterable[Table] = (),
        write: Iterable[Table] = (),
        variables: Mapping[str, str],
        group: str = "handlers",
        timeout_seconds: int = 29,
    ) -> None:
        read, write = tuple(read), tuple(write)
        super().__init__(
            scope,
            construct_id,
            defaults=defaults,
            handler=handler,
            description=description,
            variables={**store.variables(*read, *write), **variables},
            group=group,
            timeout_seconds=timeout_seconds,
        )
        store.grant_rows(self, read=read, write=write)
        store.secrets.grant_read(secret, self)
