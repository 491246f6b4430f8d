"""Where people's automations are scheduled."""

from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from nat.names import Variable

from .acknowledge import acknowledge, acknowledge_resource
from .output import output
from .watched import Watched, WatchedQueue


class Schedules(Construct):
    """A schedule group, the role as which its schedules reach their target, and dead letters for occurrences
    that could not be delivered. The schedules themselves are data: Nat makes one per automation.

    14 million invocations a month are free, then $1 per million.
    """

    def __init__(self, scope: Construct, construct_id: str, *, keeps_data: bool) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        # The group has a fixed name: a first attempt that failed must not leave it behind.
        removal_policy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if keeps_data else RemovalPolicy.DESTROY
        self.group = scheduler.ScheduleGroup(self, "Group", removal_policy=removal_policy)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            retention_period=Duration.days(14),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        acknowledge(self.dead_letters, "This is the dead-letter queue.", "AwsSolutions-SQS3")
        self.role = iam.Role(
            self,
            "Role",
            description="Nat: schedules reach their target",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": self.group.schedule_group_arn},
                },
            ),
        )
        self.dead_letters.grant_send_messages(self.role)
        self._all = stack.format_arn(
            service="scheduler", resource="schedule", resource_name=f"{self.group.schedule_group_name}/*"
        )
        self.watched = Watched(
            dead_letters=[WatchedQueue("Occurrences", "Undelivered occurrences", self.dead_letters)]
        )
        output(stack, "ScheduleGroupName", self.group.schedule_group_name, "Group of automations")
        output(stack, "ScheduleRoleArn", self.role.role_arn, "What schedules act as")
        output(stack, "ScheduleDeadLettersUrl", self.dead_letters.queue_url, "Undelivered occurrences")

    def variables(self, target: lambda_.IFunction) -> Mapping[str, str]:
        """What a function needs to know that makes schedules; `target` is what they reach."""
        return {
            Variable.SCHEDULE_GROUP: self.group.schedule_group_name,
            Variable.SCHEDULE_ROLE_ARN: self.role.role_arn,
            Variable.SCHEDULE_TARGET_ARN: target.function_arn,
            Variable.SCHEDULE_DEAD_LETTERS_ARN: self.dead_letters.queue_arn,
        }

    def grant_reach(self, target: lambda_.IFunction) -> None:
        """Let the schedules reach their target, and no other version of it."""
        self.role.add_to_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[target.function_arn])
        )

    def grant_make(self, role: iam.Role, *, listing: bool = False) -> None:
        """Let a role make, change and delete schedules of the group, which act as the group's role and as no
        other; with `listing` also see which there are."""
        role.add_to_policy(
            iam.PolicyStatement(
                actions=[f"scheduler:{each}Schedule" for each in ("Create", "Delete", "Get", "Update")],
                resources=[self._all],
            )
        )
        acknowledge_resource(role, "A schedule is named after its automation.", self._all)
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[self.role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
            )
        )
        if listing:
            # It knows no resource (Service Authorization Reference, EventBridge Scheduler).
            role.add_to_policy(iam.PolicyStatement(actions=["scheduler:ListSchedules"], resources=["*"]))
            acknowledge_resource(role, "Listing schedules knows no resource.", "*")
