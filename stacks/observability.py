"""What operators see and hear."""

from typing import Final, TypeVar

import aws_cdk as cdk
import cdk_monitoring_constructs as monitoring
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_logs as logs
from constructs import Construct

from nat.names import METRICS_DIMENSION, METRICS_NAMESPACE, Metric
from nat_constructs.alarm_topic import AlarmTopic
from nat_constructs.monthly_budget import MonthlyBudget
from stacks.agent import AgentStack
from stacks.api import ApiStack
from stacks.automation import AutomationStack
from stacks.data import DataStack
from stacks.deployment import Deployment
from stacks.stack import NatStack

QUERIES: Final = {
    "one turn": "fields @timestamp, level, message, nation, attempt | filter turn = 'ULID' | sort @timestamp",
    "errors by nation": "filter level = 'ERROR' | stats count() by nation, error | sort count() desc",
}
"""Logs Insights queries of the runbooks, over the workers' log group."""

Threshold = TypeVar(
    "Threshold",
    monitoring.ErrorCountThreshold,
    monitoring.MaxMessageAgeThreshold,
    monitoring.MaxMessageCountThreshold,
)


class ObservabilityStack(NatStack):
    """One dashboard for machines and one for business, a dozen alarms on what people would notice, and the
    budget. Alarms cost $0.10 a month each after the first ten, dashboards $3 after the first three."""

    def __init__(
        self,
        scope: Construct,
        *,
        deployment: Deployment,
        data: DataStack,
        api: ApiStack,
        agent: AgentStack,
        automation: AutomationStack,
    ) -> None:
        super().__init__(
            scope, "Observability", deployment=deployment, description="Nat: dashboards, alarms and budget"
        )
        environment = deployment.environment
        self._topic = AlarmTopic(self, "Alarms", email=environment.alarm_email)
        self._agent = agent
        self._watch_machines(data, api, automation)
        self._watch_agent()
        self._show_business()
        if environment.features.budget:
            MonthlyBudget(self, "Budget", dollars=environment.budget_usd, topic=self._topic)
        if environment.features.saved_queries:
            self._save_queries()
        self.publish("AlarmTopicArn", self._topic.topic_arn, "Where alarms are announced")

    def _facade(self, name: str) -> monitoring.MonitoringFacade:
        prefix = f"{self.deployment.prefix}{name}"
        return monitoring.MonitoringFacade(
            self,
            name,
            alarm_factory_defaults=monitoring.AlarmFactoryDefaults(
                actions_enabled=True,
                alarm_name_prefix=prefix,
                action=monitoring.SnsAlarmActionStrategy(on_alarm_topic=self._topic),
            ),
            dashboard_factory=monitoring.DefaultDashboardFactory(
                self,
                f"{name}Dashboards",
                dashboard_name_prefix=prefix,
                create_dashboard=True,
                create_summary_dashboard=False,
                create_alarm_dashboard=False,
            ),
        )

    def _watch_machines(self, data: DataStack, api: ApiStack, automation: AutomationStack) -> None:
        facade = self._facade("Machines")
        facade.add_large_header("Turns")
        facade.monitor_sqs_queue_with_dlq(
            queue=data.queue,
            dead_letter_queue=data.dead_letters,
            human_readable_name="Turn queue",
            alarm_friendly_name="Turns",
            add_queue_max_message_age_alarm=self._when(
                "Slow", monitoring.MaxMessageAgeThreshold(max_age_in_seconds=120)
            ),
            add_dead_letter_queue_max_size_alarm=self._when(
                "Lost", monitoring.MaxMessageCountThreshold(max_message_count=0)
            ),
        )
        for queue, called, alarm in (
            (automation.schedules.dead_letters, "Undelivered occurrences", "Occurrences"),
            (automation.notices.queue.dead_letters, "Unsent notices", "Notices"),
            (api.billing.events.dead_letters, "Undone events of the payment provider", "BillingEvents"),
            (api.privacy.jobs.dead_letters, "Exports and deletions that failed", "PrivacyJobs"),
        ):
            facade.monitor_sqs_queue(
                queue=queue,
                human_readable_name=called,
                alarm_friendly_name=alarm,
                add_queue_max_size_alarm=self._when(
                    "Lost", monitoring.MaxMessageCountThreshold(max_message_count=0)
                ),
            )
        facade.add_large_header("Doors")
        facade.monitor_api_gateway_v2_http_api(
            api=api.http.api,
            human_readable_name="HTTP API",
            alarm_friendly_name="HttpApi",
            add5xx_count_alarm=self._when("Failing", monitoring.ErrorCountThreshold(max_error_count=5)),
        )
        for name, function, tolerated in (
            ("Requests", api.requests, 5),
            ("Socket", api.socket, 5),
            ("Stream", api.stream.function, 5),
            ("Sweep", automation.sweep, 2),
            ("DeadLetters", automation.dead_letters, 0),
        ):
            facade.monitor_lambda_function(
                lambda_function=function,
                human_readable_name=name,
                alarm_friendly_name=name,
                add_fault_count_alarm=self._when(
                    "Failing", monitoring.ErrorCountThreshold(max_error_count=tolerated)
                ),
            )

    def _when(self, name: str, threshold: Threshold) -> dict[str, Threshold] | None:
        """An alarm of the given name, where the environment has alarms."""
        return {name: threshold} if self.deployment.environment.features.alarms else None

    def _watch_agent(self) -> None:
        """Container Insights would count tasks for money: each task reports its CPU once a minute, so the
        number of samples counts them for nothing."""
        service = self._agent.agent.service
        minute = cdk.Duration.minutes(1)
        expected = self.deployment.environment.worker.tasks
        if not expected or not self.deployment.environment.features.alarms:
            return
        self._alarm(
            "WorkersMissing",
            metric=service.metric_cpu_utilization(period=minute, statistic="SampleCount"),
            threshold=expected,
            operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            missing=cloudwatch.TreatMissingData.BREACHING,
            description="Fewer workers run than should: see the service's events and its last deployment.",
        )
        self._alarm(
            "WorkersOutOfMemory",
            metric=service.metric_memory_utilization(period=minute, statistic="Maximum"),
            threshold=85,
            operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
            description="A worker's memory is nearly used up: lower its slots or raise its memory.",
        )
        self._alarm(
            "TurnsFailing",
            metric=self._metric(Metric.TURNS_FAILED, "Sum", cdk.Duration.minutes(5)),
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
            alarm_name=f"{self.deployment.prefix}{name}",
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            comparison_operator=operator,
            evaluation_periods=periods,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))

    def _show_business(self) -> None:
        facade = self._facade("Business")
        hour = cdk.Duration.hours(1)
        facade.monitor_custom(
            human_readable_name="Questions and answers",
            alarm_friendly_name="Turns",
            metric_groups=[
                monitoring.CustomMetricGroup(
                    title="Turns an hour",
                    metrics=[
                        self._metric(each, "Sum", hour)
                        for each in (Metric.TURNS_FINISHED, Metric.TURNS_STOPPED, Metric.TURNS_FAILED)
                    ],
                ),
                monitoring.CustomMetricGroup(
                    title="Milliseconds",
                    metrics=[
                        self._metric(Metric.FIRST_TEXT, "p50", hour),
                        self._metric(Metric.FIRST_TEXT, "p95", hour),
                        self._metric(Metric.TURN_DURATION, "p95", hour),
                    ],
                ),
                monitoring.CustomMetricGroup(
                    title="Model cost in micro-dollars",
                    metrics=[
                        self._metric(Metric.TURN_COST, "Sum", hour),
                        self._metric(Metric.TURN_COST, "Average", hour),
                    ],
                ),
                monitoring.CustomMetricGroup(
                    title="Figures in answers, and those that no tool gave",
                    metrics=[
                        self._metric(each, "Sum", hour)
                        for each in (Metric.FIGURES, Metric.UNSUPPORTED_FIGURES)
                    ],
                ),
            ],
        )

    def _metric(self, metric: Metric, statistic: str, period: cdk.Duration) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=METRICS_NAMESPACE,
            metric_name=metric,
            dimensions_map={METRICS_DIMENSION: self.deployment.environment.name},
            statistic=statistic,
            period=period,
            label=f"{metric} {statistic}",
        )

    def _save_queries(self) -> None:
        for name, text in QUERIES.items():
            logs.CfnQueryDefinition(
                self,
                "".join(word.capitalize() for word in name.split()),
                name=f"{self.deployment.prefix}{name}",
                query_string=text,
                log_group_names=[self._agent.agent.log_group.log_group_name],
            )
