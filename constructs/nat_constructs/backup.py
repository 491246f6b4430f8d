"""Copies of the tables that outlive a mistake."""

from collections.abc import Iterable

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_backup as backup
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from .acknowledge import acknowledge
from .data_key import DataKey

KEPT_DAYS = 35
BACKUP_POLICY = "AWSBackupServiceRolePolicyForBackup"


class Backup(Construct):
    """A copy of every table each week, kept for five weeks in a vault of its own: point-in-time recovery
    covers the days between, but ends with the table, and a copy does not. $0.10 per GB and copy a month."""

    def __init__(
        self, scope: Construct, construct_id: str, *, tables: Iterable[dynamodb.ITable], key: DataKey
    ) -> None:
        super().__init__(scope, construct_id)
        vault = backup.BackupVault(
            self,
            "Vault",
            encryption_key=key,
            # It has a fixed name: a first attempt that failed must not leave it behind.
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        plan = backup.BackupPlan(self, "Plan", backup_vault=vault)
        plan.add_rule(
            backup.BackupPlanRule(
                rule_name="Weekly",
                schedule_expression=events.Schedule.cron(minute="0", hour="4", week_day="SUN"),
                delete_after=Duration.days(KEPT_DAYS),
            )
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("backup.amazonaws.com"))
        plan.add_selection(
            "Tables",
            role=role,
            resources=[backup.BackupResource.from_dynamo_db_table(table) for table in tables],
        )
        acknowledge(
            role,
            "AWS Backup's own policy: what it has to read changes with the service.",
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/{BACKUP_POLICY}]",
        )
