"""The operator's pages: the function behind them."""

from collections.abc import Iterable

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from nat.contract.declared import routes
from nat.names import Table, Variable

from .data_store import DataStore
from .function import FunctionDefaults, PythonFunction
from .http_api import NatHttpApi
from .watched import Watched, WatchedFunction, WatchedQueue

MEMORY_MIB = 512
"""It reads a month of all nations' usage at once."""


class OperatorFunctions(Construct):
    """Tells people of the group `operators` how the service stands, and sends failed jobs back to their
    queues. The only function that may read all nations' records from end to end, and dead letters besides
    those that handle them. Some cents a month."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        http: NatHttpApi,
        dead_letters: Iterable[WatchedQueue],
        targets: str,
    ) -> None:
        super().__init__(scope, construct_id)
        queues = tuple(dead_letters)
        read = (Table.USAGE, Table.MEMBERSHIPS)
        self.function = PythonFunction(
            self,
            "Function",
            defaults=defaults,
            handler="nat.handlers.operator.handler",
            description="Nat: tells operators how the service stands, and replays failed jobs",
            variables={
                **store.variables(Table.NATIONS, Table.ONCE, Table.USERS, *read),
                Variable.TARGETS: targets,
                Variable.DEAD_LETTERS: Stack.of(self).to_json_string([_described(each) for each in queues]),
            },
            memory_mib=MEMORY_MIB,
        )
        role = self.function.own_role
        store.grant_rows(role, read=(*read, Table.ONCE))
        iam.Grant.add_to_principal(
            grantee=role, actions=["dynamodb:Scan"], resource_arns=[store.tables[Table.NATIONS].table_arn]
        )
        for each in queues:
            each.queue.grant(role, "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
            if each.source is not None:
                each.queue.grant(role, "sqs:DeleteMessage")
                each.source.grant(role, "sqs:SendMessage")
        http.serve(self.function, routes("nat.handlers.operator"), scope=self)
        self.watched = Watched([WatchedFunction("Operator", self.function, tolerated=2)])


def _described(queue: WatchedQueue) -> dict[str, str | None]:
    return {
        "name": queue.name,
        "title": queue.title,
        "url": queue.queue.queue_url,
        "target": None if queue.source is None else queue.source.queue_url,
    }
