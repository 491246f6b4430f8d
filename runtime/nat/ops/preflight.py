"""What an account still lacks before an environment can be deployed to it. Reads only.

Each check names one thing and, where it is not well, what to do.
"""

import socket
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
import requests
from botocore.exceptions import ClientError

from nat.aws import clients

EDGE_REGION: Final = "us-east-1"
"""CloudFront takes certificates and firewalls from here only, so every environment has a stack in it."""
BOOTSTRAP: Final = "/cdk-bootstrap/hnb659fds/version"
OLDEST_BOOTSTRAP: Final = 21
"""The first whose roles the CDK's present assets need (aws-cdk, bootstrap template versions)."""
UNRESERVED: Final = 100
"""Concurrent executions that Lambda keeps for functions without a share of their own."""
RESOLVER: Final = "https://dns.google/resolve"
TIMEOUT: Final = 10

Answers = Callable[[str], set[str]]
"""Name servers that the public DNS knows for a zone, without a dot at the end."""


class NoSuchEnvironment(ValueError):
    """There is no file for an environment."""


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    what: str
    well: bool
    told: str
    needed: bool = True
    """Whether a first deployment fails without it."""


@dataclass(frozen=True)
class AccountNeeds:
    """What an environment's file says of its account."""

    account: str
    region: str
    sign_in_prefix: str
    zone: str | None
    zone_id: str | None
    sender: str | None
    streams: int

    @classmethod
    def read(cls, environment: str, folder: Path) -> "AccountNeeds":
        """The environment's file below `config/environments`. Raises `NoSuchEnvironment`."""
        path = folder / f"{environment}.toml"
        if not path.is_file():
            known = ", ".join(sorted(each.stem for each in folder.glob("*.toml")))
            raise NoSuchEnvironment(f'Unknown environment "{environment}". Known: {known or "none"}.')
        values: Mapping[str, Any] = tomllib.loads(path.read_text())
        domain: Mapping[str, str] = values.get("domain", {})
        return cls(
            account=str(values["account"]),
            region=str(values["region"]),
            sign_in_prefix=str(values["sign_in_prefix"]),
            zone=domain.get("zone"),
            zone_id=domain.get("zone_id"),
            sender=domain.get("sender"),
            streams=int(values.get("functions", {}).get("streams", 0)),
        )


