"""Weekly reports: the function that sends them, and the public one that ends them for a person."""

from collections.abc import Iterable

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from constructs import Construct

from nat.names import REPORTS_OFF, Secret, Table, Variable

from .data_store import DataStore
from .function import FunctionDefaults
from .http_api import NatHttpApi
from .output import output
from .sender import grant_mail
from .store_function import StoreFunction
from .watched import Watched, WatchedFunction

READ = (Table.MEMBERSHIPS, Table.USERS, Table.USAGE)


class ReportFunctions(Construct):
    """Runs every hour of Sunday and Monday (UTC), in which it is Monday morning somewhere, and reads all
    nations' records from end to end. Some cents a month, and $0.10 per thousand emails."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        http: NatHttpApi,
        brands: str,
        senders: Iterable[str],
        operator: str | None,
        goals: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.weekly = StoreFunction(
            self,
            "Weekly",
            defaults=defaults,
            store=store,
            handler="nat.handlers.weekly_reports.weekly",
            description="Nat: mails weekly reports",
            secret=Secret.OAUTH_STATE,
            read=READ,
            write=(Table.ONCE,),
            variables={
                **store.variables(Table.NATIONS),
                Variable.BRANDS: brands,
                Variable.TARGETS: goals,
                **({Variable.OPERATOR_EMAIL: operator} if operator else {}),
            },
            timeout_seconds=900,
            memory_mib=512,
        )
        grant_mail(self.weekly.own_role, senders)
        iam.Grant.add_to_principal(
            grantee=self.weekly.own_role,
            actions=["dynamodb:Scan"],
            resource_arns=[store.tables[Table.NATIONS].table_arn],
        )
        events.Rule(
            self,
            "OnMondays",
            description="Nat: weekly reports, when it is Monday morning somewhere",
            schedule=events.Schedule.cron(minute="5", week_day="SUN,MON"),
            # The next run does what this one could not.
            targets=[targets.LambdaFunction(self.weekly, retry_attempts=0, max_event_age=Duration.hours(1))],
        )
        self.off = StoreFunction(
            self,
            "Off",
            defaults=defaults,
            store=store,
            handler="nat.handlers.weekly_reports.off",
            description="Nat: ends somebody's weekly reports",
            secret=Secret.OAUTH_STATE,
            write=(Table.MEMBERSHIPS,),
        )
        for method in ("GET", "POST"):
            http.serve_public(self.off, f"{method} {REPORTS_OFF}", scope=self)
        self.watched = Watched([WatchedFunction("WeeklyReports", self.weekly)])
        output(Stack.of(self), "WeeklyReportsFunctionName", self.weekly.function_name, "Weekly reports")
