"""The demonstration's nations and people, and how an operator makes them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from botocore.exceptions import ClientError

from local.deployment import Deployment
from nat.nations.record import Nation, Nations, SubscriptionStatus
from nat.people.memberships import Membership, Memberships
from nat.people.users import Users
from nat.roles import Role

PLAN: Final = "nat_pro"
"""The demonstration is not cut off after 500 questions."""
QUERIES_LIMIT: Final = 999_999


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who can sign in. The password is no secret: it opens a stand-in on loopback."""

    email: str
    nation_slug: str
    role: Role
    password: str = "Demo-nation-2026"


NATIONS: Final = {"demo": "America/New_York", "harbor": "America/Los_Angeles"}
"""Seeded nations and their time zones."""

PEOPLE: Final = (
    DemoPerson("owner@demo.example", "demo", Role.OWNER),
    DemoPerson("admin@demo.example", "demo", Role.ADMIN),
    DemoPerson("member@demo.example", "demo", Role.MEMBER),
    DemoPerson("viewer@demo.example", "demo", Role.VIEWER),
    DemoPerson("owner@harbor.example", "harbor", Role.OWNER),
)


def seed(deployment: Deployment, people: Sequence[DemoPerson] = PEOPLE) -> None:
    """Make what is missing of the nations and the people. What is there is left as it is."""
    for slug, time_zone in NATIONS.items():
        add_nation(deployment, slug, time_zone)
    for person in people:
        add_member(deployment, add_user(deployment, person.email, person.password), person)


def add_nation(deployment: Deployment, slug: str, time_zone: str) -> None:
    """A nation with a running subscription and NationBuilder connected."""
    now = datetime.now(UTC)
    Nations(deployment.root.dynamodb, deployment.tables).create(
        Nation(
            nation_slug=slug,
            created_at=now,
            updated_at=now,
            billing_period_start=now,
            subscription_status=SubscriptionStatus.ACTIVE,
            subscription_plan=PLAN,
            queries_limit=QUERIES_LIMIT,
            admin_email=f"owner@{slug}.example",
            nb_connected=True,
            time_zone=time_zone,
        )
    )


def add_user(deployment: Deployment, email: str, password: str) -> str:
    """A confirmed person of the user pool, made by the operator. Gives the user id."""
    cognito, pool = deployment.root.cognito, deployment["UserPoolId"]
    try:
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=email,
            MessageAction="SUPPRESS",
            TemporaryPassword=secrets.token_urlsafe(12) + "aA1!",
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
        cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
    except ClientError as error:
        if error.response["Error"]["Code"] != "UsernameExistsException":
            raise
    found = cognito.admin_get_user(UserPoolId=pool, Username=email)
    attributes = {each["Name"]: each.get("Value", "") for each in found["UserAttributes"]}
    return attributes["sub"]


def add_member(deployment: Deployment, user_id: str, person: DemoPerson) -> None:
    """The person's row and their role in the nation."""
    now = datetime.now(UTC)
    dynamodb, tables = deployment.root.dynamodb, deployment.tables
    Users(dynamodb, tables).seen(user_id, email=person.email, now=now)
    memberships = Memberships(dynamodb, tables)
    if memberships.get(user_id, person.nation_slug) is None:
        memberships.put(Membership(user_id, person.nation_slug, person.role, now))
