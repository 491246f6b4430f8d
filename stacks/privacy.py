"""Exports and deletions: the functions that people ask, and the one that carries them out."""

from typing import Final

from nat.names import PrivacyRoute, Secret, Table, Variable
from nat_constructs.erasing import (
    grant_account_removal,
    grant_log_removal,
    grant_reading_through,
    grant_secrets_removal,
)
from nat_constructs.event_queue import EventQueue
from nat_constructs.function import PythonFunction
from nat_constructs.http_api import NatHttpApi
from nat_constructs.token_refresh import grant_apps, grant_token_removal
from nat_constructs.web_socket_api import WebSocketApi
from stacks.data import DataStack
from stacks.identity import IdentityStack
from stacks.stack import NatStack

ERASED: Final = tuple(table for table in Table if table is not Table.TENANTS)
"""Tables that something of a nation or a person is deleted from."""
TIMEOUT_SECONDS: Final = 840
"""Shorter than a message stays hidden."""
MEMORY_MIB: Final = 1024


class PrivacyFunctions:
    """Made in the API's stack. Only the second one may delete: it has the rights of no request."""

    def __init__(
        self,
        stack: NatStack,
        *,
        data: DataStack,
        identity: IdentityStack,
        http: NatHttpApi,
        sockets: WebSocketApi,
    ) -> None:
        self._stack = stack
        self._data = data
        self.jobs = EventQueue(stack, "PrivacyJobs")
        self._variables: dict[str, str] = {
            Variable.PRIVACY_QUEUE_URL: self.jobs.queue.queue_url,
            Variable.FILES_BUCKET: data.files.bucket_name,
        }
        self.routes = self._answer(http)
        self.worker = self._work(identity, sockets)
        stack.publish("PrivacyQueueUrl", self.jobs.queue.queue_url, "Exports and deletions on their way")
        stack.publish(
            "PrivacyDeadLettersUrl", self.jobs.dead_letters.queue_url, "Exports and deletions that failed"
        )

    def _answer(self, http: NatHttpApi) -> PythonFunction:
        read, write = (Table.NATIONS, Table.MEMBERSHIPS), (Table.ONCE, Table.AUDIT)
        function = self._stack.function(
            "Privacy",
            handler="nat.handlers.privacy.routes",
            description="Nat: begins exports and deletions, and tells how far they are",
            variables={
                # The names of these are all that it needs of them: the worker reads them.
                **self._data.table_variables(*ERASED),
                **self._variables,
            },
        )
        self._data.grant_rows(function, read=read, write=write)
        self._data.files.grant_archives(function.own_role, write=False)
        self.jobs.queue.grant_send_messages(function)
        http.serve(function, PrivacyRoute)
        return function

    def _work(self, identity: IdentityStack, sockets: WebSocketApi) -> PythonFunction:
        deployment, data = self._stack.deployment, self._data
        billing = deployment.environment.billing
        pool = identity.sign_in.pool
        function = self._stack.function(
            "PrivacyWork",
            handler="nat.handlers.privacy.work",
            description="Nat: exports and deletes what is held on people and nations",
            variables={
                **data.table_variables(*ERASED),
                **self._variables,
                **deployment.nationbuilder_variables,
                Variable.DATA_KEY_ARN: data.key.key_arn,
                Variable.SOCKET_ENDPOINT: sockets.endpoint,
                Variable.USER_POOL: pool.user_pool_id,
                Variable.STRIPE_URL: billing.stripe_url,
                Variable.PAST_DUE_GRACE_DAYS: str(billing.past_due_grace_days),
            },
            timeout_seconds=TIMEOUT_SECONDS,
            memory_mib=MEMORY_MIB,
            group="billing",
        )
        role = function.own_role
        data.grant_rows(function, write=ERASED)
        grant_log_removal(role, data.tables[Table.AUDIT])
        grant_reading_through(role, data.tables[Table.USAGE])
        grant_token_removal(role, data.key)
        grant_apps(role, data.key)
        grant_secrets_removal(role)
        grant_account_removal(role, pool)
        data.files.grant_archives(role, write=True)
        data.secrets.grant_read(Secret.STRIPE, function)
        sockets.grant_push(role, hang_up=True)
        self.jobs.queue.grant_send_messages(function)
        self.jobs.feed(function, batch=1)
        return function
