"""What operators see: one dashboard of machines, one of the business."""

from collections.abc import Iterable
from typing import Final

import cdk_monitoring_constructs as monitoring
from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from nat.names import METRICS_DIMENSION, METRICS_NAMESPACE, Metric

from .turn_queue import TurnQueue
from .watched import Watched

HOUR: Final = Duration.hours(1)


class Dashboard(Construct):
    """One dashboard named `<prefix><name>`, $3 a month after an account's first three."""

    def __init__(self, scope: Construct, construct_id: str, *, prefix: str) -> None:
        super().__init__(scope, construct_id)
        name = f"{prefix}{construct_id}"
        self._facade = monitoring.MonitoringFacade(
            self,
            "Monitoring",
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
    """Queues, doors and functions."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        turns: TurnQueue,
        http: apigateway.HttpApi,
        watched: Iterable[Watched],
    ) -> None:
        super().__init__(scope, construct_id, prefix=prefix)
        every = list(watched)
        self._facade.add_large_header("Turns")
        self._facade.monitor_sqs_queue_with_dlq(
            queue=turns.queue,
            dead_letter_queue=turns.dead_letters,
            human_readable_name="Turn queue",
            alarm_friendly_name="Turns",
        )
        for each in (queue for one in every for queue in one.dead_letters):
            self._facade.monitor_sqs_queue(
                queue=each.queue, human_readable_name=each.title, alarm_friendly_name=each.name
            )
        self._facade.add_large_header("Doors")
        self._facade.monitor_api_gateway_v2_http_api(
            api=http, human_readable_name="HTTP API", alarm_friendly_name="HttpApi"
        )
        for function in (function for one in every for function in one.functions):
            self._facade.monitor_lambda_function(
                lambda_function=function.function,
                human_readable_name=function.name,
                alarm_friendly_name=function.name,
            )


class BusinessDashboard(Dashboard):
    """Every figure that the runtime counts."""

    def __init__(self, scope: Construct, construct_id: str, *, prefix: str, environment: str) -> None:
        super().__init__(scope, construct_id, prefix=prefix)
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
