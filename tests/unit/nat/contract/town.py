"""Three nations with something in each, for tests of the whole HTTP API: one where people work, one that
pays, one that is being connected. In each there are an owner, an admin, a member and a viewer of these names.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from config import load_targets
from local.claude import running_claude
from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from local.slack.state import TEAM
from local.stripe import RunningStripe, running_stripe
from nat.agent.ports import ExportFile
from nat.audit.log import Audit
from nat.automations.automation import Automation, Automations, Delivery, DeliveryKind
from nat.automations.runs import RunLedger, RunState
from nat.automations.schedule import AutomationSchedule
from nat.aws import clients
from nat.aws.failed_messages import DeadLetterQueue, FailedMessages
from nat.aws.items import timestamp
from nat.aws.store import Store
from nat.channels.brands import Brands
from nat.channels.slack_client import Bots
from nat.connections.oauth_state import OAuthStates, StateKey
from nat.connections.seal import Seal
from nat.connections.slack_workspaces import BotToken, Workspaces
from nat.connections.slack_workspaces import Workspace as SlackPlace
from nat.contract.declared import routes
from nat.contract.endpoint import Endpoint
from nat.conversations.feedback import Feedbacks, Thumb
from nat.conversations.files import TurnFiles
from nat.handlers.api import Api
from nat.handlers.billing import BillingRoutes
from nat.handlers.endpoints import answering
from nat.handlers.operator import OperatorRoutes
from nat.handlers.privacy import PrivacyRoutes
from nat.handlers.routes import invitations as invitations_module
from nat.handlers.services import Services
from nat.handlers.slack_connecting import SlackRoutes
from nat.handlers.slack_connecting import apps as slack_apps
from nat.ids import ApprovalId, ConversationId, NationSlug, UserId
from nat.names import SCHEMAS, Secret, Table, Variable
from nat.nations.record import SubscriptionStatus
from nat.people.invitations import Invitations
from nat.people.members import Arriving, Members
from nat.people.memberships import Memberships
from nat.privacy.export import Export
from nat.privacy.jobs import Jobs, JobState, Task
from nat.privacy.requests import Requests
from nat.roles import Role
from nat.settings import TableNames
from nat.slack.installing import Installing
from tests.embedded import new_tables
from tests.unit.nat import world
from tests.unit.nat.agent.scripted_model import calls, says, use
from tests.unit.nat.billing.shop import APP, PLANS, Shop
from tests.unit.nat.changes.bench import SLUG, bench
from tests.unit.nat.connections.crossing import BRANDS, crossing
from tests.unit.nat.contract.front import Front, Function, serving
from tests.unit.nat.gateway import running_gateway
from tests.unit.nat.turns.board import Board
from tests.unit.nat.turns.stage import Stage

PEOPLE = ("owner", "admin", "member", "viewer")
STRANGER = "stranger"
NEWCOMER = UserId("newcomer")
"""Somebody who waits until an admin lets them in."""
WORKING, PAYING = "demo", "paying"
LAPSED, UNKNOWN = "lapsed", "nowhere"
"""A nation whose subscription is over, and one that nobody subscribed."""
SENDERS = "nat.example"
"""The domain that emails come from (`BRANDS`)."""
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem")
"""All requests with which the code writes rows."""


@dataclass(frozen=True)
class Thing:
    """Ids that belong together, by the name of their place, and whose they are."""

    owner: str
    ids: Mapping[str, str]


@dataclass
class Town:
    """The functions behind the API, and what its calls can be about: `things` of conversations, and what else
    is `known`, by the name of the place."""

    tables: TableNames
    stripe: RunningStripe
    functions: Mapping[str, Function]
    nations: Mapping[str, str]
    clock: Callable[[], datetime]
    """Of those functions that have limits for each person."""
    things: list[Thing] = field(default_factory=list)
    known: dict[str, list[str]] = field(default_factory=dict)
    _rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)
    _payments: Any = None
    _touched: set[str] = field(default_factory=set)

    def nation(self, endpoint: Endpoint) -> str:
        """The nation that has what the endpoint is about."""
        return self.nations[endpoint.key]

    @property
    def front(self) -> Front:
        """The gateway before the functions."""
        return Front(self.functions)

    def keep(self) -> None:
        """This is how everything is at the beginning."""
        self._rows = {table: world.rows(self.tables, table) for table in Table}
        store = self.stripe.state.store
        self._payments = deepcopy((store.objects, store.secrets, store.cards, store.count))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Notes which tables are written to, so that putting back looks at no others."""
        events = clients.dynamodb().meta.events
        names = [f"before-parameter-build.dynamodb.{each}" for each in WRITES]
        for each in names:
            events.register(each, self._note)
        yield
        for each in names:
            events.unregister(each, self._note)

    def _note(self, params: Mapping[str, Any], **_: Any) -> None:
        self._touched |= {*params.get("RequestItems", ())}
        entries = [params, *(part for each in params.get("TransactItems", ()) for part in each.values())]
        self._touched |= {each["TableName"] for each in entries if "TableName" in each}

    @property
    def touched(self) -> frozenset[str]:
        """Names of the tables that were written to since everything was put back."""
        return frozenset(self._touched)

    def restore(self) -> None:
        """Everything as it was at the beginning, in our tables and at Stripe."""
        client = clients.dynamodb()
        touched, self._touched = self._touched, set()
        for table in Table:
            if self.tables[table] not in touched:
                continue
            schema = SCHEMAS[table]
            keys = [each for each in (schema.partition, schema.sort) if each is not None]
            now = {_key(row, keys): row for row in world.rows(self.tables, table)}
            kept = {_key(row, keys): row for row in self._rows[table]}
            name = self.tables[table]
            for key, row in kept.items():
                if now.get(key) != row:
                    client.put_item(TableName=name, Item=row)
            for key in now.keys() - kept.keys():
                client.delete_item(TableName=name, Key={each: now[key][each] for each in keys})
        state = self.stripe.state
        state.answers.clear()
        with state.store.lock:
            store = state.store
            store.objects, store.secrets, store.cards, store.count = deepcopy(self._payments)


