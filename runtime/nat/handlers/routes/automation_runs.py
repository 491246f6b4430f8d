"""Runs of automations: what became of them, by hand, made up for, or tried out."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from nat.automations.automation import (
    Automation,
    DeliveryKind,
)
from nat.automations.firing import Firing
from nat.automations.messages import not_asked
from nat.automations.runs import Run, RunLedger, RunState, answer_of
from nat.aws.cursors import cursor, parts_of
from nat.aws.items import moment, optional_timestamp, timestamp
from nat.contract.events import Wording, wording_of
from nat.contract.fields import Moment, Paged, ResponseBody, extended
from nat.conversations.history import History
from nat.errors import (
    BadRequest,
    BudgetReached,
    LimitReached,
    NationBusy,
    NotFound,
    RunTookPlace,
)
from nat.handlers.endpoints import MemberCall, operation
from nat.handlers.routes.automations import seen
from nat.people.memberships import Membership
from nat.roles import Role
from nat.turns.admission import Admission
from nat.wording import Worded

RUNS_A_PAGE: Final = 30


class DeliveredBody(ResponseBody, frozen=True, kw_only=True):
    """What became of one delivery."""

    type: DeliveryKind
    to: str
    problem: str | None
    """Why it did not arrive."""
    wording: Wording | UnsetType = UNSET
    """Of the problem."""


class RunBody(ResponseBody, frozen=True, kw_only=True):
    """One run."""

    scheduled_for: Moment
    """When it was due; of a run by hand, the moment of the click."""
    state: RunState
    by: str | None
    """Who ran it by hand."""
    why: str | None
    """Why it was skipped or failed, or what became of what it proposed."""
    conversation: str | None
    """Of the owner: there the answer stands."""
    turn: str | None
    approval: str | None
    """The first of `approvals`."""
    approvals: list[str]
    """What it proposed and somebody has to decide."""
    as_of: Moment | None
    """The moment that it is answered for, if that is not the one of asking."""
    tryout: bool
    """Somebody tried the automation out: it was delivered nowhere."""
    started_at: Moment | None
    ended_at: Moment | None
    cost_micros: int | None
    """Micro-dollars. Admins see it."""
    delivered: list[DeliveredBody]


class WholeRun(RunBody, frozen=True, kw_only=True):
    """A run with its answer."""

    answer: str | None
    """Markdown; `null` while there is none."""


class RunsBody(ResponseBody, frozen=True, kw_only=True):
    """Runs, the newest first."""

    runs: list[RunBody]
    next: str | None


class TryBody(ResponseBody, frozen=True, kw_only=True):
    """A question that is being answered: the run says how far it is."""

    run: Moment
    """Its `scheduled_for`, by which the run is read."""
    conversation: str
    turn: str
    as_of: Moment
    """When the automation would have run last."""


class RunsQuery(Paged, frozen=True, kw_only=True):
    """A page of runs."""

    limit: Annotated[int, Meta(ge=1, le=100)] = RUNS_A_PAGE
    """How many at most."""


_ASKING: Final = (NotFound, LimitReached, BudgetReached, NationBusy)


@operation(
    "POST /v1/automations/{task}/runs",
    tag="Automations",
    status=202,
    raises=_ASKING,
)
def run_automation(call: MemberCall) -> RunBody:
    """Run an automation now.

    It counts as a query, and its answer is delivered as that of any other run.
    """
    automation = seen(call)
    run = Firing(call.services.store, _admission(call)).by_hand(automation, call.member.user_id)
    if run is None:
        raise NationBusy(retry_after=1)
    return _run(run, call.member)


@operation("GET /v1/automations/{task}/runs", tag="Automations", active=False, raises=(NotFound,))
def list_automation_runs(call: MemberCall, query: RunsQuery) -> RunsBody:
    """The runs of an automation."""
    automation = seen(call)
    before = None
    if query.after is not None:
        try:
            (text,) = parts_of(query.after, 1)
            before = moment(text)
        except ValueError:
            raise BadRequest("`after` is the `next` of an earlier page.") from None
    runs: list[Run] = []
    more = False
    for each in RunLedger(call.services.store).of(call.nation_slug, automation.task_id, before=before):
        if len(runs) == query.limit:
            more = True
            break
        runs.append(each)
    return RunsBody(
        runs=[_run(each, call.member) for each in runs],
        next=cursor(timestamp(runs[-1].scheduled_for)) if more else None,
    )


@operation("GET /v1/automations/{task}/runs/{run}", tag="Automations", active=False, raises=(NotFound,))
def get_automation_run(call: MemberCall) -> WholeRun:
    """One run, by its `scheduled_for`, with its answer."""
    run = _run_of(call, seen(call))
    answer = answer_of(History(call.services.store), run)
    return extended(_run(run, call.member), WholeRun, answer=answer)


@operation(
    "POST /v1/automations/{task}/runs/{run}/catch-up",
    tag="Automations",
    status=202,
    raises=(*_ASKING, RunTookPlace),
)
def catch_up_automation_run(call: MemberCall) -> RunBody:
    """Let a run take place that was missed or skipped, as of its own time.

    It counts as a query, and its answer is delivered as that of any other run.
    """
    automation = seen(call)
    firing = Firing(call.services.store, _admission(call))
    run = firing.catch_up(automation, _run_of(call, automation), call.member.user_id)
    if run is None:
        raise RunTookPlace
    return _run(run, call.member)


@operation(
    "POST /v1/automations/{task}/try",
    tag="Automations",
    status=202,
    raises=_ASKING,
)
def try_automation(call: MemberCall) -> TryBody:
    """Ask the question as if it had been asked when the automation would have run last.

    It counts as a query, runs with the rights of who made the automation, and is delivered nowhere.
    """
    automation = seen(call)
    run = Firing(call.services.store, _admission(call)).try_out(automation, call.member.user_id)
    if run is None:
        raise NationBusy(retry_after=1)
    if run.why is not None:
        raise BadRequest(not_asked(run.why))
    conversation_id, turn_id = run.ids
    assert run.as_of is not None
    return TryBody(
        run=timestamp(run.scheduled_for),
        conversation=conversation_id,
        turn=turn_id,
        as_of=timestamp(run.as_of),
    )


def _run_of(call: MemberCall, automation: Automation) -> Run:
    """The run of the path. Raises `NotFound`."""
    try:
        scheduled_for = moment(call.path["run"])
    except ValueError:
        raise NotFound("There is no such run.") from None
    return RunLedger(call.services.store).get(call.nation_slug, automation.task_id, scheduled_for)


def _run(run: Run, member: Membership) -> RunBody:
    return RunBody(
        scheduled_for=timestamp(run.scheduled_for),
        state=run.state,
        by=run.by,
        why=run.why,
        conversation=run.conversation_id,
        turn=run.turn_id,
        approval=next(iter(run.approval_ids), None),
        approvals=list(run.approval_ids),
        as_of=optional_timestamp(run.as_of),
        tryout=run.tryout,
        started_at=optional_timestamp(run.started_at),
        ended_at=optional_timestamp(run.ended_at),
        cost_micros=run.cost_micros if member.role.at_least(Role.ADMIN) else None,
        delivered=[
            DeliveredBody(
                type=each.delivery.kind,
                to=each.delivery.to,
                problem=each.problem,
                wording=wording_of(Worded.constant(each.problem or "")),
            )
            for each in run.delivered
        ],
    )


def _admission(call: MemberCall) -> Admission:
    return Admission.of_process(call.services.store, call.services.plans)
