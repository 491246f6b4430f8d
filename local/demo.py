"""The demonstration's nations and people, and how an operator makes them."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from botocore.exceptions import ClientError

from local.deployment import Deployment
from nat.aws.store import Store
from nat.ids import NationSlug, UserId
from nat.names import OPERATORS, UNLIMITED
from nat.nations.record import Nation, Nations, SubscriptionStatus
from nat.people.memberships import Membership, Memberships
from nat.people.users import Users
from nat.roles import Role

PLAN: Final = "nat_pro"
"""The demonstration is not cut off after 500 questions."""
QUERIES_LIMIT: Final = UNLIMITED


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who can sign in. The password is no secret: it opens a stand-in on loopback."""

    email: str
    nation_slug: NationSlug
    role: Role
    password: str = "Demo-nation-2026"


def people(slugs: Iterable[str]) -> list[DemoPerson]:
    """An owner for each nation, and one person of every other role for the first. The first is an owner."""
    found: list[DemoPerson] = []
    for slug in slugs:
        roles = [Role.OWNER] if found else [Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER]
        found += [DemoPerson(f"{role.value}@{slug}.example", NationSlug(slug), role) for role in roles]
    return found


def seed(deployment: Deployment, nations: Mapping[str, str]) -> list[DemoPerson]:
    """Make what is missing of the nations (slug: time zone) and their people; gives the people.

    What is there is left as it is.
    """
    for slug, time_zone in nations.items():
        add_nation(deployment, slug, time_zone)
    everybody = people(nations)
    for person in everybody:
        add_member(deployment, UserId(add_user(deployment, person.email, person.password)), person)
    add_operator(deployment, everybody[0].email)
    return everybody


def add_operator(deployment: Deployment, email: str) -> None:
    """Let somebody of the user pool see the operator's pages."""
    deployment.root.cognito.admin_add_user_to_group(
        UserPoolId=deployment["UserPoolId"], Username=email, GroupName=OPERATORS
    )


def add_nation(deployment: Deployment, slug: str, time_zone: str) -> None:
    """A nation with a running subscription and NationBuilder connected."""
    now = datetime.now(UTC)
    Nations(Store(deployment.root.dynamodb, deployment.tables)).create(
        Nation(
            nation_slug=NationSlug(slug),
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


def add_member(deployment: Deployment, user_id: UserId, person: DemoPerson) -> None:
    """The person's row and their role in the nation."""
    now = datetime.now(UTC)
    dynamodb, tables = deployment.root.dynamodb, deployment.tables
    Users(Store(dynamodb, tables)).seen(user_id, email=person.email, now=now)
    memberships = Memberships(Store(dynamodb, tables))
    if memberships.get(person.nation_slug, user_id) is not None:
        return
    memberships.put(Membership(person.nation_slug, user_id, person.role, now))
    if person.role is Role.OWNER:
        Nations(Store(dynamodb, tables)).update(
            person.nation_slug, {"owner_id": user_id}, expected={"owner_id": None}
        )
