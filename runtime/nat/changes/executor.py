"""Committing a frozen change: every operation at most once, whatever dies in between.

NationBuilder has no idempotency key, so each operation is journalled as an intent before it is sent, and its
record is looked at again right before:

    it is as it was planned from      sent
    it is as it should become         done already, nothing sent
    anything else                     conflict: somebody changed it meanwhile; reported, not overwritten

An intent that is open after a crash, or a write without a usable answer, is decided by looking too. Where
looking cannot prove it, the operation ends as `unknown` and is never repeated.

Operations run one after another, in order. With `at_once` above one, neighbours that can be proved by looking
run together, and their intents are stored in one go.
"""

import contextvars
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypedDict, TypeVar, Unpack

from nat import errors
from nat.changes.effect import Effect
from nat.changes.journal import Emit, EntryState, Journal, JournalEntry
from nat.changes.operations import OperationWork, chosen, results_of, works_of
from nat.changes.plan import Change
from nat.changes.record_state import State, agrees, left_alone, look, stored_otherwise
from nat.changes.references import filled, names_of, remade
from nat.changes.report import ChangeReport
from nat.contract.events import Progress, wording_of
from nat.waiting import wait
from nat.wording import MESSAGES

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder

AT_ONCE: Final = 4
"""Requests of a bulk change that are under way together; the client's limiter bounds their rate."""

_CUT_OFF: Final = (
    errors.PermissionDenied,
    errors.TokenExpired,
    errors.TokenRejected,
    errors.Reconnect,
)
"""What would meet every further operation too: the work ends at the first."""

_REFUSED: Final = (errors.NationBuilderError, errors.Reconnect)
"""Everything that asking NationBuilder can end with; `Reconnect` comes from renewing the token."""

CHANGED_SINCE: Final = MESSAGES["result.changed_since"]
NOT_CONFIRMED: Final = MESSAGES["result.not_confirmed"]
NOT_ANSWERED: Final = MESSAGES["result.not_answered"]
STILL_WORKING: Final = MESSAGES["result.still_working"]
GONE: Final = MESSAGES["result.gone"]
NEED_MISSING: Final = MESSAGES["result.need_missing"]
OTHERWISE: Final = MESSAGES["result.otherwise"]
HALF_DONE: Final = MESSAGES["result.half_done"]
LEFT_ALONE: Final = MESSAGES["result.left_alone"]
NOT_REACHED: Final = MESSAGES["result.not_reached"]
GIVEN_UP: Final = MESSAGES["result.given_up"]


@dataclass(frozen=True)
class ProgressPace:
    """Times in seconds, and sizes. `sleep` may be replaced by tests."""

    batch: int = 20
    """Intents that are stored in one go."""
    progress: float = 0.5
    """Between two progress events."""
    settle: float = 1.0
    """Before looking what became of a write without an answer."""
    poll: float = 1.0
    """Between two looks at an asynchronous process."""
    process: float = 600.0
    """How long an asynchronous process is waited for."""
    rate_limited: int = 5
    """How often one operation goes on after the client has lost its patience with the rate limit."""
    down: int = 3
    """Operations in a row that NationBuilder does not answer, before the rest is left."""
    sleep: Callable[[float], None] = time.sleep


STEADY: Final = ProgressPace()

Answer = TypeVar("Answer")

Check = Callable[[], None]
"""Whether the person may still do this, by what is stored now. Raises `NotAMember`, `RoleInsufficient`."""


class _Details(TypedDict, total=False):
    """What a journal entry says besides its operation, state and turn (`JournalEntry`)."""

    created_id: str | None
    already: bool
    token: str | None
    found: Mapping[str, object] | None
    code: str | None
    why: str


def no_check() -> None:
    """Where nobody's rights can change meanwhile."""


def requests_at_once(effect: Effect) -> int:
    """How many requests of a change by a tool of this class may be under way together."""
    return AT_ONCE if effect is Effect.BULK else 1


