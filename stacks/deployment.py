"""What one `cdk` command builds: an environment, and whose platform or brand in it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from aws_cdk import aws_logs as logs

from config import (
    DEFAULT_BRAND,
    ConfigurationError,
    Customer,
    Environment,
    load_customer,
    load_customers,
    load_environment,
    load_models,
    load_plans,
    models_json,
    plans_json,
)
from config.customer import FOLDER as CUSTOMERS
from nat.names import Variable
from nat_constructs.function import FunctionDefaults
from nat_constructs.sender import MailProps
from nat_constructs.site import CLI_CALLBACK, CLI_PATH

RUNTIME: Final = Path(__file__).parent.parent / "runtime"
DEVELOPER_APP: Final = "http://localhost:5173"
"""Where the web app's development server listens."""
MODEL_VARIABLES: Final = (Variable.MODEL_ID, Variable.MODEL_PROVIDER, Variable.ANTHROPIC_URL)


@dataclass(frozen=True)
class Deployment:
    """An environment as one customer has it. `environment` already carries a dedicated customer's own
    place."""

    environment: Environment
    customer: Customer
    shared_brands: tuple[Customer, ...]
    """Customers whose brand this platform serves beside its own."""
    release: str | None = None
    """What is being deployed, such as a commit. Fronts that read outputs of another region say it, for the
    CDK skips a stack whose template is the same, and would leave it with the address of what was replaced."""

    @classmethod
    def load(
        cls,
        environment: str,
        customer: str = DEFAULT_BRAND,
        *,
        customers: Path = CUSTOMERS,
        release: str | None = None,
        overrides: Mapping[str, str] | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> "Deployment":
        """Read and check the configuration; `customers` is the folder of their files. Raises
        `ConfigurationError`."""
        owner = load_customer(customer, customers)
        place = load_environment(environment, overrides=overrides, environ=environ)
        shared = tuple(each for each in load_customers(customers) if each.platform == "shared")
        deployment = cls(owner.environment(place), owner, shared if owner.is_default else (), release)
        if deployment.is_platform and not deployment.environment.app_url and not place.developer_callbacks:
            raise ConfigurationError(
                f"{customer} has no domain in {environment}, so nobody would find the web app. "
                "Give it one, or set developer_callbacks where developers work."
            )
        return deployment

    @property
    def is_platform(self) -> bool:
        """Whether all stacks are built, or only the brand's Web stack on the shared platform."""
        return self.customer.platform == "dedicated"

    @property
    def prefix(self) -> str:
        """What the stacks' names begin with: `Nat-prod-` or `Nat-prod-civic-desk-`."""
        own = "" if self.customer.is_default else f"{self.customer.slug}-"
        return f"Nat-{self.environment.name}-{own}"

    @property
    def platform_prefix(self) -> str:
        """The same of the platform that serves this customer."""
        return self.prefix if self.is_platform else f"Nat-{self.environment.name}-"

    @property
    def brands(self) -> tuple[Customer, ...]:
        """Every brand that this platform serves, its own first."""
        return (self.customer, *self.shared_brands)

    @property
    def app_url(self) -> str:
        """Where people of the platform's own brand manage their nation."""
        return self.environment.app_url or DEVELOPER_APP

    def app_urls(self, brand: Customer) -> tuple[str, ...]:
        """Addresses of a brand's web app. There is always one, so that its sign-in client can exist: a brand
        without a name in this environment has the platform's."""
        own = brand.app_url_in(self.environment) if brand is not self.customer else None
        developer = DEVELOPER_APP if self.environment.developer_callbacks else None
        return tuple(dict.fromkeys(url for url in (own or self.app_url, developer) if url))

    @property
    def cli_callback(self) -> str:
        """Where the hosted login sends people of `nat chat` back to: a port on their machine where developers
        work, elsewhere a page of the web app, which leads there."""
        return CLI_CALLBACK if self.environment.developer_callbacks else f"{self.app_url}{CLI_PATH}"

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Origins from which browsers may call the APIs: web apps. An extension calls from its worker, which
        needs no permission of ours, and API Gateway refuses `chrome-extension://` among its origins."""
        return tuple(dict.fromkeys(url for brand in self.brands for url in self.app_urls(brand)))

    @cached_property
    def log_retention(self) -> logs.RetentionDays:
        """How long every log group keeps its lines."""
        return _RETENTION[self.environment.log_retention_days]

    @property
    def common_variables(self) -> dict[str, str]:
        """What every process of the platform is told."""
        return {
            Variable.ENVIRONMENT: self.environment.name,
            Variable.APP_URL: self.app_url,
            Variable.PLANS: plans_json(load_plans()),
        }

    @property
    def brands_json(self) -> str:
        """What those processes are told that write to people: the brands, the platform's own first."""
        brands = [
            {
                "name": each.brand.name,
                "sender": each.sender_in(self.environment),
                "apps": self.app_urls(each),
                "customer": None if each.is_default else each.slug,
                "colours": [each.brand.colours.primary, each.brand.colours.on_primary],
            }
            for each in self.brands
        ]
        return json.dumps(brands, separators=(",", ":"))

    @property
    def senders(self) -> tuple[str, ...]:
        """Addresses from which the platform's brands write."""
        return tuple(each.sender_in(self.environment) for each in self.brands)

    @property
    def mail(self) -> MailProps:
        """What constructs are given that write to people."""
        return {"brands": self.brands_json, "senders": self.senders}

    @property
    def nationbuilder_variables(self) -> dict[str, str]:
        """What every process is told that talks to NationBuilder."""
        agent = self.environment.agent
        return {
            Variable.NATIONBUILDER_URL: agent.nationbuilder_url,
            Variable.TOKEN_STORE: agent.token_store,
        }

    @property
    def agent_variables(self) -> dict[str, str]:
        """What the worker is told about vendors."""
        agent = self.environment.agent
        on_bedrock = load_models()[agent.model].bedrock_id if agent.provider == "bedrock" else None
        return {
            Variable.MODEL_ID: on_bedrock or agent.model,
            Variable.MODEL_PROVIDER: agent.provider,
            Variable.ANTHROPIC_URL: agent.anthropic_url,
            **self.nationbuilder_variables,
            Variable.PRICES: models_json(load_models()),
            Variable.WORKER_SLOTS: str(self.environment.worker.slots),
        }

    @property
    def model_variables(self) -> dict[str, str]:
        """What every process is told that asks Claude."""
        told = self.agent_variables
        return {name: told[name] for name in MODEL_VARIABLES}

    @property
    def stripe_variables(self) -> dict[str, str]:
        """What every process is told that talks to Stripe."""
        billing = self.environment.billing
        return {
            Variable.STRIPE_URL: billing.stripe_url,
            Variable.PAST_DUE_GRACE_DAYS: str(billing.past_due_grace_days),
        }

    @property
    def slack_variables(self) -> dict[str, str]:
        """What every process is told that talks to Slack."""
        return {Variable.SLACK_URL: self.environment.slack.url}

    @cached_property
    def functions(self) -> FunctionDefaults:
        """What every function shares."""
        functions = self.environment.functions
        return FunctionDefaults(
            runtime=RUNTIME,
            python=functions.python,
            install_python=functions.install_python,
            install_platform=functions.install_platform,
            arm=functions.arm,
            log_retention=self.log_retention,
            variables=self.common_variables,
        )


_RETENTION: Final = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    5: logs.RetentionDays.FIVE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    545: logs.RetentionDays.EIGHTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
    1096: logs.RetentionDays.THREE_YEARS,
    1827: logs.RetentionDays.FIVE_YEARS,
    3653: logs.RetentionDays.TEN_YEARS,
}
