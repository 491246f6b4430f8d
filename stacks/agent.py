"""The agent that answers."""

from typing import Final

from constructs import Construct

from nat.names import SCHEMAS, Secret, Table, Variable
from nat_constructs.agent_service import HEARTBEAT_PATH, AgentService
from nat_constructs.nation_role import NationRole
from stacks.api import ApiStack
from stacks.data import DataStack
from stacks.deployment import RUNTIME, Deployment
from stacks.network import NetworkStack
from stacks.stack import NatStack

OWN_TABLES: Final = (Table.SOCKETS, Table.USERS, Table.ONCE)
"""Tables outside the nations' isolation that the worker reaches with its own role."""
READ_TABLES: Final = (Table.MEMBERSHIPS,)
"""Those that it only reads: who commits a change must still have the role for it."""


class AgentStack(NatStack):
    """Workers that take turns from the queue, and the role they narrow to one nation for each turn."""

    def __init__(
        self,
        scope: Construct,
        *,
        deployment: Deployment,
        network: NetworkStack,
        data: DataStack,
        api: ApiStack,
    ) -> None:
        super().__init__(scope, "Agent", deployment=deployment, description="Nat: the agent service")
        environment, store = deployment.environment, data.store
        worker = environment.worker
        nation_tables = tuple(table for table in Table if SCHEMAS[table].nation_scoped)
        self.agent = AgentService(
            self,
            "Agent",
            vpc=network.vpc,
            runtime=RUNTIME,
            image=worker.image,
            cpu=worker.cpu,
            memory_mib=worker.memory_mib,
            tasks=worker.tasks,
            environment={
                **deployment.common_variables,
                **deployment.agent_variables,
                **store.variables(*OWN_TABLES, *READ_TABLES, *nation_tables),
                Variable.TURN_QUEUE_URL: store.turns.queue.queue_url,
                Variable.SOCKET_ENDPOINT: api.sockets.endpoint,
                **store.slack.variables,
                Variable.DATA_KEY_ARN: store.key.key_arn,
                Variable.FILES_BUCKET: store.files.bucket_name,
                Variable.ANTHROPIC_SECRET: Secret.ANTHROPIC,
                Variable.HEARTBEAT_FILE: HEARTBEAT_PATH,
            },
            log_retention=deployment.log_retention,
            capacity_providers=environment.features.spot,
            spot_share=worker.spot_share,
        )
        nation_role = NationRole(
            self,
            "NationRole",
            worker=self.agent.role,
            store=store,
            session_tags=environment.features.session_tags,
        )
        nation_role.let_assume(self.agent.role)
        self.agent.set_variable(Variable.NATION_ROLE_ARN, nation_role.role_arn)
        self.publish("NationRoleArn", nation_role.role_arn, "What workers assume for one nation")
        self._grant(data, api)
        if environment.features.autoscaling:
            self.agent.scale_on_backlog(
                queue=store.turns.queue, slots=worker.slots, minimum=worker.tasks, maximum=worker.tasks_max
            )

    def _grant(self, data: DataStack, api: ApiStack) -> None:
        role, store = self.agent.role, data.store
        store.grant_rows(role, read=READ_TABLES, write=OWN_TABLES)
        store.turns.queue.grant_consume_messages(role)
        store.secrets.grant_read(Secret.ANTHROPIC, role)
        store.nation_secrets.grant_apps(role)
        api.sockets.grant_push(role)
        store.slack.grant_news(role)
        if self.deployment.environment.agent.provider == "bedrock":
            self.agent.grant_bedrock()