@dataclass
class Place:
    """A town and the address of its API."""

    town: Town
    url: str


@contextmanager
def running_place() -> Iterator[Place]:
    """A town on tables of its own, and its API on loopback. Needs the embedded AWS."""
    names = new_tables(uuid.uuid4().hex[:12])
    with (
        pytest.MonkeyPatch.context() as environment,
        running_nationbuilder() as nationbuilder,
    ):
        for table in Table:
            environment.setenv(table.variable, names[table])
        with _running_town(TableNames(names), nationbuilder, environment) as town, serving(town.front) as url:
            yield Place(town, url)


@contextmanager
def _running_town(
    tables: TableNames, nationbuilder: RunningNationBuilder, environment: pytest.MonkeyPatch
) -> Iterator[Town]:
    """A town on given tables; the environment is that of its functions meanwhile."""
    with (
        running_gateway() as sockets,
        running_claude() as claude,
        running_stripe(at=world.START) as stripe,
        crossing(tables, nationbuilder, "dynamodb", environment) as connecting,
        bench(nationbuilder, SLUG) as office,
    ):
        bucket = f"files-{connecting.slug}"
        clients.s3.cache_clear()
        clients.s3().create_bucket(Bucket=bucket)
        board = Board(Stage(tables), office, world.create_turn_queue())
        for variable, value in {
            Variable.TURN_QUEUE_URL: board.queue_url,
            Variable.SOCKET_ENDPOINT: sockets.url,
            Variable.ANTHROPIC_URL: claude.base_url,
            Variable.MODEL_ID: "claude-haiku-4-5",
            Variable.MODEL_PROVIDER: "anthropic",
            Variable.FILES_BUCKET: bucket,
            Variable.BRANDS: json.dumps(BRANDS),
            Variable.SCHEDULE_GROUP: "default",
            Variable.SCHEDULE_ROLE_ARN: "arn:aws:iam::000000000000:role/schedules",
            Variable.SCHEDULE_TARGET_ARN: "arn:aws:lambda:us-east-1:000000000000:function:occurrence",
            Variable.SCHEDULE_DEAD_LETTERS_ARN: "arn:aws:sqs:us-east-1:000000000000:dead",
        }.items():
            environment.setenv(variable, value)
        shop = Shop.open(stripe, tables)
        stripe.complete(shop.begin("nat_pro", PAYING, "owner").session_id, "ok")
        shop.take_all()
        world.store_members(tables, connecting.slug, ["ann"], Role.VIEWER)  # she was its owner
        world.store_nation(tables, world.nation(LAPSED, subscription_status=SubscriptionStatus.CANCELLED))
        for slug in (WORKING, PAYING, LAPSED, connecting.slug):
            for name in PEOPLE:
                world.store_members(tables, slug, [name], Role(name))
        services = Services(clients.dynamodb(), tables, world.PLANS, clock=board.stage.clock)
        requests = Api(services)
        billing = Api(
            Services(clients.dynamodb(), tables, PLANS, clock=lambda: shop.now),
            answering(BillingRoutes(shop.billing, APP)).get,
        )
        waiting = clients.sqs().create_queue(QueueName=f"privacy-{connecting.slug}")["QueueUrl"]
        jobs = Jobs(Store(clients.dynamodb(), tables, board.stage.clock), clients.sqs(), waiting)
        export = Export(Store(clients.dynamodb(), tables, board.stage.clock), clients.s3(), bucket)
        privacy = Api(
            services,
            answering(
                PrivacyRoutes(
                    Requests(jobs, services.nations, services.memberships, Audit(services.store)), export
                )
            ).get,
        )
        slack = _slack(services)
        slugs = {
            "nat.handlers.slack_connecting": WORKING,
            "nat.handlers.routes": WORKING,
            "nat.handlers.billing": PAYING,
            "nat.handlers.connecting": connecting.slug,
            "nat.handlers.privacy": WORKING,
            "nat.handlers.operator": WORKING,
        }
        dead, queue = world.create_dead_letters()
        operator = Api(
            services,
            answering(
                OperatorRoutes(
                    FailedMessages(clients.sqs(), [DeadLetterQueue("Jobs", "Failed jobs", dead, queue)]),
                    load_targets().model_dump(),
                )
            ).get,
        )
        clients.sqs().send_message(QueueUrl=dead, MessageBody="{}")
        town = Town(
            tables,
            stripe,
            {
                "nat.handlers.operator": operator,
                "nat.handlers.routes": requests,
                "nat.handlers.billing": billing,
                "nat.handlers.connecting": connecting.api,
                "nat.handlers.privacy": privacy,
                "nat.handlers.slack_connecting": slack,
            },
            {key: slug for module, slug in slugs.items() for key in routes(module)},
            board.stage.clock,
        )
        _live(board, bucket, town)
        town.known |= {"workspace": [TEAM], "channel": ["C0GENERAL"]}
        town.known["job"] = [_exported(jobs, export, UserId(name)) for name in ("owner", "admin")]
        town.keep()
        invitations_module._brands.cache_clear()
        world.prove_sender(SENDERS)
        with town.watched():
            yield town
        clients.mail().delete_email_identity(EmailIdentity=SENDERS)
        invitations_module._brands.cache_clear()