def commit(
    change: Change,
    *,
    v2: "NationBuilder",
    journal: Journal,
    emit: Emit,
    stopped: Callable[[], bool],
    check: Check = no_check,
    keys: Collection[str] | None = None,
    at_once: int = 1,
    pace: ProgressPace = STEADY,
) -> ChangeReport:
    """Carry out a change, or of it the operations with these keys, going on from the journal.

    `check` is asked before each batch of requests whether this may still happen.

    What this turn has tried is not tried again when it goes on in another worker; what an earlier turn left
    failed, skipped, in conflict or provably unknown is. Raises `TurnLost` from the journal and from
    `stopped`, and `BadRequest` for an unknown key.
    """
    return carry_out(
        chosen(works_of(change), keys),
        label=change.worded(change.summary),
        v2=v2,
        journal=journal,
        emit=emit,
        stopped=stopped,
        check=check,
        at_once=at_once,
        pace=pace,
    )


def carry_out(
    works: Sequence[OperationWork],
    *,
    label: str,
    v2: "NationBuilder",
    journal: Journal,
    emit: Emit,
    stopped: Callable[[], bool],
    check: Check,
    at_once: int,
    pace: ProgressPace,
) -> ChangeReport:
    """Carry out operations through a journal."""
    return _Run(works, label, v2, journal, emit, stopped, check, at_once, pace).run()


