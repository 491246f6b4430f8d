"""What operators see and hear, and their pages."""

from constructs import Construct

from config import load_targets, targets_json
from nat_constructs.alarm_topic import AlarmTopic
from nat_constructs.dashboards import BusinessDashboard, MachineDashboard
from nat_constructs.monthly_budget import MonthlyBudget
from nat_constructs.operator_functions import OperatorFunctions
from nat_constructs.platform_alarms import PlatformAlarms
from nat_constructs.saved_queries import SavedQueries
from nat_constructs.watched import WatchedQueue
from stacks.agent import AgentStack
from stacks.api import ApiStack
from stacks.automation import AutomationStack
from stacks.data import DataStack
from stacks.deployment import Deployment
from stacks.identity import IdentityStack
from stacks.stack import NatStack


class ObservabilityStack(NatStack):
    """One dashboard for machines and one for business, alarms on what people would notice, the
    budget, and what answers the operator's pages."""

    def __init__(
        self,
        scope: Construct,
        *,
        deployment: Deployment,
        data: DataStack,
        identity: IdentityStack,
        api: ApiStack,
        agent: AgentStack,
        automation: AutomationStack,
    ) -> None:
        super().__init__(
            scope, "Observability", deployment=deployment, description="Nat: dashboards, alarms and budget"
        )
        environment, prefix = deployment.environment, deployment.prefix
        features, tasks = environment.features, environment.worker.tasks
        topic = AlarmTopic(self, "Alarms", email=environment.alarm_email)
        self.publish("AlarmTopicArn", topic.topic_arn, "Where alarms are announced")
        watched = (*identity.watched, *api.watched, *automation.watched)
        operator = OperatorFunctions(
            self,
            "Operator",
            defaults=deployment.functions,
            store=data.store,
            http=api.http,
            dead_letters=[
                WatchedQueue("Turns", "Questions that were given up", data.store.turns.dead_letters),
                *(queue for each in watched for queue in each.dead_letters),
            ],
            targets=targets_json(load_targets()),
        )
        watched = (*watched, operator.watched)
        MachineDashboard(
            self, "Machines", prefix=prefix, turns=data.store.turns, http=api.http.api, watched=watched
        )
        BusinessDashboard(self, "Business", prefix=prefix, environment=environment.name)
        alarms = PlatformAlarms(
            self,
            "Platform",
            prefix=prefix,
            topic=topic,
            turns=data.store.turns,
            http=api.http,
            sockets=api.sockets,
            watched=watched,
        )
        if data.store.has_copies:
            alarms.watch_copies()
        if tasks:
            alarms.watch_workers(agent.agent, tasks=tasks, environment=environment.name)
        if features.budget:
            MonthlyBudget(self, "Budget", dollars=environment.budget_usd, topic=topic)
        if features.saved_queries:
            SavedQueries(self, "Queries", prefix=prefix, log_group=agent.agent.log_group)
