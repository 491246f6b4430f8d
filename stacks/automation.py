"""What happens by itself: sweeping, dead letters, refreshes, announcements."""

from aws_cdk import aws_events as events
from constructs import Construct

from config import load_targets, targets_json
from nat_constructs.automation_results import AutomationResults
from nat_constructs.notice_functions import NoticeFunctions
from nat_constructs.report_functions import ReportFunctions
from nat_constructs.store_function import FunctionProps
from nat_constructs.token_refresh import TokenRefresh
from nat_constructs.turn_functions import TurnFunctions
from nat_constructs.watched import Watched
from stacks.api import ApiStack
from stacks.data import DataStack
from stacks.deployment import Deployment
from stacks.stack import NatStack


class AutomationStack(NatStack):
    """Turns that stay behind are swept or failed; NationBuilder tokens are refreshed before they end; a
    bus carries what happened, and people whom it concerns are told."""

    def __init__(self, scope: Construct, *, deployment: Deployment, data: DataStack, api: ApiStack) -> None:
        super().__init__(
            scope, "Automation", deployment=deployment, description="Nat: sweep, dead letters and notices"
        )
        functions: FunctionProps = {"defaults": deployment.functions, "store": data.store}
        self._turns = TurnFunctions(self, "Turns", **functions, sockets=api.sockets)
        bus = events.EventBus(self, "Bus", description="Nat: what happened to nations")
        self.publish("BusName", bus.event_bus_name, "Event bus")
        self._refresh = TokenRefresh(
            self,
            "Refresh",
            **functions,
            bus=bus,
            nationbuilder_variables=deployment.nationbuilder_variables,
        )
        self._results = AutomationResults(
            self,
            "Results",
            **functions,
            bus=bus,
            schedules=api.schedules,
            occurrences=api.occurrences,
            **deployment.mail,
            slack_variables=deployment.slack_variables,
        )
        self._notices = NoticeFunctions(
            self,
            "Notices",
            **functions,
            sockets=api.sockets,
            bus=bus,
            **deployment.mail,
            slack_variables=deployment.slack_variables,
            operator=deployment.environment.operator,
        )
        self._reports = ReportFunctions(
            self,
            "Reports",
            **functions,
            http=api.http,
            **deployment.mail,
            operator=deployment.environment.operator,
            goals=targets_json(load_targets()),
        )

    @property
    def watched(self) -> tuple[Watched, ...]:
        """What operators are told of."""
        makers = (self._turns, self._refresh, self._notices, self._results, self._reports)
        return tuple(each.watched for each in makers)
