"""What operators of a platform are called for."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from nat.names import METRICS_DIMENSION, METRICS_NAMESPACE, Metric

from .agent_service import AgentService
from .alarms import Alarms, service_metric
from .http_api import NatHttpApi
from .turn_queue import TurnQueue
from .watched import Watched
from .web_socket_api import STAGE, WebSocketApi

SLOW_SECONDS: Final = 120
"""How old a question may get that no worker has taken."""
BOUNCES: Final = 0.04
COMPLAINTS: Final = 0.0008
"""Below what makes SES look at an account: 5 % and 0.1 %
(docs.aws.amazon.com/ses/latest/dg/reputation-dashboard-overview.html)."""


class PlatformAlarms(Construct):
    """Alarms on what people would notice and nobody would report: lost messages, functions that fail, nobody
    who can sign in, mail that comes back, copies that are not made, workers that are missing."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        topic: sns.ITopic,
        turns: TurnQueue,
        http: NatHttpApi,
        sockets: WebSocketApi,
        watched: Iterable[Watched],
    ) -> None:
        super().__init__(scope, construct_id)
        self._prefix = prefix
        self._alarms = Alarms(self, "Alarms", prefix=prefix, topic=topic)
        every = list(watched)
        self._watch_queues(turns, every)
        self._watch_functions(every)
        self._watch_doors(http, sockets)
        self._watch_services()

    def _watch_queues(self, turns: TurnQueue, watched: list[Watched]) -> None:
        self._alarms.above(
            "TurnsSlow",
            turns.queue.metric_approximate_age_of_oldest_message(
                period=Duration.minutes(1), statistic="Maximum"
            ),
            SLOW_SECONDS,
            "Questions wait for a worker: see the workers and the backlog.",
            periods=3,
        )
        lost: list[tuple[str, str, sqs.IQueue]] = [
            ("TurnsLost", "Turns that no worker could take", turns.dead_letters)
        ]
        lost += [(f"{each.name}Lost", each.title, each.queue) for one in watched for each in one.dead_letters]
        for name, title, queue in lost:
            self._alarms.above(
                name,
                queue.metric_approximate_number_of_messages_visible(
                    period=Duration.minutes(5), statistic="Maximum"
                ),
                0,
                f"{title}: see the dead letters, mend the cause, send them again.",
            )

    def _watch_functions(self, watched: list[Watched]) -> None:
        for each in (function for one in watched for function in one.functions):
            self._alarms.above(
                f"{each.name}Failing",
                each.function.metric_errors(period=Duration.minutes(5), statistic="Sum"),
                each.tolerated,
                f"{each.trouble}: see the function's log." if each.trouble else "See the function's log.",
            )
        self._alarms.above(
            "FunctionsThrottled",
            service_metric("AWS/Lambda", "Throttles", "Sum"),
            0,
            "Functions wait for each other: ask AWS for a higher quota of concurrent executions.",
        )

    def _watch_doors(self, http: NatHttpApi, sockets: WebSocketApi) -> None:
        self._alarms.above(
            "HttpApiFailing",
            http.api.metric_server_error(period=Duration.minutes(5), statistic="Sum"),
            5,
            "The HTTP API answers with errors of ours: see its access log.",
        )
        for metric in ("IntegrationError", "ExecutionError"):
            self._alarms.above(
                f"Sockets{metric}",
                service_metric(
                    "AWS/ApiGateway", metric, "Sum", {"ApiId": sockets.api.api_id, "Stage": STAGE}
                ),
                5,
                "The WebSocket API cannot reach its function: see its access log.",
            )

    def _watch_services(self) -> None:
        for name, threshold in (("BounceRate", BOUNCES), ("ComplaintRate", COMPLAINTS)):
            self._alarms.above(
                f"Mail{name}",
                service_metric("AWS/SES", f"Reputation.{name}", "Maximum", period=Duration.hours(1)),
                threshold,
                "Mail comes back or is reported: SES may stop to send. See who is written to.",
            )

    def watch_copies(self) -> None:
        """Also where AWS Backup makes copies."""
        self._alarms.above(
            "CopiesFailing",
            service_metric("AWS/Backup", "NumberOfBackupJobsFailed", "Sum", period=Duration.hours(1)),
            0,
            "A weekly copy of a table was not made: see AWS Backup's jobs.",
        )

    def watch_workers(self, agent: AgentService, *, tasks: int, environment: str) -> None:
        """Also where tasks run. Container Insights would count them for money: each task reports its CPU once
        a minute, so the number of samples counts them for nothing."""
        minute = Duration.minutes(1)
        self._alarms.missing_below(
            "WorkersMissing",
            agent.service.metric_cpu_utilization(period=minute, statistic="SampleCount"),
            tasks,
            "Fewer workers run than should: see the service's events and its last deployment.",
        )
        self._alarms.above(
            "WorkersOutOfMemory",
            agent.service.metric_memory_utilization(period=minute, statistic="Maximum"),
            85,
            "A worker's memory is nearly used up: lower its slots or raise its memory.",
            periods=5,
        )
        self._alarms.above(
            "TurnsFailing",
            service_metric(METRICS_NAMESPACE, Metric.TURNS_FAILED, "Sum", {METRICS_DIMENSION: environment}),
            5,
            "Turns end with an error: see the workers' log by error code.",
        )
