"""One environment: where it runs, how large it is, what it keeps, and which services it can use."""

import os
import platform
import re
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from config.catalogue import load_models
from config.loading import ROOT, ConfigurationError, Frozen, choose, names_in, parse, read_toml

FOLDER = ROOT / "environments"

AccountId = Annotated[str, Field(pattern=r"^\d{12}$")]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
HttpUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$")]
Retention = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]


class Features(Frozen):
    """Services an environment has. The embedded AWS lacks some, and an unknown resource type fails a whole
    deployment, so its environment switches them off here, and nowhere else."""

    bootstrap: bool = True
    """Deploy with the bootstrap roles; without, with the caller's own credentials."""
    autoscaling: bool = True
    """Application Auto Scaling of the agent service."""
    spot: bool = True
    """Capacity providers, and with them Fargate Spot."""
    login_branding: bool = True
    """Managed login branding per app client."""
    identity_providers: bool = True
    """Sign-in by Google and SAML, for customers that have it."""
    flow_logs: bool = True
    """VPC flow logs."""
    closed_default_group: bool = True
    """A custom resource empties the VPC's default security group."""
    backup_plan: bool = True
    """AWS Backup's weekly copies of the tables, beside point-in-time recovery."""
    budget: bool = True
    """AWS Budgets."""
    emptied_buckets: bool = True
    """A custom resource empties buckets before they are deleted, where nothing is kept."""
    session_tags: bool = True
    """IAM compares what a session is tagged with. Without, the nation role is narrowed by its session policy
    alone."""
    saved_queries: bool = True
    """CloudWatch Logs Insights queries for the runbooks."""
    firewall: bool = True
    """WAF in front of CloudFront."""
    site_files: bool = True
    """Custom resources put the web app's files into the brand's bucket."""


class Worker(Frozen):
    """The agent service."""

    cpu: Literal[256, 512, 1024, 2048, 4096] = 512
    """Fargate CPU units; 1024 is one vCPU."""
    memory_mib: Literal[512, 1024, 2048, 4096, 8192] = 1024
    tasks: Annotated[int, Field(ge=0, le=100)] = 2
    """Tasks that always run. 0 where tasks cannot run and a plain process takes their place."""
    tasks_max: Annotated[int, Field(ge=1, le=200)] = 10
    slots: Annotated[int, Field(ge=1, le=300)] = 60
    """Turns one task runs at a time."""
    spot_share: Annotated[int, Field(ge=0, le=100)] = 0
    """Percentage of the tasks beyond the first that run on Spot."""
    image: str | None = None
    """A published image to run instead of building `runtime/Dockerfile` at deployment."""

    @model_validator(mode="after")
    def _bounds(self) -> "Worker":
        if self.tasks_max < self.tasks:
            raise ValueError("tasks_max is smaller than tasks")
        return self


class Functions(Frozen):
    """What Lambda bundles are built for, and how many run at once."""

    python: Annotated[str, Field(pattern=r"^3\.\d+$")] = "3.14"
    platform: str = "aarch64-manylinux_2_28"
    """As `uv pip install --python-platform` takes it. `host` stands for this machine and its Python, for the
    embedded AWS runs functions in its own interpreter."""
    streams: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """How many answers are streamed at once by Server-Sent Events: each holds a function for as long as it
    takes. Reserved, so that streams cannot take all of the account's concurrency; the account keeps 100 for
    the others, so its quota is at least 100 higher (a new account has 10)."""

    @property
    def install_platform(self) -> str | None:
        """The platform to install for; None is this machine's own."""
        return None if self.platform == "host" else self.platform

    @property
    def install_python(self) -> str:
        """The Python version to install for."""
        if self.platform == "host":
            return f"{sys.version_info.major}.{sys.version_info.minor}"
        return self.python

    @property
    def arm(self) -> bool:
        """Whether functions run on ARM: a third cheaper a second than x86."""
        return (platform.machine() if self.platform == "host" else self.platform).startswith(("aarch", "arm"))


class Agent(Frozen):
    """The language model and the vendor addresses behind it."""

    model: str = "claude-haiku-4-5"
    """A key of `config/models.toml`."""
    provider: Literal["anthropic", "bedrock"] = "anthropic"
    anthropic_url: HttpUrl = "https://api.anthropic.com"
    nationbuilder_url: HttpUrl = "https://{slug}.nationbuilder.com"
    token_store: Literal["secretsmanager", "dynamodb"] = "secretsmanager"


class Billing(Frozen):
    """Stripe, and how patient Nat is."""

    stripe_url: HttpUrl = "https://api.stripe.com"
    past_due_grace_days: Annotated[int, Field(ge=0, le=60)] = 7
    """Days that a nation may go on while an invoice is not paid."""


class Slack(Frozen):
    """Slack's Web API."""

    url: HttpUrl = "https://slack.com/api/"
    """With a slash at the end."""


class Endpoints(Frozen):
    """Addresses that no construct can tell."""

    aws: HttpUrl | None = None
    """Base URL of the embedded AWS: APIs are then reached by path below it."""
    app: HttpUrl | None = None
    """Where the web app is served, in an environment without a domain. CloudFront's own name is known only
    after the first deployment, and sign-in has to name it before."""


class Throttle(Frozen):
    """Requests a second over all clients of one API."""

    rate: Annotated[int, Field(ge=1, le=10_000)] = 200
    burst: Annotated[int, Field(ge=1, le=5_000)] = 400


