"""The agent that answers."""

from typing import Final

from constructs import Construct

from nat.names import SCHEMAS, Secret, Table, Variable
from nat_constructs.agent_service import AgentService
from nat_constructs.nation_role import NationRole
from nat_constructs.token_refresh import grant_apps
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
        environment = deployment.environment
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
                **data.table_variables(*OWN_TABLES, *READ_TABLES, *nation_tables),
                Variable.TURN_QUEUE_URL: data.queue.queue_url,
                Variable.SOCKET_ENDPOINT: api.sockets.endpoint,
                Variable.DATA_KEY_ARN: data.key.key_arn,
                Variable.FILES_BUCKET: data.files.bucket_name,
                Variable.ANTHROPIC_SECRET: Secret.ANTHROPIC,
            },
            log_retention=deployment.log_retention,
            capacity_providers=environment.features.spot,
            spot_share=worker.spot_share,
        )
        self.nation_role = NationRole(
            self, "NationRole", worker=self.agent.role, tables=data.nation_tables, key=data.key
        )
        data.files.grant_keep(self.nation_role)
        self.agent.set_variable(Variable.NATION_ROLE_ARN, self.nation_role.role_arn)
        self._grant(data, api)
        if environment.features.autoscaling:
            self.agent.scale_on_backlog(
                queue=data.queue, slots=worker.slots, minimum=worker.tasks, maximum=worker.tasks_max
            )
        self._publish()

    def _grant(self, data: DataStack, api: ApiStack) -> None:
        role = self.agent.role
        data.grant_rows(role, read=READ_TABLES, write=OWN_TABLES)
        data.queue.grant_consume_messages(role)
        data.secrets.grant_read(Secret.ANTHROPIC, role)
        grant_apps(role, data.key)
        api.sockets.grant_push(role)
        self.nation_role.grant_assume_role(role)
        if self.deployment.environment.agent.provider == "bedrock":
            self.agent.grant_bedrock()

    def _publish(self) -> None:
        self.publish("ClusterName", self.agent.cluster.cluster_name, "ECS cluster")
        self.publish("ServiceName", self.agent.service.service_name, "ECS service of the workers")
        self.publish(
            "TaskDefinitionArn", self.agent.task.task_definition_arn, "Task definition of the workers"
        )
        self.publish("WorkerRoleArn", self.agent.role.role_arn, "What workers act as")
        self.publish("NationRoleArn", self.nation_role.role_arn, "What workers assume for one nation")
        self.publish("WorkerLogGroupName", self.agent.log_group.log_group_name, "Log group of the workers")