def _slack(services: Services) -> Api:
    """The routes of Slack, with a workspace that the working nation is linked to."""
    store = services.store
    for name, value in (
        (Secret.SLACK, json.dumps(dict.fromkeys(("client_id", "client_secret", "signing_secret"), "s"))),
        (Secret.OAUTH_STATE, "k" * 64),
    ):
        world.put_secret(name, value)
    seal = Seal(clients.kms(), clients.kms().create_key()["KeyMetadata"]["Arn"], Secret.slack_tokens)
    known = Workspaces(store, seal)
    known.install(SlackPlace(TEAM, "Demo", "U0NAT", store.clock()), BotToken("xoxb-town"))
    known.link(TEAM, "Demo", NationSlug(WORKING), by="owner")
    known.choose(TEAM, NationSlug(WORKING), channel="C0GENERAL")
    for name in PEOPLE:
        known.know(TEAM, UserId(name), slack_user=f"U0{name.upper()}")
    states = OAuthStates(store, StateKey(clients.secrets(), store.clock))
    way = Installing(store, states, slack_apps, known, url="https://slack.test/api/")
    return Api(
        services,
        answering(
            SlackRoutes(services, Brands.of(BRANDS), Bots(store, known, "http://127.0.0.1:9/api/"), way)
        ).get,
    )


