"""What the resources of CloudFormation templates cost: each type is priced here or free in `free.toml`.

A type that is in neither place, and a setting that changes the price and is not known here, raise
`PriceUnknown`: a new resource cannot slip into the bill unseen.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from benchmarks.cost.bill import Use
from benchmarks.cost.usage import KILOBYTES, Usage
from config.loading import read_toml
from nat.names import Metric, Variable

FREE: Final = Path(__file__).with_name("free.toml")

PAID_RULE_GROUPS: Final = frozenset(
    {
        "AWSManagedRulesACFPRuleSet",
        "AWSManagedRulesATPRuleSet",
        "AWSManagedRulesAntiDDoSRuleSet",
        "AWSManagedRulesBotControlRuleSet",
    }
)
"""AWS's rule groups that cost more than a rule (aws.amazon.com/waf/pricing)."""

CRON_FIELDS: Final = 6
ROTATIONS: Final = 2
"""Rotations of a key that are billed (aws.amazon.com/kms/pricing): a key after two years is counted."""

Template = Mapping[str, Any]


class PriceUnknown(Exception):
    """A resource whose price this calculation does not know; the message says which and what to do."""


@dataclass(frozen=True)
class Resource:
    """One resource of a template."""

    stack: str
    name: str
    kind: str
    properties: Mapping[str, Any]
    template: Template

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return f"{self.stack}/{self.name}"

    def referred(self, value: Any) -> "Resource":
        """The resource of the same template that a `Ref` means. Raises `PriceUnknown`."""
        name = value.get("Ref") if isinstance(value, Mapping) else None
        if name not in self.template["Resources"]:
            raise PriceUnknown(f"{self.place} refers to something outside its template.")
        return resource(self.stack, str(name), self.template)

    def refuse(self, why: str) -> PriceUnknown:
        """What to raise for a setting without a known price."""
        return PriceUnknown(f"{self.place}: {why}. Add its price to benchmarks/cost.")


def resource(stack: str, name: str, template: Template) -> Resource:
    """One resource of a template by its logical id."""
    body = template["Resources"][name]
    return Resource(stack, name, body["Type"], body.get("Properties", {}), template)


def resources(templates: Mapping[str, Template]) -> list[Resource]:
    """Every resource of every template, by stack name."""
    return [
        resource(stack, name, template)
        for stack, template in templates.items()
        for name in template.get("Resources", {})
    ]


def load_free() -> dict[str, str]:
    """Types that cost nothing, with the reason."""
    return {str(kind): str(reason) for kind, reason in read_toml(FREE).items()}


def uses(templates: Mapping[str, Template], usage: Usage) -> list[Use]:
    """What a month of the templates' resources uses. Raises `PriceUnknown`."""
    found: dict[str, list[Resource]] = {}
    for each in resources(templates):
        found.setdefault(each.kind, []).append(each)
    free = load_free()
    unknown = sorted(set(found) - set(free) - set(PRICED))
    if unknown:
        raise PriceUnknown(f"No price and no reason for none: {', '.join(unknown)}. See benchmarks/cost.")
    return [use for kind in sorted(set(found) & set(PRICED)) for use in PRICED[kind](found[kind], usage)]


