"""The agent: a Fargate service that takes turns from the queue."""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from nat.names import HEARTBEAT_FILE, HEARTBEAT_MINUTES

from .acknowledge import acknowledge, acknowledge_resource
from .output import output

SCRATCH = "tmp"
"""The one folder that the container may write to."""
HEARTBEAT_PATH = f"/{SCRATCH}/{HEARTBEAT_FILE}"
IMAGE_LEFT_OUT = ("web", "nat.egg-info", "build", "**/__pycache__", "**/*.pyc", "**/node_modules")


class AgentService(Construct):
    """Workers that poll the turn queue and answer: nothing listens, so the security group has no ingress, and
    a public address is only a way out. No load balancer, no NAT gateway.

    A task of half a vCPU and 1 GB on ARM costs $14.42 a month and its public address $3.65.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        runtime: Path,
        image: str | None,
        cpu: int,
        memory_mib: int,
        tasks: int,
        environment: Mapping[str, str],
        log_retention: logs.RetentionDays,
        capacity_providers: bool,
        spot_share: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.cluster = ecs.Cluster(self, "Cluster", vpc=vpc)
        acknowledge(
            self.cluster,
            "Container Insights bills every metric of every task; the worker's own metrics and the "
            "service's CPU and memory are what the alarms need.",
            "AwsSolutions-ECS4",
        )
        self.task = ecs.FargateTaskDefinition(
            self,
            "Task",
            cpu=cpu,
            memory_limit_mib=memory_mib,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64,
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
            ),
        )
        self.log_group = logs.LogGroup(
            self, "Logs", retention=log_retention, removal_policy=RemovalPolicy.DESTROY
        )
        self._container = self.task.add_container(
            "Worker",
            image=_image(runtime, image),
            environment=dict(environment),
            logging=ecs.LogDrivers.aws_logs(stream_prefix="worker", log_group=self.log_group),
            readonly_root_filesystem=True,
            health_check=_health_check(),
            stop_timeout=Duration.seconds(120),  # the longest that Fargate grants
            linux_parameters=ecs.LinuxParameters(self, "Linux", init_process_enabled=True),
        )
        self.task.add_volume(name=SCRATCH)
        self._container.add_mount_points(
            ecs.MountPoint(source_volume=SCRATCH, container_path=f"/{SCRATCH}", read_only=False)
        )
        acknowledge(
            self.task,
            "Variables hold names and addresses; secrets are read from Secrets Manager when they are needed.",
            "AwsSolutions-ECS2",
        )
        if not image:
            acknowledge_resource(
                self.task.obtain_execution_role(), "ECR gives its log-in token for all repositories.", "*"
            )
        self._allow_protection()
        self.security_group = ec2.SecurityGroup(
            self, "Group", vpc=vpc, allow_all_outbound=False, description="Nat: workers, outbound HTTPS only"
        )
        self.security_group.add_egress_rule(
            ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "HTTPS to AWS and vendors"
        )
        self.service = ecs.FargateService(
            self,
            "Service",
            cluster=self.cluster,
            task_definition=self.task,
            desired_count=tasks,
            assign_public_ip=True,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            security_groups=[self.security_group],
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            min_healthy_percent=100,
            max_healthy_percent=200,
            enable_ecs_managed_tags=True,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            capacity_provider_strategies=_strategies(spot_share) if capacity_providers else None,
        )
        if capacity_providers:
            self._wait_for_capacity_providers()
        self._publish()

    def _wait_for_capacity_providers(self) -> None:
        """The service names providers that the cluster must have by then. CDK's own way attaches them at the
        end of synthesis, where nothing can depend on them."""
        attached = ecs.CfnClusterCapacityProviderAssociations(
            self,
            "CapacityProviders",
            cluster=self.cluster.cluster_name,
            capacity_providers=["FARGATE", "FARGATE_SPOT"],
            default_capacity_provider_strategy=[],
        )
        self.service.node.add_dependency(attached)

    def _publish(self) -> None:
        stack = Stack.of(self)
        output(stack, "ClusterName", self.cluster.cluster_name, "ECS cluster")
        output(stack, "ServiceName", self.service.service_name, "ECS service of the workers")
        output(stack, "TaskDefinitionArn", self.task.task_definition_arn, "Task definition of the workers")
        output(stack, "WorkerRoleArn", self.role.role_arn, "What workers act as")
        output(stack, "WorkerLogGroupName", self.log_group.log_group_name, "Log group of the workers")

    @property
    def role(self) -> iam.IRole:
        """What the workers act as."""
        return self.task.task_role

    def set_variable(self, name: str, value: str) -> None:
        """Give the workers one more environment variable."""
        self._container.add_environment(name, value)

    def grant_bedrock(self) -> None:
        """Allow to stream from Anthropic's models on Amazon Bedrock, through inference profiles as well."""
        stack = Stack.of(self)
        models = [
            f"arn:{stack.partition}:bedrock:*::foundation-model/anthropic.*",
            f"arn:{stack.partition}:bedrock:{stack.region}:{stack.account}:inference-profile/*anthropic.*",
        ]
        self.task.add_to_task_role_policy(
            iam.PolicyStatement(actions=["bedrock:InvokeModelWithResponseStream"], resources=models)
        )
        for arn in models:
            acknowledge_resource(
                self.role, "A profile answers from several regions, and a version is part of a name.", arn
            )

    def _allow_protection(self) -> None:
        """A worker protects its task while turns run, so that scaling in waits for them."""
        stack = Stack.of(self)
        tasks = stack.format_arn(
            service="ecs", resource="task", resource_name=f"{self.cluster.cluster_name}/*"
        )
        self.task.add_to_task_role_policy(
            iam.PolicyStatement(
                actions=["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"], resources=[tasks]
            )
        )
        acknowledge_resource(self.role, "Tasks of this cluster have names that only ECS knows.", tasks)

    def scale_on_backlog(self, *, queue: sqs.IQueue, slots: int, minimum: int, maximum: int) -> None:
        """Keep waiting and running turns per task below what a task can run.

        Container Insights would count the tasks for money; each task reports its CPU once a minute, so
        the number of samples counts them for nothing."""
        target = self.service.auto_scale_task_count(min_capacity=minimum, max_capacity=maximum)
        waiting = queue.metric_approximate_number_of_messages_visible(
            period=Duration.minutes(1), statistic="Maximum"
        )
        running = queue.metric_approximate_number_of_messages_not_visible(
            period=Duration.minutes(1), statistic="Maximum"
        )
        tasks = self.service.metric_cpu_utilization(period=Duration.minutes(1), statistic="SampleCount")
        backlog = cloudwatch.MathExpression(
            expression="(waiting + running) / FILL(tasks, 1)",
            using_metrics={"waiting": waiting, "running": running, "tasks": tasks},
            period=Duration.minutes(1),
            label="turns per task",
        )
        target.scale_on_metric(
            "Backlog",
            metric=backlog,
            adjustment_type=scaling.AdjustmentType.CHANGE_IN_CAPACITY,
            scaling_steps=_steps(slots),
            cooldown=Duration.minutes(3),
            evaluation_periods=1,
        )


