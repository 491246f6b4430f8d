"""An answer reaches each of its places once; who made the automation hears of trouble, once."""

import json
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from local.slack import RunningSlack, running_slack
from local.slack.state import TEAM
from nat.automations.answer_mail import mail_of
from nat.automations.automation import Automation, Automations, Delivery, DeliveryKind, after_run
from nat.automations.delivery import RunDelivery
from nat.automations.messages import RunMessage
from nat.automations.resuming import resume
from nat.automations.runs import Run, RunLedger, RunState, Why
from nat.automations.schedule import AutomationSchedule
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.brands import Brands
from nat.channels.mail_page import LONGEST_HTML, as_html
from nat.channels.slack_posts import NOT_IN_CHANNEL, SlackPosts
from nat.conversations.history import Answered, put_answer
from nat.conversations.turns import Turn, TurnState
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import AUTOMATION_EVENTS, BUS_SOURCE, Bus
from nat.nations.record import Nations
from nat.notices.nation_event import NationEvent
from nat.notices.receipts import NotAllTold
from nat.people.memberships import Memberships
from nat.people.users import Users
from nat.roles import Role
from nat.settings import TableNames
from tests.embedded import EmbeddedAws
from tests.unit.nat.listing_ses import listing_ses
from tests.unit.nat.slack_posting import CHANNEL, NOT_IN, PLACE, posting, written
from tests.unit.nat.world import Clock, nation, prove_sender, store_members, store_nation

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

DUE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
BRANDS = Brands.of([{"name": "Nat", "sender": "nat@nat.example", "apps": ["https://app.nat.example"]}])
ANSWER = "**12** new people.\n\n| Day | People |\n|---|---:|\n| Monday | 5 |\n| Tuesday | 7 |"


@dataclass
class Post:
    """A run whose answer goes to Ann by email and to a channel."""

    url: str
    tables: TableNames
    store: Store
    clock: Clock
    automation: Automation
    slack: RunningSlack
    posts: SlackPosts
    mark: str

    def run(self, state: RunState, **changes: Any) -> Run:
        run = RunLedger(self.store).open(self.automation, DUE, by="ann")
        assert run is not None
        conversation_id, turn_id = run.ids
        turn = Turn(
            nation_slug=NationSlug("demo"),
            conversation_id=ConversationId(conversation_id),
            turn_id=TurnId(turn_id),
            user_id=UserId("ann"),
            question="How many?",
            role=Role.MEMBER,
            surface="automation",
            time_zone="UTC",
            admitted_at=DUE,
        )
        answered = Answered(TurnId(turn_id), "How many?", TurnState.FINISHED, ANSWER, DUE, DUE)
        self.store.write(put_answer(answered, turn))
        moved = RunLedger(self.store).move(
            run, state, conversation_id=conversation_id, turn_id=turn_id, **changes
        )
        assert moved is not None
        return moved

    def take(self, run: Run, mail: "SESV2Client | None" = None) -> int:
        detail = {"task": run.task_id, "run": run.item, "state": run.state.value}
        body = {
            "source": BUS_SOURCE,
            "detail-type": Bus.AUTOMATION_ENDED.value,
            "detail": {**detail, "id": "1", "nation_slug": "demo", "at": DUE.isoformat()},
        }
        delivery = RunDelivery(self.store, mail or clients.mail(), brands=BRANDS, slack=self.posts)
        return delivery.take(NationEvent.read(json.dumps(body), AUTOMATION_EVENTS))

    def mails(self, user: str = "ann") -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/_ministack/ses/messages") as answer:
            found = json.loads(answer.read())["messages"]
        return [each for sent in found.values() for each in sent if each["To"] == [self.address(user)]]

    def address(self, user: str) -> str:
        return f"{user}-{self.mark}@people.example"

    def delivered(self, run: Run) -> dict[str, str | None]:
        kept = RunLedger(self.store).of_item(NationSlug("demo"), run.item).delivered
        return {each.delivery.to: each.problem for each in kept}

    def pause(self, why: Why) -> None:
        """As what a run comes to pauses it."""
        paused = after_run(self.automation, failures=0, pause=why.value)
        assert paused is not None
        self.store.write(paused)

    def edit(self, **changes: Any) -> None:
        """As its owner edits it."""
        before, self.automation = self.automation, self.automation.edited(DUE, **changes)
        Automations(self.store).replace(before, self.automation)


@pytest.fixture
def slack() -> Iterator[RunningSlack]:
    with running_slack() as running:
        yield running


