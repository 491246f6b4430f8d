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
    """A `PythonFunction` that knows the names of the tables which it may read or write, and no others. With
    `secret` it reads that secret of the platform."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        handler: str,
        description: str,
        secret: str | None = None,
        read: Iterable[Table] = (),
        write: Iterable[Table] = (),
        variables: Mapping[str, str] | None = None,
        group: str = "handlers",
        timeout_seconds: int = 29,
        memory_mib: int = 256,
    ) -> None:
        read, write = tuple(read), tuple(write)
        super().__init__(
            scope,
            construct_id,
            defaults=defaults,
            handler=handler,
            description=description,
            variables={**store.variables(*read, *write), **(variables or {})},
            group=group,
            timeout_seconds=timeout_seconds,
            memory_mib=memory_mib,
        )
        store.grant_rows(self, read=read, write=write)
        if secret is not None:
            store.secrets.grant_read(secret, self)
