"""The worker of this process, built from its environment."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from nat import settings
from nat.agent.loop import Agent
from nat.agent.models.claude import Clients
from nat.agent.ports import Model
from nat.agent.pricing import ModelPrices
from nat.agent.tools import load
from nat.automations.drafting import TurnDrafts
from nat.automations.ending import RunEnds
from nat.aws import clients
from nat.aws.isolation import NationCredentials
from nat.aws.store import Store
from nat.channels.slack_push import SlackPush
from nat.channels.websocket import Followers
from nat.connections.access import NationAccess
from nat.connections.model_keys import NationKeys
from nat.connections.rate_ledgers import StoredRateLedgers
from nat.connections.services import ConnectionServices
from nat.conversations.files import TurnFiles
from nat.conversations.turns import Turn
from nat.ids import NationSlug, UserId
from nat.names import Variable
from nat.nationbuilder import Limiter, NationBuilder
from nat.nationbuilder.client import BASE_URL
from nat.nations import plans as plans_module
from nat.people.memberships import Memberships
from nat.roles import Role
from nat.settings import SettingMissing, TableNames
from nat.turns.run import Agents, Outlets, Platform, Runner
from nat.turns.stop import stopped_turns
from nat.worker.model import OwnAgents, configured_model, provider
from nat.worker.protection import EcsProtection, NoProtection
from nat.worker.receiver import LONG_POLL_SECONDS, TurnReceiver
from nat.worker.service import Worker

DEFAULT_SLOTS: Final = 60
"""Turns at a time: what one vCPU streams (`benchmarks/`)."""


def build() -> Worker:
    """The worker. Raises `SettingMissing`, and what boto3 raises when the model's key cannot be read."""
    tables = TableNames.read()
    own = Store(clients.dynamodb(), tables)
    isolation = NationCredentials(clients.sts(), settings.read(Variable.NATION_ROLE_ARN))
    prices = ModelPrices.from_json(settings.read_json(Variable.PRICES))
    access = NationAccess(
        ConnectionServices.of_nation_role(tables, isolation).refresher,
        base_url=settings.read_optional(Variable.NATIONBUILDER_URL, BASE_URL),
        now=_now,
        limiter=Limiter(ledgers=StoredRateLedgers(Store(clients.brief_dynamodb(), tables))),
    )

    def connect(turn: Turn) -> AbstractContextManager[NationBuilder]:
        return access.client(turn.nation_slug, turn.time_zone, withheld=turn.withheld, as_of=turn.as_of)

    claude = Clients(settings.read_optional(Variable.ANTHROPIC_URL))
    model = configured_model(clients.secrets(), clients.sts().meta.region_name, claude)
    tools = load()

    def agent_with(model: Model) -> Agent:
        return Agent(model, tools, prices=prices)

    rows_of_nation = Store(isolation.client("dynamodb", clients.CONFIG), tables)
    nations_files = isolation.client("s3", clients.FILES_CONFIG)
    bucket = settings.read(Variable.FILES_BUCKET)
    app_url = settings.read_optional(Variable.APP_URL)

    def files(turn: Turn, web_app: str) -> TurnFiles:
        return TurnFiles(rows_of_nation, nations_files, bucket, turn, app_url=web_app)

    def drafts(turn: Turn, web_app: str) -> TurnDrafts:
        return TurnDrafts(rows_of_nation, turn, app_url=web_app)

    keys = NationKeys(isolation.client("secretsmanager", clients.CONFIG), _now)
    runner = Runner(
        rows_of_nation,
        Agents(agent_with(model), prices, OwnAgents(keys, claude, agent_with, provider())),
        Outlets(
            Followers(own, SlackPush.of_process()).remembering,
            files=files,
            drafts=drafts,
            ended=RunEnds(rows_of_nation).turn_ended,
        ),
        Platform(app_url, settings.read(Variable.ENVIRONMENT), plans_module.read()),
        connect=connect,
        role_now=partial(_role, Memberships(own)),
    )
    wait_seconds = _whole_number(Variable.QUEUE_WAIT_SECONDS, LONG_POLL_SECONDS)
    agent_uri = settings.read_optional(Variable.ECS_AGENT_URI)
    return Worker(
        TurnReceiver(clients.sqs(), settings.read(Variable.TURN_QUEUE_URL), wait_seconds=wait_seconds),
        runner,
        partial(stopped_turns, own),
        EcsProtection(agent_uri) if agent_uri else NoProtection(),
        slots=slots(),
        heartbeat_file=Path(beat) if (beat := settings.read_optional(Variable.HEARTBEAT_FILE)) else None,
    )


def slots() -> int:
    """How many turns this process runs at a time. Raises `SettingMissing` for what is no positive number."""
    return _whole_number(Variable.WORKER_SLOTS, DEFAULT_SLOTS)


def _whole_number(variable: Variable, default: int) -> int:
    text = settings.read_optional(variable, str(default))
    if not text.isdecimal() or int(text) == 0:
        raise SettingMissing(f"{variable} must be a whole number above 0, not {text}.")
    return int(text)


def _role(memberships: Memberships, nation_slug: NationSlug, user_id: UserId) -> Role | None:
    membership = memberships.get(nation_slug, user_id)
    return None if membership is None else membership.role


def _now() -> datetime:
    return datetime.now(UTC)
