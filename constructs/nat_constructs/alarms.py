"""Alarms in the house flavour."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

FIVE_MINUTES: Final = Duration.minutes(5)


class Alarms(Construct):
    """Alarms that tell a topic when something is wrong and when it is well again. Each is on one plain metric
    of at least a minute: $0.10 a month after an account's first ten."""

    def __init__(self, scope: Construct, construct_id: str, *, prefix: str, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        self._prefix = prefix
        self._tell = actions.SnsAction(topic)

    def above(
        self, name: str, metric: cloudwatch.IMetric, threshold: float, description: str, *, periods: int = 1
    ) -> None:
        """An alarm while a metric lies above a threshold. No data is no trouble."""
        self._alarm(
            name,
            metric,
            threshold,
            description,
            periods,
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def missing_below(
        self, name: str, metric: cloudwatch.IMetric, threshold: float, description: str, *, periods: int = 5
    ) -> None:
        """An alarm while a metric lies below a threshold, or is not measured at all."""
        self._alarm(
            name,
            metric,
            threshold,
            description,
            periods,
            cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            cloudwatch.TreatMissingData.BREACHING,
        )

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        description: str,
        periods: int,
        operator: cloudwatch.ComparisonOperator,
        missing: cloudwatch.TreatMissingData,
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
        alarm.add_alarm_action(self._tell)
        alarm.add_ok_action(self._tell)


def service_metric(
    namespace: str,
    name: str,
    statistic: str,
    dimensions: Mapping[str, str] | None = None,
    *,
    period: Duration = FIVE_MINUTES,
) -> cloudwatch.Metric:
    """A metric by its names and without a label, which would make an alarm's an expression."""
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        statistic=statistic,
        period=period,
        dimensions_map=dict(dimensions) if dimensions else None,
    )