def _steps(slots: int) -> list[scaling.ScalingInterval]:
    """Out early, for a task takes a minute to start; in late, for a turn that moves is a turn repeated."""
    return [
        scaling.ScalingInterval(upper=slots * 0.2, change=-1),
        scaling.ScalingInterval(lower=slots * 0.7, change=1),
        scaling.ScalingInterval(lower=slots * 1.5, change=3),
    ]


def _health_check() -> ecs.HealthCheck:
    """ECS sees a worker that crashes at once or hangs: it beats into a file, and the file must be fresh."""
    return ecs.HealthCheck(
        command=["CMD-SHELL", f"find {HEARTBEAT_PATH} -mmin -{HEARTBEAT_MINUTES} | grep -q ."],
        interval=Duration.seconds(30),
        timeout=Duration.seconds(5),
        retries=3,
        start_period=Duration.seconds(60),
    )


def _image(runtime: Path, published: str | None) -> ecs.ContainerImage:
    """A published image, or `runtime/Dockerfile`, which only a deployment builds."""
    if published:
        return ecs.ContainerImage.from_registry(published)
    return ecs.ContainerImage.from_asset(
        str(runtime), platform=assets.Platform.LINUX_ARM64, exclude=list(IMAGE_LEFT_OUT)
    )


def _strategies(spot_share: int) -> list[ecs.CapacityProviderStrategy]:
    """The first task on demand, the others by weight on Spot, which is up to 70 % cheaper. A reclaimed task's
    turns come back through the queue."""
    strategies = [ecs.CapacityProviderStrategy(capacity_provider="FARGATE", base=1, weight=100 - spot_share)]
    if spot_share:
        strategies.append(ecs.CapacityProviderStrategy(capacity_provider="FARGATE_SPOT", weight=spot_share))
    return strategies