EmailAddress = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]


class Domain(Frozen):
    """The public names of one brand in one environment. The hosted zone exists in the environment's account
    before the first deployment; two accounts cannot both have it, so each environment has a zone of its own.
    """

    zone: str
    zone_id: Annotated[str, Field(pattern=r"^Z[A-Z0-9]{5,31}$")]
    app: str
    """Host of the web app."""
    api: str
    """Host of the API; the same distribution answers."""
    sender: EmailAddress | None = None
    """From whom emails come here, if not from the brand's `sender`; its domain is inside the zone."""

    @model_validator(mode="after")
    def _inside_the_zone(self) -> "Domain":
        hosts = [self.app, self.api]
        if self.sender:
            hosts.append(f".{self.sender.partition('@')[2]}")
        for host in hosts:
            if not host.endswith(f".{self.zone}"):
                raise ValueError(f"{host.lstrip('.')} is not inside the zone {self.zone}")
        return self


class Environment(Frozen):
    """One file of `config/environments/`."""

    name: str
    account: AccountId | None
    region: Region
    owner: str
    cost_center: str
    keeps_data: bool
    """Retain, protect from deletion and back up what people stored."""
    log_retention_days: Retention = 30
    sign_in_prefix: Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")]
    """Host label of the hosted login, unique in the region. Brands share it, so it names none of them."""
    sign_in_mail: Literal["cognito", "ses"] = "cognito"
    """Who sends the codes of sign-up and recovery. `ses` once the sender's domain is verified and SES has
    left its sandbox in this account and region (`nat ops preflight` says so): Cognito refuses one that is not
    verified, and its own sender gives up at 50 mails a day
    (docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html)."""
    developer_callbacks: bool = False
    """Let the web app sign in from a development server on this machine."""
    domain: Domain | None = None
    alarm_email: EmailAddress | None = None
    operator_email: EmailAddress | None = None
    """Who is told what no nation is: use above fair use. By default who gets the alarms."""
    budget_usd: Annotated[int, Field(ge=1)] = 75
    """Monthly; an alarm at 80 % and at 100 % of it, and at a forecast above it. What a month normally costs
    lies below the first."""
    worker: Worker = Worker()
    functions: Functions = Functions()
    agent: Agent = Agent()
    billing: Billing = Billing()
    slack: Slack = Slack()
    endpoints: Endpoints = Endpoints()
    throttle: Throttle = Throttle()
    features: Features = Features()

    @property
    def empties_buckets(self) -> bool:
        """Whether buckets are emptied before they are deleted, so that an environment can go and come."""
        return self.features.emptied_buckets and not self.keeps_data

    @property
    def operator(self) -> str | None:
        """The address of who runs the service."""
        return self.operator_email or self.alarm_email

    @field_validator("sign_in_prefix")
    @classmethod
    def _words_cognito_refuses(cls, value: str) -> str:
        # Cognito's limits: a prefix must not contain "aws", "amazon" or "cognito".
        if re.search("aws|amazon|cognito", value):
            raise ValueError('Cognito refuses a prefix with "aws", "amazon" or "cognito"')
        return value

    @model_validator(mode="after")
    def _one_address(self) -> "Environment":
        if self.domain and self.endpoints.app:
            raise ValueError("endpoints.app is for environments without a domain")
        return self

    @property
    def app_url(self) -> str | None:
        """Where people find the default brand's web app."""
        return f"https://{self.domain.app}" if self.domain else self.endpoints.app


def environment_names() -> tuple[str, ...]:
    """Environments that have a file."""
    return names_in(FOLDER)


def load_environment(
    name: str,
    *,
    overrides: Mapping[str, str] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Environment:
    """The environment `name`.

    `overrides` are dotted keys such as `endpoints.aws`, from `-c`. Only a file that leaves the account open
    (`account = "default"`, the development environment) takes account and region from `CDK_DEFAULT_*`.
    Raises `ConfigurationError`.
    """
    choose("environment", name, environment_names())
    path = FOLDER / f"{name}.toml"
    values = {**read_toml(path), "name": name}
    if values.get("account") == "default":
        values["account"] = environ.get("CDK_DEFAULT_ACCOUNT")
        values["region"] = environ.get("CDK_DEFAULT_REGION") or values.get("region")
    for key, value in (overrides or {}).items():
        _override(values, key, value)
    environment = parse(Environment, values, path.name)
    models = load_models()
    agent = environment.agent
    if agent.model not in models:
        known = ", ".join(sorted(models))
        raise ConfigurationError(f'{path.name}: unknown model "{agent.model}". Known: {known}.')
    if agent.provider == "bedrock" and not models[agent.model].bedrock_id:
        known = ", ".join(sorted(key for key, model in models.items() if model.bedrock_id))
        raise ConfigurationError(f'{path.name}: "{agent.model}" is not on Bedrock. Known: {known}.')
    return environment


OVERRIDES = (
    "endpoints.aws",
    "endpoints.app",
    "agent.anthropic_url",
    "agent.nationbuilder_url",
    "billing.stripe_url",
    "slack.url",
)
"""Keys that `-c KEY=VALUE` may set, because a port is known only when a machine's services have started."""


def _override(values: dict[str, Any], key: str, value: str) -> None:
    choose("setting", key, OVERRIDES)
    section, _, name = key.partition(".")
    values[section] = {**values.get(section, {}), name: value}