class _Run:
    """One run over some operations."""

    def __init__(
        self,
        works: Sequence[OperationWork],
        label: str,
        v2: "NationBuilder",
        journal: Journal,
        emit: Emit,
        stopped: Callable[[], bool],
        check: Check,
        at_once: int,
        pace: ProgressPace,
    ) -> None:
        self._check_may = check
        self._works = works
        self._label = label
        self._nation = v2
        self._journal = journal
        self._emit = emit
        self._stopped = stopped
        self._at_once = at_once
        self._pace = pace
        self._entries: dict[str, JournalEntry] = {}
        self._halted: errors.NatError | None = None
        self._down = 0
        self._abandon = threading.Event()
        self._progress_at = float("-inf")

    def run(self) -> ChangeReport:
        self._entries.update(self._journal.load())
        todo = [work for work in self._works if self._is_open(work)]
        self._halted = self._halted_before()
        was_stopped = False
        self._tell_progress()
        for batch in self._batches(todo):
            if self._halted is not None:
                break
            if self._stopped():
                was_stopped = True
                break
            try:
                self._check_may()
            except (errors.NotAMember, errors.RoleInsufficient) as error:
                self._halted = error
                break
            self._journal.intend([work.key for work in batch if not self._reconciles(work)])
            was_stopped = self._run_batch(batch) or was_stopped
            if was_stopped:
                break
        self._tell_progress(last=True)
        return ChangeReport(results_of(self._works, self._entries), was_stopped, self._halted)

    def _is_open(self, work: OperationWork) -> bool:
        entry = self._entries.get(work.key)
        if entry is None or entry.state is EntryState.INTENT:
            return True
        if entry.state is EntryState.DONE or entry.run == self._journal.run:
            return False
        return entry.state is not EntryState.UNKNOWN or work.provable or entry.token is not None

    def _reconciles(self, work: OperationWork) -> bool:
        """Whether the operation may have been sent already."""
        entry = self._entries.get(work.key)
        return entry is not None and entry.state in (EntryState.INTENT, EntryState.UNKNOWN)

    def _halted_before(self) -> errors.NatError | None:
        """A failure that ended this turn's work in a worker that died before it could say so."""
        codes = {each.code for each in self._entries.values() if each.run == self._journal.run}
        return next((error() for error in _CUT_OFF if error.code in codes), None)

    def _batches(self, todo: Sequence[OperationWork]) -> Iterator[list[OperationWork]]:
        batch: list[OperationWork] = []
        for work in todo:
            alone = self._at_once == 1 or not work.provable or work.awaits
            beside = {each.key for each in batch}
            if batch and (alone or len(batch) == self._pace.batch or not beside.isdisjoint(work.waits)):
                yield batch
                batch = []
            if alone:
                yield [work]
            else:
                batch.append(work)
        if batch:
            yield batch

    def _run_batch(self, batch: Sequence[OperationWork]) -> bool:
        """Run a batch and journal what became of it; whether the person stopped meanwhile."""
        found: list[JournalEntry] = []
        try:
            for entry in self._together(batch):
                found.append(entry)
                self._note(entry)
                self._tell_progress()
        except errors.TurnLost:
            # The turn goes on elsewhere: what is known by now spares it looking.
            known = [each for each in found if each.state is not EntryState.SKIPPED]
            with suppress(errors.TurnLost):
                self._journal.settle(known)
            raise
        self._journal.settle(found)
        return self._stopped() and any(each.state is EntryState.SKIPPED for each in found)

    def _together(self, batch: Sequence[OperationWork]) -> Iterator[JournalEntry]:
        if len(batch) == 1:
            yield self._one(batch[0])
            return
        with ThreadPoolExecutor(min(self._at_once, len(batch)), thread_name_prefix="commit") as pool:
            futures: list[Future[JournalEntry]] = [
                pool.submit(contextvars.copy_context().run, self._one, work) for work in batch
            ]
            lost: BaseException | None = None
            for future in as_completed(futures):
                if (error := future.exception()) is not None:
                    self._abandon.set()
                    lost = lost or error
                else:
                    yield future.result()
            if lost is not None:
                raise lost

    def _note(self, entry: JournalEntry) -> None:
        self._entries[entry.key] = entry

    def _tell_progress(self, *, last: bool = False) -> None:
        if len(self._works) < 2:
            return
        now = time.monotonic()
        if not last and now - self._progress_at < self._pace.progress:
            return
        self._progress_at = now
        states = [entry.state for work in self._works if (entry := self._entries.get(work.key))]
        failed = sum(
            state in (EntryState.FAILED, EntryState.UNKNOWN, EntryState.CONFLICT) for state in states
        )
        self._emit(
            Progress(
                str(self._label),
                states.count(EntryState.DONE),
                len(self._works),
                failed,
                wording_of(self._label),
            )
        )

    # One operation, on its own thread when several run together.

    def _one(self, work: OperationWork) -> JournalEntry:
        if self._abandon.is_set() or self._halted is not None or self._stopped():
            return self._skipped(work)
        needed = {key: each for key in work.needs if (each := self._entries.get(key)) is not None}
        names = names_of(needed)
        if len(names) < len(work.needs):
            return self._entry(work, EntryState.FAILED, why=NEED_MISSING)
        work = work.with_ids(names)
        entry = self._entries.get(work.key)
        reconciling = self._reconciles(work)
        try:
            if entry is not None and reconciling and entry.token is not None:
                return self._await(work, entry.token)
            settled = self._reconcile(work) if reconciling else self._check(work)
        except _REFUSED as error:
            if reconciling:
                return self._entry(work, EntryState.UNKNOWN, code=self._met(error), why=NOT_CONFIRMED)
            return self._not_sent(work, error)
        found = settled or self._write(work, reconciling)
        if found.state is EntryState.DONE:
            self._down = 0
        return found

    def _not_sent(self, work: OperationWork, error: errors.NatError) -> JournalEntry:
        """NationBuilder refused, or was never reached: nothing has happened."""
        down = isinstance(error, errors.NationBuilderDown)
        code = self._met(error)
        return self._entry(work, EntryState.FAILED, code=code, why=NOT_REACHED if down else error.message)

    def _met(self, error: errors.NatError) -> str:
        """Count a failure, and end the work when the next operation would meet it too; gives its code."""
        if isinstance(error, errors.NationBuilderDown):
            self._down += 1
        if isinstance(error, _CUT_OFF) or self._down >= self._pace.down:
            self._halted = error
        return error.code

    def _skipped(self, work: OperationWork) -> JournalEntry:
        """Leave an operation. What may have been sent stays open: skipping would let it be repeated."""
        if self._reconciles(work):
            return self._entries[work.key]
        return self._entry(work, EntryState.SKIPPED)

    def _check(self, work: OperationWork) -> JournalEntry | None:
        """What is known before anything is sent; `None` to go on."""
        if work.probe is None:
            return None
        seen = self._patiently(partial(look, self._nation, work.probe))
        if agrees(work.probe, seen.state, work.before):
            return None
        if agrees(work.probe, seen.state, work.after):
            found = seen.id if work.before is None and work.probe.index else None
            return self._entry(work, EntryState.DONE, already=True, created_id=found)
        return self._conflict(work, seen.state)

    def _reconcile(self, work: OperationWork) -> JournalEntry | None:
        """What became of an operation that may have been sent; `None` if it was proved not to be."""
        if work.probe is None or not work.provable:
            return self._entry(work, EntryState.UNKNOWN, why=NOT_CONFIRMED)
        seen = self._patiently(partial(look, self._nation, work.probe))
        was = agrees(work.probe, seen.state, work.before)
        became = agrees(work.probe, seen.state, work.after)
        if became and not was:
            return self._entry(work, EntryState.DONE, created_id=seen.id if work.before is None else None)
        if was and not became:
            return None
        return self._entry(work, EntryState.UNKNOWN, why=NOT_CONFIRMED)

    def _write(self, work: OperationWork, reconciling: bool) -> JournalEntry:
        if self._stopped():
            return self._entry(work, EntryState.SKIPPED)
        created: str | None = None
        changed: dict[str, object] = {}
        names: dict[str, str] = {}
        for number, request in enumerate(work.requests, 1):
            last = number == len(work.requests)
            try:
                now = filled(request, names)
                status, answer = self._patiently(
                    partial(self._nation.exchange, now.method, now.path, now.body, now.params)
                )
            except errors.WriteUncertain as error:
                return self._prove(work, error)
            except errors.ValidationFailed as error:
                if not error.taken:
                    return self._refused(work, error, number)
                if last:
                    return self._taken(work, error, ours=reconciling)
                continue
            except errors.RecordNotFound as error:
                if request.method != "DELETE":
                    return self._entry(work, EntryState.CONFLICT, code=error.code, why=GONE)
                continue
            except _REFUSED as error:
                return self._refused(work, error, number)
            if work.awaits and isinstance(token := answer.get("token"), str):
                waited = self._await_noted(work, token) if last else self._await(work, token)
                if last or waited.state is not EntryState.DONE:
                    return waited
            if request.method == "POST":
                names |= remade(answer)
            if work.expects not in (None, status):
                return self._entry(work, EntryState.DONE, why=OTHERWISE)
            data = answer.get("data")
            if isinstance(data, dict):
                created = str(data["id"]) if work.before is None and "id" in data else created
                attributes = data.get("attributes") or {}
                changed = stored_otherwise(work.after, attributes)
                if last and (left := left_alone(work.before, changed)):
                    return self._left_alone(work, left)
                changed |= {name: attributes[name] for name in work.learns if attributes.get(name)}
        return self._entry(work, EntryState.DONE, created_id=created, found=changed or None)

    def _refused(self, work: OperationWork, error: errors.NatError, number: int) -> JournalEntry:
        """A request of an operation did not go through; `number` counts from one."""
        if number == 1:
            return self._not_sent(work, error)
        return self._entry(work, EntryState.UNKNOWN, code=self._met(error), why=HALF_DONE)

    def _left_alone(self, work: OperationWork, names: Collection[str]) -> JournalEntry:
        """NationBuilder answered well, and these attributes are as they were before."""
        if len(names) == len(work.after or {}):
            return self._entry(work, EntryState.FAILED, why=LEFT_ALONE)
        return self._entry(work, EntryState.UNKNOWN, why=HALF_DONE)

    def _await_noted(self, work: OperationWork, token: str) -> JournalEntry:
        """Wait for a process whose token is known before: who goes on after a crash asks for it."""
        entry = self._entry(work, EntryState.INTENT, token=token)
        self._journal.settle([entry])
        self._note(entry)
        return self._await(work, token)

    def _taken(self, work: OperationWork, error: errors.ValidationFailed, *, ours: bool) -> JournalEntry:
        """422 `taken`: a value belongs to another record, or it is so already. Only looking tells which."""
        if work.probe is not None:
            try:
                seen = self._patiently(partial(look, self._nation, work.probe))
            except _REFUSED:
                return self._entry(work, EntryState.UNKNOWN, code=error.code, why=NOT_CONFIRMED)
            if agrees(work.probe, seen.state, work.after):
                found = seen.id if work.before is None and work.probe.index else None
                return self._entry(work, EntryState.DONE, created_id=found, already=not ours)
        return self._not_sent(work, error)

    def _prove(self, work: OperationWork, error: errors.WriteUncertain) -> JournalEntry:
        """What became of a write without an answer. It is not sent again: it may still be on its way."""
        if not work.provable:
            return self._entry(work, EntryState.UNKNOWN, code=error.code, why=NOT_CONFIRMED)
        self._wait(self._pace.settle)
        try:
            settled = self._reconcile(work)
        except _REFUSED:
            return self._entry(work, EntryState.UNKNOWN, code=error.code, why=NOT_CONFIRMED)
        return settled or self._entry(work, EntryState.FAILED, code=error.code, why=NOT_ANSWERED)

    def _await(self, work: OperationWork, token: str) -> JournalEntry:
        """Wait for an asynchronous process. Only `completed` is documented; everything that is not an end
        by its name counts as under way (API facts, §9)."""
        waited = 0.0
        while True:
            status = ""
            try:
                status = str(self._nation.process(token).get("status") or "").lower()
            except errors.RecordNotFound:
                return self._entry(work, EntryState.UNKNOWN, why=NOT_CONFIRMED)
            except (errors.RateLimited, errors.NationBuilderDown):
                pass
            except _REFUSED as error:
                code = self._met(error)
                return self._entry(work, EntryState.UNKNOWN, token=token, code=code, why=STILL_WORKING)
            if status == "completed":
                return self._entry(work, EntryState.DONE)
            if status in ("failed", "error", "errored", "cancelled", "canceled"):
                return self._entry(work, EntryState.FAILED, code=status, why=GIVEN_UP)
            if waited >= self._pace.process:
                return self._entry(work, EntryState.UNKNOWN, token=token, why=STILL_WORKING)
            self._wait(self._pace.poll)
            waited += self._pace.poll

    def _conflict(self, work: OperationWork, state: State) -> JournalEntry:
        why = GONE if state is None else CHANGED_SINCE
        return self._entry(work, EntryState.CONFLICT, why=why)

    def _patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Ask, and go on after a rate limit that outlasted the client: nothing has happened then."""
        for number in range(self._pace.rate_limited + 1):
            try:
                return ask()
            except errors.RateLimited as limited:
                if number == self._pace.rate_limited or self._stopped():
                    raise
                self._wait(limited.retry_after)
        raise AssertionError("unreachable")

    def _wait(self, seconds: float) -> None:
        """Sleep, but not past the moment when this worker must let go."""
        wait(seconds, lambda: self._stopped() and False, self._pace.sleep)

    def _entry(self, work: OperationWork, state: EntryState, **details: Unpack[_Details]) -> JournalEntry:
        return JournalEntry(work.key, state, self._journal.run, **details)
