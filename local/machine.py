"""Nat on one machine, from the embedded AWS to the worker: started in order, stopped in reverse.

`make up`, `make smoke`, the integration suite and the benchmarks all start this one thing. Everything in it
is the code that runs in AWS; only endpoints differ.
"""

import json
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from config.customer import DEFAULT_BRAND, load_customer
from local import demo, environment, front
from local.aws import login_pages
from local.aws import program as aws
from local.console import StartFailed, step
from local.deployment import deploy
from local.extension import Addresses, extension_of
from local.mail import verify_senders
from local.places import HOST, PORT_BASE_VARIABLE, REGION, ROOT, Places, Ports
from local.processes import Processes, Program, clear_leftovers
from local.roles import RoleServer
from local.sign_in import SignIn
from local.vendors import STAND_IN_KEY, Vendors
from nat.aws.isolation import nation
from nat.aws.store import Store
from nat.connections.status import NbStatus
from nat.connections.tokens import NbTokens
from nat.connections.vault import SecretsManagerVault
from nat.ids import NationSlug
from nat.names import STREAM_PATH, STRIPE_WEBHOOK, Secret, Variable
from nat_constructs.extension_build import ExtensionBuildFailed
from nat_constructs.site_contents import SiteContents
from nat_constructs.web_build import WebBuild, WebBuildFailed

WORKER_GRACE: Final = 40.0
"""A worker that drains finishes or releases its turns within this many seconds."""

DEMO_NATION: Final = "demo"
"""The first of the stand-in's nations."""

WORKER_READY: Final = "nat worker ready"
"""What the worker writes when it takes turns."""


