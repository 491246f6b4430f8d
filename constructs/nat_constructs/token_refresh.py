"""What keeps nations connected to NationBuilder."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from constructs import Construct

from nat.names import BUS_SOURCE, Bus, Secret

from .acknowledge import acknowledge_resource
from .data_key import DataKey
from .function import PythonFunction

EVERY: Final = cdk.Duration.hours(12)

READ: Final = ("secretsmanager:GetSecretValue",)
STORE: Final = (*READ, "secretsmanager:PutSecretValue")
REPLACE: Final = ("secretsmanager:PutSecretValue",)
MAKE: Final = ("secretsmanager:CreateSecret",)
REMOVE: Final = (*READ, "secretsmanager:DeleteSecret")


class TokenRefresh(Construct):
    """Refreshes every 12 hours the tokens that end before the next run, and takes up every minute what a
    process left behind when it died. `due` does the first, `sweep` the second.

    A run that ends before its work is done says so on the bus, which starts the next one. The sweep's 43,200
    calls a month and the runs for some thousand nations stay below $1 a month.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        due: PythonFunction,
        sweep: PythonFunction,
        bus: events.EventBus,
        key: DataKey,
    ) -> None:
        super().__init__(scope, construct_id)
        events.Rule(
            self,
            "TwiceADay",
            description="Nat: refresh NationBuilder tokens that end within 13 hours",
            schedule=events.Schedule.rate(EVERY),
            targets=[targets.LambdaFunction(due, retry_attempts=2)],
        )
        events.Rule(
            self,
            "Unfinished",
            description="Nat: go on refreshing",
            event_bus=bus,
            event_pattern=events.EventPattern(
                source=[BUS_SOURCE], detail_type=[Bus.REFRESH_UNFINISHED.value]
            ),
            targets=[targets.LambdaFunction(due, retry_attempts=2)],
        )
        events.Rule(
            self,
            "EveryMinute",
            description="Nat: take up refreshes that were left unfinished, announce what happened",
            schedule=events.Schedule.rate(cdk.Duration.minutes(1)),
            # The next minute's sweep does the same work: a late one has none.
            targets=[targets.LambdaFunction(sweep, retry_attempts=0, max_event_age=cdk.Duration.minutes(1))],
        )
        for function in (due, sweep):
            grant_nation_tokens(function.own_role, key)
            grant_apps(function.own_role, key)
            bus.grant_put_events_to(function)


def grant_nation_tokens(role: iam.Role, key: DataKey) -> None:
    """Allow to read and to replace every nation's token pair, wherever it lies: for who refreshes."""
    _grant(role, STORE, Secret.NATION_PATTERN, "Tokens of every nation: it refreshes what is due.")
    _grant(role, READ, Secret.NATION_APP_PATTERN, "Apps of nations that registered their own.")
    key.grant_use(role, write=True)


def grant_new_tokens(role: iam.Role, key: DataKey) -> None:
    """Allow to store the pair of a nation that was just connected, and not to read one. A secret costs $0.40
    a month."""
    _grant(role, REPLACE, Secret.NATION_PATTERN, "Tokens of every nation: each of them may be connected.")
    # A secret that is being made has no random suffix yet.
    _grant(role, MAKE, Secret.NEW_NATION_PATTERN, "Tokens of every nation: each of them may be connected.")
    _grant(role, MAKE, Secret.NATION_PATTERN, "The same, once it has its suffix.")
    _grant(role, READ, Secret.NATION_APP_PATTERN, "Apps of nations that registered their own.")
    key.grant_use(role, write=True)


def grant_token_removal(role: iam.Role, key: DataKey) -> None:
    """Allow to read a nation's pair, so that it can be revoked, and to delete it."""
    _grant(role, REMOVE, Secret.NATION_PATTERN, "Tokens of every nation: each may be disconnected.")
    _grant(role, READ, Secret.NATION_APP_PATTERN, "Apps of nations that registered their own.")
    key.grant_use(role, write=True)


def grant_apps(role: iam.IRole, key: DataKey) -> None:
    """Allow to read the app credentials of the platform and of customers, which `/oauth/token` asks for."""
    resource = _arn(role, f"{Secret.NATIONBUILDER_APP}-??????")
    iam.Grant.add_to_principal(grantee=role, actions=list(READ), resource_arns=[resource])
    _grant(role, READ, Secret.CUSTOMER_APP_PATTERN, "Apps of customers that have their own.")
    key.grant_use(role, write=False)


def _grant(role: iam.IRole, actions: tuple[str, ...], pattern: str, reason: str) -> None:
    resource = _arn(role, pattern)
    iam.Grant.add_to_principal(grantee=role, actions=list(actions), resource_arns=[resource])
    acknowledge_resource(role, reason, resource)


def _arn(role: iam.IRole, pattern: str) -> str:
    stack = Stack.of(role)
    return f"arn:{stack.partition}:secretsmanager:{stack.region}:{stack.account}:secret:{pattern}"