@pytest.fixture
def post(embedded_aws: EmbeddedAws, tables: TableNames, slack: RunningSlack) -> Post:
    prove_sender("nat.example")
    clock, mark = Clock(DUE), uuid.uuid4().hex[:8]
    store = Store(clients.dynamodb(), tables, clock)
    store_nation(tables, nation())
    store_members(tables, "demo", ["ann"])
    store_members(tables, "demo", ["ada"], Role.ADMIN)
    for user in ("ann", "ada"):
        Users(store).seen(UserId(user), email=f"{user}-{mark}@people.example", now=DUE)
    made = Automation.new(
        nation_slug=NationSlug("demo"),
        owner_id="ann",
        name="Monday figures",
        prompt="How many?",
        schedule=AutomationSchedule.of(
            {"kind": "weekly", "time": "09:00", "zone": "Europe/Berlin", "days": ["MON"]}
        ),
        deliveries=(Delivery(DeliveryKind.EMAIL, "ann"), Delivery(DeliveryKind.SLACK, PLACE)),
        now=DUE - timedelta(days=1),
    )
    Automations(store).create(made)
    enabled = made.edited(DUE, enabled=True)
    Automations(store).replace(made, enabled)
    posts = posting(store, slack, "demo", U0ANN="ann")
    return Post(embedded_aws.url, tables, store, clock, enabled, slack, posts, mark)


def test_an_answer_reaches_each_of_its_places_once_with_its_table_and_the_next_run(post: Post) -> None:
    run = post.run(RunState.DONE)

    assert [post.take(run) for _ in range(3)] == [2, 0, 0]

    (mail,) = post.mails()
    assert mail["Subject"] == "Monday figures, Monday 23 November 2026 at 09:00 (Europe/Berlin)"
    assert "12 new people." in mail["BodyText"]
    assert "Tuesday       7" in mail["BodyText"]
    assert "The next run is on Monday 30 November 2026 at 09:00 (Europe/Berlin)." in mail["BodyText"]
    assert f"https://app.nat.example/c/{run.conversation_id}" in mail["BodyText"]
    [message] = post.slack.workspace.messages[CHANNEL]
    assert "*12* new people." in message["text"]
    assert [each["type"] for each in message["blocks"]][:3] == ["section", "section", "table"]
    assert message["blocks"][-1]["elements"][0]["url"].endswith(f"/c/{run.conversation_id}")
    assert post.delivered(run) == {"ann": None, PLACE: None}


def test_a_run_that_waits_leads_to_the_approvals_and_decides_nothing_by_itself(post: Post) -> None:
    run = post.run(RunState.WAITING, approval_ids=("A",))

    post.take(run)

    (mail,) = post.mails()
    assert "waits for a yes" in mail["BodyText"]
    assert "https://app.nat.example/approvals" in mail["BodyText"]


def test_what_became_of_a_proposal_is_told_where_the_answer_went(post: Post) -> None:
    run = post.run(RunState.DONE, why="expired")

    post.take(run)

    (mail,) = post.mails()
    assert "it has lapsed" in mail["BodyText"]


def test_a_place_that_cannot_be_reached_keeps_no_other_and_is_told_to_the_owner(post: Post) -> None:
    post.edit(deliveries=(Delivery(DeliveryKind.EMAIL, "ann"), Delivery(DeliveryKind.SLACK, NOT_IN)))
    run = post.run(RunState.DONE)

    assert [post.take(run) for _ in range(2)] == [1, 0]

    assert [each["Subject"] for each in post.mails()][1:] == ["Monday figures could not be delivered"]
    assert post.delivered(run) == {"ann": None, NOT_IN: NOT_IN_CHANNEL}


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        (Delivery(DeliveryKind.SLACK, NOT_IN), "The app is not in this Slack channel"),
        (Delivery(DeliveryKind.SLACK, "T0OTHER/C1"), "is not linked to the nation"),
        (Delivery(DeliveryKind.SLACK, "ada"), "It is not known who this person is in Slack"),
        (Delivery(DeliveryKind.SLACK, "gone"), "does not belong to the nation any more"),
        (Delivery(DeliveryKind.EMAIL, "gone"), "does not belong to the nation any more"),
    ],
)
def test_an_answer_that_a_place_did_not_take_goes_where_the_person_chose(
    post: Post, place: Delivery, problem: str
) -> None:
    post.edit(deliveries=(place,), otherwise=Delivery(DeliveryKind.EMAIL, "ann"))
    run = post.run(RunState.DONE)

    assert [post.take(run) for _ in range(2)] == [1, 0]

    answer, told = post.mails()
    assert "12 new people." in answer["BodyText"]
    assert problem in told["BodyText"]
    assert "where you chose that it goes otherwise" in told["BodyText"]
    assert problem in (post.delivered(run)[place.to] or "")
    assert post.delivered(run)["ann"] is None


