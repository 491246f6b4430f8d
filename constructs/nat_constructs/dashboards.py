"""What operators see: one dashboard of machines, one of the business."""

from collections.abc import Iterable
from typing import Final, TypeVar

import cdk_monitoring_constructs as monitoring
from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from nat.names import METRICS_DIMENSION, METRICS_NAMESPACE, Metric

from .turn_queue import TurnQueue
from .watched import Watched

Threshold = TypeVar(
    "Threshold",
    monitoring.ErrorCountThreshold,
    monitoring.MaxMessageAgeThreshold,
    monitoring.MaxMessageCountThreshold,
)

HOUR: Final = Duration.hours(1)


class Dashboard(Construct):
    """One dashboard named `<prefix><name>`, $3 a month after an account's first three."""

    def __init__(self, scope: Construct, construct_id: str, *, prefix: str, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        name = f"{prefix}{construct_id}"
        self._facade = monitoring.MonitoringFacade(
            self,
            "Monitoring",
            alarm_factory_defaults=monitoring.AlarmFactoryDefaults(
                actions_enabled=True,
                alarm_name_prefix=name,
                action=monitoring.SnsAlarmActionStrategy(on_alarm_topic=topic),
            ),
            dashboard_factory=monitoring.DefaultDashboardFactory(
                self,
                "Dashboards",
                dashboard_name_prefix=name,
                create_dashboard=True,
                create_summary_dashboard=False,
                create_alarm_dashboard=False,
            ),
        )


class MachineDashboard(Dashboard):
    """Queues, doors and functions, each with the alarm that somebody would miss: $0.10 a month for each after
    an account's first ten."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        topic: sns.ITopic,
        alarms: bool,
        turns: TurnQueue,
        http: apigateway.HttpApi,
        watched: Iterable[Watched],
    ) -> None:
        super().__init__(scope, construct_id, prefix=prefix, topic=topic)
        self._alarms = alarms
        every = list(watched)
        self._facade.add_large_header("Turns")
        self._watch_turns(turns)
        self._watch_dead_letters(every)
        self._facade.add_large_header("Doors")
        self._facade.monitor_api_gateway_v2_http_api(
            api=http,
            human_readable_name="HTTP API",
            alarm_friendly_name="HttpApi",
            add5xx_count_alarm=self._when("Failing", monitoring.ErrorCountThreshold(max_error_count=5)),
        )
        self._watch_functions(every)

    def _watch_turns(self, turns: TurnQueue) -> None:
        self._facade.monitor_sqs_queue_with_dlq(
            queue=turns.queue,
            dead_letter_queue=turns.dead_letters,
            human_readable_name="Turn queue",
            alarm_friendly_name="Turns",
            add_queue_max_message_age_alarm=self._when(
                "Slow", monitoring.MaxMessageAgeThreshold(max_age_in_seconds=120)
            ),
            add_dead_letter_queue_max_size_alarm=self._when(
                "Lost", monitoring.MaxMessageCountThreshold(max_message_count=0)
            ),
        )

    def _watch_dead_letters(self, watched: list[Watched]) -> None:
        for each in (queue for one in watched for queue in one.dead_letters):
            self._facade.monitor_sqs_queue(
                queue=each.queue,
                human_readable_name=each.title,
                alarm_friendly_name=each.name,
                add_queue_max_size_alarm=self._when(
                    "Lost", monitoring.MaxMessageCountThreshold(max_message_count=0)
                ),
            )

    def _watch_functions(self, watched: list[Watched]) -> None:
        for each in (function for one in watched for function in one.functions):
            self._facade.monitor_lambda_function(
                lambda_function=each.function,
                human_readable_name=each.name,
                alarm_friendly_name=each.name,
                add_fault_count_alarm=self._when(
                    "Failing", monitoring.ErrorCountThreshold(max_error_count=each.tolerated)
                ),
            )

    def _when(self, name: str, threshold: Threshold) -> dict[str, Threshold] | None:
        """An alarm of the given name, where the environment has alarms."""
        return {name: threshold} if self._alarms else None


class BusinessDashboard(Dashboard):
    """Every figure that the runtime counts."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        topic: sns.ITopic,
        environment: str,
    ) -> None:
        super().__init__(scope, construct_id, prefix=prefix, topic=topic)
        self._facade.monitor_custom(
            human_readable_name="Questions and answers",
            alarm_friendly_name="Turns",
            metric_groups=[
                monitoring.CustomMetricGroup(
                    title=title,
                    metrics=[
                        runtime_metric(metric, environment, statistic, HOUR) for metric, statistic in shown
                    ],
                )
                for title, shown in (
                    (
                        "Turns an hour",
                        (
                            (Metric.TURNS_FINISHED, "Sum"),
                            (Metric.TURNS_STOPPED, "Sum"),
                            (Metric.TURNS_FAILED, "Sum"),
                        ),
                    ),
                    (
                        "Milliseconds",
                        (
                            (Metric.FIRST_TEXT, "p50"),
                            (Metric.FIRST_TEXT, "p95"),
                            (Metric.TURN_DURATION, "p95"),
                        ),
                    ),
                    (
                        "Model cost in micro-dollars",
                        ((Metric.TURN_COST, "Sum"), (Metric.TURN_COST, "Average")),
                    ),
                    (
                        "Figures in answers, and those that no tool gave",
                        ((Metric.FIGURES, "Sum"), (Metric.UNSUPPORTED_FIGURES, "Sum")),
                    ),
                )
            ],
        )


def runtime_metric(metric: Metric, environment: str, statistic: str, period: Duration) -> cloudwatch.Metric:
    """A figure that the runtime counts, of one environment."""
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=metric,
        dimensions_map={METRICS_DIMENSION: environment},
        statistic=statistic,
        period=period,
        label=f"{metric} {statistic}",
    )