class Preflight:
    """Looks at the account of the credentials in use."""

    def __init__(
        self, wanted: AccountNeeds, *, name_servers: Answers, resolves: Callable[[str], bool]
    ) -> None:
        self._wanted = wanted
        self._name_servers = name_servers
        self._resolves = resolves

    def findings(self) -> Iterator[Finding]:
        """Every check, in the order in which a person would mend what is missing."""
        yield self._account()
        for region in dict.fromkeys((self._wanted.region, EDGE_REGION)):
            yield self._bootstrap(region)
        yield self._service_linked_role()
        if self._wanted.zone:
            yield self._zone(self._wanted.zone)
        yield self._concurrency()
        yield self._prefix()
        if self._wanted.sender:
            yield self._identity(self._wanted.sender.partition("@")[2])
        yield self._sandbox()

    def _account(self) -> Finding:
        found = boto3.client("sts", config=clients.CONFIG).get_caller_identity()["Account"]
        wanted = self._wanted.account
        if wanted in {found, "default"}:
            return Finding("account", True, found)
        return Finding("account", False, f"these credentials are of {found}, the file says {wanted}")

    def _bootstrap(self, region: str) -> Finding:
        what = f"bootstrap in {region}"
        ssm = boto3.client("ssm", config=clients.CONFIG, region_name=region)
        try:
            version = int(ssm.get_parameter(Name=BOOTSTRAP)["Parameter"]["Value"])
        except ClientError as error:
            return Finding(
                what, False, f"{_code(error)}: cdk bootstrap aws://{self._wanted.account}/{region}"
            )
        if version < OLDEST_BOOTSTRAP:
            return Finding(what, False, f"version {version} is old: bootstrap again")
        return Finding(what, True, f"version {version}")

    def _service_linked_role(self) -> Finding:
        what = "service-linked role of ECS"
        try:
            boto3.client("iam", config=clients.CONFIG).get_role(RoleName="AWSServiceRoleForECS")
        except ClientError as error:
            return Finding(
                what,
                False,
                f"{_code(error)}: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com",
            )
        return Finding(what, True, "there")

    def _zone(self, zone: str) -> Finding:
        what = f"hosted zone {zone}"
        try:
            found = boto3.client("route53", config=clients.CONFIG).get_hosted_zone(
                Id=self._wanted.zone_id or ""
            )
        except ClientError as error:
            return Finding(what, False, f"{_code(error)}: {self._wanted.zone_id} is not in this account")
        name = found["HostedZone"]["Name"].rstrip(".")
        if name != zone:
            return Finding(what, False, f"{self._wanted.zone_id} is the zone {name}")
        own = {each.rstrip(".") for each in found.get("DelegationSet", {}).get("NameServers", ())}
        public = {each.rstrip(".") for each in self._name_servers(zone)}
        if not own & public:
            return Finding(what, False, f"not delegated: put NS records of {', '.join(sorted(own))} above it")
        return Finding(what, True, "delegated")

    def _concurrency(self) -> Finding:
        what = "concurrent executions of Lambda"
        found = boto3.client("lambda", config=clients.CONFIG, region_name=self._wanted.region)
        limit = int(found.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
        needed = self._wanted.streams + UNRESERVED
        if limit < needed:
            return Finding(
                what, False, f"{limit}, and {needed} are needed: ask Service Quotas for L-B99A9384"
            )
        return Finding(what, True, str(limit))

    def _prefix(self) -> Finding:
        prefix, region = self._wanted.sign_in_prefix, self._wanted.region
        what = f"sign-in prefix {prefix}"
        cognito = boto3.client("cognito-idp", config=clients.CONFIG, region_name=region)
        if cognito.describe_user_pool_domain(Domain=prefix).get("DomainDescription", {}).get("UserPoolId"):
            return Finding(what, True, "ours already")
        if self._resolves(f"{prefix}.auth.{region}.amazoncognito.com"):
            return Finding(what, False, "taken by somebody else: choose another one")
        return Finding(what, True, "free")

    def _identity(self, domain: str) -> Finding:
        what = f"sender {domain}"
        ses = boto3.client("sesv2", config=clients.CONFIG, region_name=self._wanted.region)
        try:
            found = ses.get_email_identity(EmailIdentity=domain)
        except ClientError as error:
            told = f"{_code(error)}: the deployment makes it; `sign_in_mail` stays `cognito` until then"
            return Finding(what, False, told, needed=False)
        if not found.get("VerifiedForSendingStatus"):
            return Finding(what, False, "not verified yet: its records take up to 72 hours", needed=False)
        return Finding(what, True, "verified")

    def _sandbox(self) -> Finding:
        ses = boto3.client("sesv2", config=clients.CONFIG, region_name=self._wanted.region)
        if ses.get_account().get("ProductionAccessEnabled"):
            return Finding("mail to everybody", True, "SES has left its sandbox")
        told = (
            "SES writes to verified addresses only: ask for production access; `sign_in_mail` stays `cognito`"
        )
        return Finding("mail to everybody", False, told, needed=False)


def preflight(environment: str, folder: Path) -> list[Finding]:
    """Look at the account of the credentials in use. Raises `NoSuchEnvironment`; `ClientError` where the
    credentials may not look."""
    wanted = AccountNeeds.read(environment, folder)
    return list(Preflight(wanted, name_servers=_public_name_servers, resolves=_resolves).findings())


def _public_name_servers(zone: str) -> set[str]:
    answer = requests.get(RESOLVER, params={"name": zone, "type": "NS"}, timeout=TIMEOUT)
    answer.raise_for_status()
    return {str(each["data"]).rstrip(".") for each in answer.json().get("Answer", ())}


def _resolves(host: str) -> bool:
    try:
        socket.getaddrinfo(host, 443)
    except socket.gaierror:
        return False
    return True


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