def test_what_an_address_does_not_take_goes_to_its_person_in_slack_and_says_so(post: Post) -> None:
    post.edit(
        deliveries=(Delivery(DeliveryKind.EMAIL, "ann"),), otherwise=Delivery(DeliveryKind.SLACK, "ann")
    )
    run = post.run(RunState.DONE)

    with listing_ses() as ses:
        ses.put_suppressed_destination(EmailAddress=post.address("ann"), Reason="BOUNCE")
        assert post.take(run, ses) == 1

    answer, told = written(post.slack, "D0ANN")
    assert "*12* new people." in answer
    assert "Emails to this person's address come back." in told


def test_what_slack_cannot_take_now_is_tried_again_and_told_once(post: Post) -> None:
    post.slack.api.faults["chat.postMessage"] = ["internal_error"]
    run = post.run(RunState.DONE)
    with pytest.raises(NotAllTold):
        post.take(run)

    assert post.take(run) == 1

    assert len(written(post.slack)) == len(post.mails()) == 1


def test_trouble_is_posted_where_the_nations_notices_go(post: Post) -> None:
    post.posts.workspaces.send_notices(TEAM, NationSlug("demo"), channel=CHANNEL)
    run = post.run(RunState.FAILED, why="internal")

    assert [post.take(run) for _ in range(2)] == [2, 0]

    [message] = written(post.slack)
    assert "Monday figures failed" in message


@pytest.mark.parametrize(
    ("state", "why", "told"),
    [
        (RunState.FAILED, "internal", "failed"),
        (RunState.SKIPPED, Why.LIMIT.value, "are used up"),
        (RunState.MISSED, None, "was missed"),
    ],
)
def test_trouble_is_told_to_the_owner_alone_and_once(
    post: Post, state: RunState, why: str | None, told: str
) -> None:
    run = post.run(state, why=why)

    assert [post.take(run) for _ in range(2)] == [1, 0]

    (mail,) = post.mails()
    assert told in mail["BodyText"]
    assert written(post.slack) == []


def test_once_the_owner_has_left_the_admins_are_told(post: Post) -> None:
    Memberships(post.store).remove(NationSlug("demo"), UserId("ann"))
    run = post.run(RunState.SKIPPED, why=Why.OWNER_LEFT.value)

    assert post.take(run) == 1

    assert len(post.mails("ada")) == 1
    assert post.mails("ann") == []


def test_a_nation_that_may_be_asked_again_goes_on_with_what_only_that_had_paused(post: Post) -> None:
    automations = Automations(post.store)
    followed: list[Automation] = []
    post.pause(Why.CONNECTION)
    Nations(post.store).update(NationSlug("demo"), {"nb_needs_reauth": True})
    assert resume(post.store, NationSlug("demo"), followed.append) == 0

    Nations(post.store).update(NationSlug("demo"), {"nb_needs_reauth": False})

    assert resume(post.store, NationSlug("demo"), followed.append) == 1
    assert automations.get(NationSlug("demo"), post.automation.task_id).enabled
    assert [each.task_id for each in followed] == [post.automation.task_id]


def test_what_failed_or_a_person_paused_stays_paused(post: Post) -> None:
    post.pause(Why.FAILURES)

    assert resume(post.store, NationSlug("demo"), lambda _: None) == 0


def test_an_answer_in_an_email_is_text_and_tables_and_cut_where_it_is_long() -> None:
    message = RunMessage("Title", ("A fact.",), "/c/1", "Open", answer="## Head\n- one\n- [two](https://x)")
    mail = mail_of(message, BRANDS.own, "Because.")
    assert mail.paragraphs == ("Head", "• one", "• two (https://x)", "A fact.")

    long = mail_of(replace(message, answer="word " * 5_000), BRANDS.own, "Because.")
    assert "The answer goes on in the conversation." in long.paragraphs


WIDE = "\n".join(["|" + " a |" * 50, "|" + " - |" * 50, *["|" + " 1 |" * 50] * 60])


@pytest.mark.parametrize("answer", ["- one\n" * 2_400, "A & B\n\n" * 1_700, "&" * 12_000, WIDE])
def test_an_answer_that_mail_programs_would_cut_off_is_shown_as_far_as_they_show_it(answer: str) -> None:
    message = RunMessage("Title", ("A fact.",), "/c/1", "Open", answer=answer)

    mail = mail_of(message, BRANDS.own, "Because.")

    assert len(as_html(mail, BRANDS.own).encode()) <= LONGEST_HTML
    assert any("goes on in the conversation" in each for each in mail.paragraphs)
