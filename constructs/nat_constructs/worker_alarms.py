"""Alarms on the agent's workers."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from nat.names import Metric

from .agent_service import AgentService
from .dashboards import runtime_metric


class WorkerAlarms(Construct):
    """Fewer workers than should run, memory that is nearly used up, turns that fail; $0.10 a month each.

    Container Insights would count tasks for money: each task reports its CPU once a minute, so the number of
    samples counts them for nothing."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        topic: sns.ITopic,
        agent: AgentService,
        tasks: int,
        environment: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self._prefix = prefix
        self._topic = topic
        minute = Duration.minutes(1)
        self._alarm(
            "WorkersMissing",
            metric=agent.service.metric_cpu_utilization(period=minute, statistic="SampleCount"),
            threshold=tasks,
            operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            missing=cloudwatch.TreatMissingData.BREACHING,
            description="Fewer workers run than should: see the service's events and its last deployment.",
        )
        self._alarm(
            "WorkersOutOfMemory",
            metric=agent.service.metric_memory_utilization(period=minute, statistic="Maximum"),
            threshold=85,
            operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
            description="A worker's memory is nearly used up: lower its slots or raise its memory.",
        )
        self._alarm(
            "TurnsFailing",
            metric=runtime_metric(Metric.TURNS_FAILED, environment, "Sum", Duration.minutes(5)),
            threshold=5,
            operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
            description="Turns end with an error: see the workers' log by error code.",
            periods=1,
        )

    def _alarm(
        self,
        name: str,
        *,
        metric: cloudwatch.IMetric,
        threshold: int,
        operator: cloudwatch.ComparisonOperator,
        missing: cloudwatch.TreatMissingData,
        description: str,
        periods: int = 5,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{self._prefix}{name}",
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            comparison_operator=operator,
            evaluation_periods=periods,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))