@dataclass
class Machine:
    """One Nat. Use as a context manager: leaving it stops everything that entering started."""

    places: Places
    ports: Ports
    vendors: Vendors
    demonstration: bool = False
    """For people to look at, and not for tests."""

    def __post_init__(self) -> None:
        self.processes = Processes(self.places)
        self._stack = ExitStack()

    def __enter__(self) -> "Machine":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop everything, the last started first."""
        self.processes.stop_all()
        self._stack.close()

    def start(self) -> None:
        """Start everything. Raises `StartFailed`; `stop` then stops what was started."""
        self.places.make()
        clear_leftovers(self.places)
        self._refuse_taken_ports()
        with step("starting the embedded AWS"):
            self.processes.start(aws.program(self.places, self.ports, self._login()))
        for stand_in in self.vendors.stand_ins:
            self.processes.launch(stand_in)
        self.deployment = deploy(self.places, self.ports, self.vendors.settings)
        self.sign_in = SignIn(self.deployment, self.places.profile)
        with step("starting the stand-ins"):
            for stand_in in self.vendors.stand_ins:
                self.processes.wait_for(stand_in.name)
        with step("seeding nations, people and keys"):
            self.people = demo.seed(self.deployment, self.vendors.nations())
            self._store_keys()
            verify_senders(self.deployment.root)
        self._roles = self._stack.enter_context(RoleServer(self.deployment.root.sts, self.ports.roles))
        self._build_web_app()
        with step("starting the worker, the SSE host and the front"):
            self.processes.launch(self._sse_host())
            self.processes.launch(self._front())
            self.start_worker()
            self.processes.wait_for("sse")
            self.processes.wait_for("front")
        self._sign_in_demo_owner()

    def start_worker(self) -> None:
        """Start the worker and wait until it takes turns."""
        self.processes.start(self._worker())

    @property
    def stream_url(self) -> str:
        """Where the SSE host takes questions. In the cloud it stands behind CloudFront."""
        return f"{self.ports.url('sse')}{STREAM_PATH}"

    @property
    def app_url(self) -> str:
        """The web app. In the cloud it is the brand's domain."""
        return self.ports.url("app")

    def _login(self) -> dict[str, str]:
        """The demonstration's login, which the login page is filled in with for people, and not for tests."""
        if not self.demonstration:
            return {}
        owner = demo.people([self.vendors.nation[0] if self.vendors.nation else DEMO_NATION])[0]
        return {login_pages.EMAIL: owner.email, login_pages.PASSWORD: owner.password}

    def _front(self) -> Program:
        return front.program(
            front.front_of(self.deployment, self.places, self.ports, self.stream_url), self.places
        )

    def _build_web_app(self) -> None:
        """Build the app and its extension unless they are built from the same sources."""
        addresses = Addresses(self.ports.url("app"), self.ports.url("aws"))
        build = SiteContents(
            WebBuild(ROOT / "runtime" / "web", str(environment.node())),
            extension_of(load_customer(DEFAULT_BRAND), addresses),
        )
        stamp = self.places.home / "site.digest"
        if self.places.site.is_dir() and stamp.is_file() and stamp.read_text() == build.digest:
            return
        with step("building the web app"):
            try:
                build.write(self.places.site)
            except (WebBuildFailed, ExtensionBuildFailed) as failure:
                raise StartFailed(str(failure)) from None
            stamp.write_text(build.digest)

    def _refuse_taken_ports(self) -> None:
        taken = self.ports.taken()
        if taken:
            name, port = taken[0]
            free = self.ports.aws + 1000
            raise StartFailed(
                f"Port {port} ({name}) is in use by another program. Stop that, or move all ports: "
                f"make up PORT_BASE={free} (or {PORT_BASE_VARIABLE}={free})."
            )

    def _store_keys(self) -> None:
        """The model's key and each nation's tokens, fresh at every start."""
        secrets = self.deployment.root.secrets
        secrets.put_secret_value(
            SecretId=Secret.ANTHROPIC, SecretString=self.vendors.model_key or STAND_IN_KEY
        )
        secrets.put_secret_value(
            SecretId=Secret.NATIONBUILDER_APP, SecretString=json.dumps(self.vendors.nationbuilder_app)
        )
        _, _, path = STRIPE_WEBHOOK.partition(" ")
        keys = self.vendors.stripe_keys(f"{self.deployment.api_url}{path}")
        secrets.put_secret_value(SecretId=Secret.STRIPE, SecretString=json.dumps(keys))
        secrets.put_secret_value(SecretId=Secret.SLACK, SecretString=json.dumps(self.vendors.slack_app))
        for slug in {person.nation_slug: None for person in self.people}:
            self.connect(slug, self.vendors.tokens(slug))

    def connect(self, slug: str, tokens: NbTokens) -> None:
        """Store a nation's tokens and tell its record, as connecting it does."""
        root, tables = self.deployment.root, self.deployment.tables
        vault = SecretsManagerVault(root.secrets, _now, key_arn=self.deployment["DataKeyArn"])
        with nation(slug):
            vault.store_nb_tokens(tokens)
        NbStatus(Store(root.dynamodb, tables, _now)).connected(NationSlug(slug), tokens.expires_at)

    def _worker(self) -> Program:
        """The worker, with the environment and the role of the deployed task definition."""
        task = self.deployment.root.ecs.describe_task_definition(
            taskDefinition=self.deployment["TaskDefinitionArn"]
        )["taskDefinition"]
        given = task["containerDefinitions"][0].get("environment", [])
        deployed = {each["name"]: each["value"] for each in given}
        return Program(
            name="worker",
            command=(sys.executable, "-m", "nat.worker"),
            environment=self._acting_as(
                "worker",
                task["taskRoleArn"],
                {**deployed, **self.vendors.variables, Variable.QUEUE_WAIT_SECONDS.value: "1"},
            ),
            ready=self._worker_is_ready,
            grace=WORKER_GRACE,
            restarts=True,
        )

    def _worker_is_ready(self) -> bool:
        """Nothing listens there: it says in its log that it takes turns."""
        return WORKER_READY in self.places.log("worker").read_text(errors="replace")

    def _sse_host(self) -> Program:
        """The SSE host, with the environment and the role of the deployed function."""
        function = self.deployment.root.functions.get_function_configuration(
            FunctionName=self.deployment["StreamFunctionName"]
        )
        deployed = function.get("Environment", {}).get("Variables", {})
        keys = {Variable.TOKEN_KEYS_URL.value: self.deployment.issuer_keys_url}
        arguments = ("--host", HOST, "--port", str(self.ports.sse), "--no-access-log")
        return Program(
            name="sse",
            command=(sys.executable, "-m", "uvicorn", "nat.handlers.sse:app", *arguments),
            environment=self._acting_as("sse", function["Role"], {**deployed, **keys}),
            ready=lambda: aws.answers(self.ports.url("sse")),
            restarts=True,
        )

    def _acting_as(self, name: str, role_arn: str, variables: Mapping[str, str]) -> dict[str, str]:
        return environment.base(
            {
                **variables,
                **self._roles.variables(name, role_arn),
                "AWS_ENDPOINT_URL": self.deployment.aws_url,
                "AWS_REGION": REGION,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_EC2_METADATA_DISABLED": "true",
            }
        )

    def _sign_in_demo_owner(self) -> None:
        """Leave a profile and a session, so that `nat chat` works at once."""
        owner = self.people[0]
        self.sign_in.store(self.sign_in.log_in(owner.email, owner.password))


def _now() -> datetime:
    return datetime.now(UTC)