def _live(board: Board, bucket: str, town: Town) -> None:
    """Let things happen: answers, proposals decided in every way, failures, a file, invitations."""
    office = board.office
    done = board.propose(office.people(3), office.new_tag("done"), user="admin")
    board.carry_out(board.approve(done, user="admin"))
    refused = board.propose(office.people(2), office.new_tag("refused"), user="admin")
    board.decisions.reject(
        board.decision("admin"), ApprovalId(refused.id), fingerprint=refused.card["fingerprint"]
    )
    (person,), tag = office.people(1), office.new_tag("failed")
    office.server.fault("unprocessable", method="POST", path="*/signup_taggings")
    failing = use("tag_person", "failing", person=person, tag=tag)
    failed = board.ask(calls(failing), says("It failed."), user="admin")
    halted = board.propose(office.people(2), office.new_tag("halted"), user="admin")
    admitted = board.approve(halted, user="admin")
    office.server.fault("unprocessable", method="POST", path="*/signup_taggings")
    board.carry_out(admitted)
    waiting = board.propose(office.people(12), office.new_tag("waiting"), user="admin")
    file = _file(board, bucket)
    Feedbacks(Store(clients.dynamodb(), town.tables, board.stage.clock)).give(
        NationSlug(WORKING),
        UserId("admin"),
        ConversationId(board.conversation_id),
        failed.turn_id,
        thumb=Thumb.DOWN,
        comment="No.",
    )
    alone = board.stage.admitted("Who gave?", user_id="member", role=Role.MEMBER)
    board.stage.run(alone, says("Zoë gave $100."))
    running = board.stage.admitted("And now?", user_id="viewer", role=Role.VIEWER)
    members = Members(Store(clients.dynamodb(), town.tables, board.stage.clock), world.PLANS)
    members.wait(Arriving(NationSlug(WORKING), NEWCOMER))
    owner = Memberships(Store(clients.dynamodb(), town.tables)).require(NationSlug(WORKING), UserId("owner"))
    made = [
        Invitations(members).by_link(owner, Role.VIEWER, most_uses=3),
        Invitations(members).by_email(owner, f"{STRANGER}@example.org", Role.MEMBER),
    ]
    town.things += [
        *(
            Thing(
                "admin",
                {
                    "conversation": board.conversation_id,
                    "turn": each.ref.turn_id,
                    "approval": each.id,
                    "change": str(each.ref),
                    "fingerprint": each.card["fingerprint"],
                    "file": file,
                },
            )
            for each in (waiting, done, refused, halted)
        ),
        Thing(
            "admin",
            {
                "conversation": board.conversation_id,
                "turn": failed.turn_id,
                "approval": waiting.id,
                "change": f"{failed.turn_id}#000#{failing['id']}",
                "file": file,
            },
        ),
        *(
            Thing(
                each.user_id,
                {
                    "conversation": each.conversation_id,
                    "turn": each.turn_id,
                    "approval": waiting.id,
                    "change": str(done.ref),
                    "file": file,
                },
            )
            for each in (alone, running)
        ),
    ]
    town.known.update(
        run=[timestamp(_missed_at(board))],
        task=[_automation(board, owner).task_id for owner in ("member", "admin")],
        user=[*PEOPLE, STRANGER, NEWCOMER],
        user_id=[*PEOPLE, STRANGER],
        invitation=[each.invitation.id for each in made],
        token=[each.token for each in made],
        email=["grace@example.org"],
        nation_slug=[WORKING, PAYING],
        plan=["nat", "nat_pro", "starter"],
        queue=["Jobs"],
    )


def _automation(board: Board, owner: str) -> Automation:
    """An automation of somebody, not enabled yet, with a run that was missed."""
    made = Automation.new(
        nation_slug=NationSlug(WORKING),
        owner_id=owner,
        name="Monday figures",
        prompt="How many?",
        schedule=AutomationSchedule.of({"kind": "daily", "time": "09:00", "zone": "Europe/Berlin"}),
        deliveries=(Delivery(DeliveryKind.EMAIL, owner),),
        now=board.stage.clock(),
    )
    store = Store(clients.dynamodb(), board.stage.tables, board.stage.clock)
    Automations(store).create(made)
    run = RunLedger(store).open(made, _missed_at(board), by=owner)
    assert run is not None
    RunLedger(store).move(run, RunState.MISSED)
    return made


def _missed_at(board: Board) -> datetime:
    """When the run of each automation was due."""
    return board.stage.clock() - timedelta(hours=1)


def _file(board: Board, bucket: str) -> str:
    """The id of a file that a question of the admin made."""
    asked = board.stage.admitted("All donations?", conversation_id=board.conversation_id, user_id="admin")
    turn = board.stage.turns.begin(asked)
    tables = board.stage.tables
    kept = TurnFiles(
        Store(clients.dynamodb(), tables, board.stage.clock),
        clients.s3(),
        bucket,
        turn,
        app_url=APP,
    ).keep(ExportFile("donations.csv", "id,name\r\n1,Zoë\r\n", 1, 1, True, "donations"))
    board.stage.run(asked, says("Here it is."))
    return kept.url.rpartition("/")[2]


def _exported(jobs: Jobs, export: Export, user_id: UserId) -> str:
    """The id of an export of a person that is done."""
    job = jobs.begin(Task.EXPORT_PERSON, user_id, user_id)
    file, counts = export.person(user_id, job.id)
    jobs.note(replace(job, state=JobState.DONE, file=file, counts=counts))
    return job.id


def _key(row: dict[str, Any], names: list[str]) -> str:
    return json.dumps([row[each] for each in names], sort_keys=True)
