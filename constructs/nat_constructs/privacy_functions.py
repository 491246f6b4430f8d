"""Exports and deletions: the functions that people ask, and the one that carries them out."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from nat.contract.declared import routes
from nat.names import Secret, Table, Variable

from .data_store import DataStore
from .erasing import grant_erasing
from .event_queue import EventQueue
from .function import FunctionDefaults, PythonFunction
from .http_api import NatHttpApi
from .output import output
from .watched import Watched, WatchedQueue
from .web_socket_api import WebSocketApi

ERASED: Final = tuple(table for table in Table if table is not Table.TENANTS)
"""Tables that something of a nation or a person is deleted from."""
TIMEOUT_SECONDS: Final = 840
"""Shorter than a message stays hidden."""
MEMORY_MIB: Final = 1024


class PrivacyFunctions(Construct):
    """Only the second one may delete: it has the rights of no request. Some cents a month."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        http: NatHttpApi,
        sockets: WebSocketApi,
        pool: cognito.IUserPool,
        nationbuilder_variables: Mapping[str, str],
        stripe_variables: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._store = store
        self.jobs = EventQueue(self, "Jobs")
        # The names of the tables are all that the routes need of most of them: the worker reads them.
        self._variables = {
            **store.variables(*ERASED),
            Variable.PRIVACY_QUEUE_URL: self.jobs.queue.queue_url,
            Variable.FILES_BUCKET: store.files.bucket_name,
        }
        self.routes = PythonFunction(
            self,
            "Routes",
            defaults=defaults,
            handler="nat.handlers.privacy.routes",
            description="Nat: begins exports and deletions, and tells how far they are",
            variables=self._variables,
        )
        self._let_begin(http)
        self.worker = PythonFunction(
            self,
            "Worker",
            defaults=defaults,
            handler="nat.handlers.privacy.work",
            description="Nat: exports and deletes what is held on people and nations",
            variables={
                **self._variables,
                **nationbuilder_variables,
                **stripe_variables,
                Variable.DATA_KEY_ARN: store.key.key_arn,
                Variable.SOCKET_ENDPOINT: sockets.endpoint,
                Variable.USER_POOL: pool.user_pool_id,
            },
            timeout_seconds=TIMEOUT_SECONDS,
            memory_mib=MEMORY_MIB,
            group="billing",
        )
        self._let_carry_out(sockets, pool)
        self.watched = Watched(
            dead_letters=[
                WatchedQueue(
                    "PrivacyJobs",
                    "Exports and deletions that failed",
                    self.jobs.dead_letters,
                    self.jobs.queue,
                )
            ]
        )
        stack = Stack.of(self)
        output(stack, "PrivacyQueueUrl", self.jobs.queue.queue_url, "Exports and deletions on their way")
        output(
            stack,
            "PrivacyDeadLettersUrl",
            self.jobs.dead_letters.queue_url,
            "Exports and deletions that failed",
        )

    def _let_begin(self, http: NatHttpApi) -> None:
        function, store = self.routes, self._store
        store.grant_rows(function, read=(Table.NATIONS, Table.MEMBERSHIPS), write=(Table.ONCE, Table.AUDIT))
        store.files.grant_archives(function.own_role, write=False)
        self.jobs.queue.grant_send_messages(function)
        http.serve(function, routes("nat.handlers.privacy"))

    def _let_carry_out(self, sockets: WebSocketApi, pool: cognito.IUserPool) -> None:
        function, store = self.worker, self._store
        role = function.own_role
        store.grant_rows(role, write=ERASED)
        grant_erasing(role, store=store, pool=pool)
        # Before a nation's secrets go, its tokens are revoked at NationBuilder.
        store.nation_secrets.grant_disconnect(role)
        store.nation_secrets.grant_apps(role)
        store.files.grant_archives(role, write=True)
        store.secrets.grant_read(Secret.STRIPE, function)
        sockets.grant_push(role, hang_up=True)
        self.jobs.queue.grant_send_messages(function)
        self.jobs.feed(function, batch=1)