def _tasks(services: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    for service in services:
        task = service.referred(service.properties["TaskDefinition"])
        count = Decimal(service.properties["DesiredCount"])
        architecture = task.properties.get("RuntimePlatform", {}).get("CpuArchitecture", "X86_64")
        kind = "arm" if architecture == "ARM64" else "x86"
        cpus = Decimal(task.properties["Cpu"]) / 1024
        memory = Decimal(task.properties["Memory"]) / 1024
        for market, tasks in _markets(service, count).items():
            if tasks:
                prefix = f"fargate_spot_{kind}" if market == "FARGATE_SPOT" else f"fargate_{kind}"
                yield Use(f"{prefix}_vcpu", tasks * cpus * usage.hours, service.place)
                yield Use(f"{prefix}_memory", tasks * memory * usage.hours, service.place)
        network = service.properties["NetworkConfiguration"]["AwsvpcConfiguration"]
        if network.get("AssignPublicIp") == "ENABLED":
            yield Use("public_ipv4", count * usage.hours, service.place)
        yield Use("queue_requests", count * usage.platform.polls_per_worker, service.place)
        yield Use("image_storage", usage.platform.image_gb, "the bootstrap's image repository")
        yield Use("data_out", usage.queries * usage.query.sent_kb / KILOBYTES, service.place)
        yield Use("custom_metrics", Decimal(len(Metric)), service.place)
        yield from _nation_secrets(task, usage)


def _markets(service: Resource, count: Decimal) -> dict[str, Decimal]:
    """Tasks on demand and on Spot: the base first, then by weight."""
    strategies = service.properties.get("CapacityProviderStrategy") or [
        {"CapacityProvider": "FARGATE", "Base": 0, "Weight": 1}
    ]
    base = {each["CapacityProvider"]: Decimal(each.get("Base", 0)) for each in strategies}
    weight = {each["CapacityProvider"]: Decimal(each.get("Weight", 0)) for each in strategies}
    if set(base) - {"FARGATE", "FARGATE_SPOT"}:
        raise service.refuse("a capacity provider other than Fargate's")
    based = {market: min(count, tasks) for market, tasks in base.items()}
    rest = max(Decimal(0), count - sum(based.values()))
    weights = sum(weight.values())
    return {
        market: based[market] + (rest * weight[market] / weights if weights else Decimal(0))
        for market in based
    }


def _nation_secrets(task: Resource, usage: Usage) -> Iterator[Use]:
    """Tokens of nations lie in secrets that Nat makes when a nation connects: no template has them."""
    variables = {
        variable["Name"]: variable["Value"]
        for container in task.properties["ContainerDefinitions"]
        for variable in container.get("Environment", ())
    }
    if variables.get(Variable.TOKEN_STORE) == "secretsmanager":
        yield Use("secrets", Decimal(usage.profile.nations), "one for each nation")
        yield Use("secret_reads", usage.queries * usage.query.secret_reads, "the nations' tokens")


def _clusters(clusters: Sequence[Resource], _: Usage) -> Sequence[Use]:
    """A cluster is free, unless it observes its tasks."""
    for cluster in clusters:
        for setting in cluster.properties.get("ClusterSettings", ()):
            if setting["Name"] == "containerInsights" and setting["Value"] != "disabled":
                raise cluster.refuse("Container Insights bills every metric")
    return ()


def _tables(tables: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    for table in tables:
        if table.properties.get("BillingMode") != "PAY_PER_REQUEST":
            raise table.refuse("provisioned capacity")
    sweeps = usage.platform.sweeps * usage.platform.sweep_reads
    yield Use("dynamodb_writes", usage.queries * usage.query.writes, "all tables")
    yield Use("dynamodb_reads", usage.queries * usage.query.reads + sweeps, "all tables")
    yield Use("dynamodb_storage", usage.stored_gb, "all tables")
    recovered = [
        table
        for table in tables
        if table.properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled")
    ]
    if recovered:
        yield Use(
            "dynamodb_recovery", usage.stored_gb * len(recovered) / len(tables), f"{len(recovered)} tables"
        )


def _backups(plans: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    """AWS Backup's copies of DynamoDB tables are whole ones, not changes: how many are kept multiplies."""
    for plan in plans:
        for rule in plan.properties["BackupPlan"]["BackupPlanRule"]:
            days = rule.get("Lifecycle", {}).get("DeleteAfterDays")
            if days is None:
                raise plan.refuse("copies that are kept for ever")
            copies = -(-int(days) // _days_between(plan, str(rule["ScheduleExpression"])))
            yield Use("backup_storage", usage.stored_gb * copies, f"{copies} whole copies of the tables")


def _days_between(plan: Resource, schedule: str) -> int:
    """Days from one copy to the next: 1 or 7. Raises `PriceUnknown` for a schedule that is neither."""
    fields = schedule.removeprefix("cron(").removesuffix(")").split()
    if len(fields) == CRON_FIELDS and fields[0].isdecimal() and fields[1].isdecimal():
        day_of_month, _, day_of_week = fields[2:5]
        if day_of_month in "*?":
            if day_of_week in "*?":
                return 1
            if day_of_week.isalnum():
                return 7
    raise plan.refuse(f"copies on the schedule {schedule}")


def _keys(keys: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    """A key that is rotated each year costs as much again after the first and after the second time."""
    for key in keys:
        yield Use("kms_key", Decimal(1), key.place)
        if key.properties.get("EnableKeyRotation"):
            yield Use("kms_rotations", Decimal(ROTATIONS), key.place)
    requests = usage.platform.kms_requests + usage.queries * usage.query.kms_requests
    yield Use("kms_requests", requests, "tables and secrets")


def _secrets(secrets: Sequence[Resource], _: Usage) -> Iterator[Use]:
    kept = sum(
        1 + len(each.properties.get("ReplicaRegions", ())) for each in secrets
    )  # copies are billed too
    yield Use("secrets", Decimal(kept), f"{kept} of the platform")


def _alarms(alarms: Sequence[Resource], _: Usage) -> Iterator[Use]:
    """An alarm on an expression is billed for every metric in it."""
    for alarm in alarms:
        seconds = alarm.properties.get("Period", 60)
        metrics = [each["MetricStat"] for each in alarm.properties.get("Metrics", ()) if "MetricStat" in each]
        if seconds < 60 or any(each.get("Period", 60) < 60 for each in metrics):
            raise alarm.refuse("a high-resolution alarm")
        yield Use("alarms", Decimal(len(metrics) or 1), alarm.stack)


def _dashboards(dashboards: Sequence[Resource], _: Usage) -> Iterator[Use]:
    yield Use("dashboards", Decimal(len(dashboards)), "dashboards")


def _logs(groups: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    for group in groups:
        if not group.properties.get("RetentionInDays"):
            raise group.refuse("a log group that never forgets")
    days = max(int(group.properties["RetentionInDays"]) for group in groups)
    yield Use("log_ingestion", usage.log_gb, "all log groups")
    yield Use("log_storage", usage.log_gb * days / 30, f"kept {days} days")


def _firewalls(acls: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    for acl in acls:
        rules = acl.properties.get("Rules", ())
        for rule in rules:
            group = rule["Statement"].get("ManagedRuleGroupStatement")
            if group and (group["VendorName"] != "AWS" or group["Name"] in PAID_RULE_GROUPS):
                raise acl.refuse(f"the rule group {group['Name']} has a price of its own")
        yield Use("firewall", Decimal(1), acl.place)
        yield Use("firewall_rules", Decimal(len(rules)), acl.place)
    yield Use("firewall_requests", usage.queries * usage.query.edge_requests, "the distribution")


def _distributions(_: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    yield Use("edge_requests", usage.queries * usage.query.edge_requests, "the distribution")
    yield Use("edge_functions", usage.queries * usage.query.edge_function_calls, "router and settings")


def _apis(apis: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    for api in apis:
        if api.properties["ProtocolType"] == "WEBSOCKET":
            messages = usage.query.pushes + usage.query.socket_messages
            yield Use("socket_messages", usage.queries * messages, api.place)
            yield Use("socket_minutes", usage.queries * usage.query.socket_minutes, api.place)
        else:
            yield Use("http_requests", usage.queries * usage.query.http_requests, api.place)


def _functions(functions: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    for function in functions:
        if "x86_64" in function.properties.get("Architectures", ()):
            raise function.refuse("a function on x86")
    calls = usage.queries * usage.query.function_calls + usage.platform.sweeps
    sweeps = usage.platform.sweeps * usage.platform.sweep_gb_seconds
    yield Use("function_calls", calls, "all functions")
    yield Use("function_time", usage.queries * usage.query.function_gb_seconds + sweeps, "all functions")


def _queues(_: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    yield Use("queue_requests", usage.queries * usage.query.queue_requests, "turns")


def _mappings(mappings: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    """Lambda polls a queue all day, whether anything is in it or not."""
    for mapping in mappings:
        if "EventSourceArn" not in mapping.properties:
            raise mapping.refuse("a source that is no queue")
        yield Use("queue_requests", usage.platform.polls_per_mapping, mapping.place)


def _zones(records: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    """The zone exists before the first deployment. Look-ups of an alias are free, those of other records are
    asked for by who receives an email."""
    zones = {str(record.properties["HostedZoneId"]) for record in records}
    yield Use("hosted_zones", Decimal(len(zones)), "domains of the environment and its brands")
    if any("AliasTarget" not in record.properties for record in records):
        yield Use("dns_lookups", usage.emails * usage.platform.lookups_per_email, "the sender's records")


def _senders(_: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    yield Use("sent_emails", usage.emails, "reports, notices, invitations")


def _endpoints(endpoints: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    for endpoint in endpoints:
        if endpoint.properties.get("VpcEndpointType", "Gateway") == "Interface":
            zones = Decimal(len(endpoint.properties["SubnetIds"]))
            yield Use("interface_endpoint", zones * usage.hours, endpoint.place)


def _buckets(_: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    yield Use("s3_storage", usage.platform.files_gb, "web app and extension")
    yield Use("s3_storage", usage.platform.bundles_gb, "the bootstrap's bucket")


def _pools(pools: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    for pool in pools:
        if pool.properties.get("UserPoolTier") not in {"ESSENTIALS", "LITE"}:
            raise pool.refuse("the Plus tier")
    yield Use("monthly_users", Decimal(usage.profile.nations * usage.profile.people), "people who sign in")


def _topics(_: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    yield Use("emails", usage.platform.alarm_emails, "alarms")


def _buses(_: Sequence[Resource], usage: Usage) -> Iterator[Use]:
    """Far fewer than queries: usage warnings, connections, changes of plan."""
    yield Use("bus_events", usage.queries, "announcements")


PRICED: Final[Mapping[str, Callable[[Sequence[Resource], Usage], Iterable[Use]]]] = {
    "AWS::ApiGatewayV2::Api": _apis,
    "AWS::Backup::BackupPlan": _backups,
    "AWS::CloudFront::Distribution": _distributions,
    "AWS::CloudWatch::Alarm": _alarms,
    "AWS::CloudWatch::Dashboard": _dashboards,
    "AWS::Cognito::UserPool": _pools,
    "AWS::DynamoDB::Table": _tables,
    "AWS::EC2::VPCEndpoint": _endpoints,
    "AWS::ECS::Cluster": _clusters,
    "AWS::ECS::Service": _tasks,
    "AWS::Events::EventBus": _buses,
    "AWS::KMS::Key": _keys,
    "AWS::Lambda::EventSourceMapping": _mappings,
    "AWS::Lambda::Function": _functions,
    "AWS::Logs::LogGroup": _logs,
    "AWS::Route53::RecordSet": _zones,
    "AWS::S3::Bucket": _buckets,
    "AWS::SES::EmailIdentity": _senders,
    "AWS::SNS::Topic": _topics,
    "AWS::SQS::Queue": _queues,
    "AWS::SecretsManager::Secret": _secrets,
    "AWS::WAFv2::WebACL": _firewalls,
}
"""What each type uses, given all resources of the type."""
