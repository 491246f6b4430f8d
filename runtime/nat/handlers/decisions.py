"""Decisions about changes as clients send them, by socket or HTTP: read, and taken.

    approve   {"decision", "conversation", "approval", "fingerprint", "records"?}
    reject    {"decision", "conversation", "approval", "fingerprint"}
    edit      {"decision", "conversation", "approval", "fingerprint", "values"}
    retry     {"decision", "conversation", "approval"} or {"decision", "conversation", "change"}
    undo      {"decision", "conversation", "change", "records"?}

A door imports this module with the first decision: it loads the rows and rules of changes, which no question
needs.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from nat.approvals.approval import Approval
from nat.approvals.approvals import Approvals
from nat.errors import BadRequest
from nat.names import SocketAction
from nat.turns.admit import Admission, Admitted, Observer, Surface
from nat.turns.decide import Decision, Decisions
from nat.turns.question import text

MOST_RECORDS: Final = 10_000
"""Records that one decision may name."""

Body = Mapping[str, Any]


class Deciding:
    """Takes the decisions of people whose session was verified, on given storage, queue and clock.

    Membership, subscription and role are checked by `nat.turns.decide` with every decision.
    """

    def __init__(self, admission: Admission, surface: Surface) -> None:
        approvals = Approvals(admission.store)
        self._decisions = Decisions(admission, approvals)
        self._surface = surface
        self._takes: dict[SocketAction, Callable[[Decision, Body, Observer | None], Admitted]] = {
            SocketAction.APPROVE: self._approve,
            SocketAction.EDIT: self._edit,
            SocketAction.RETRY: self._retry,
            SocketAction.UNDO: self._undo,
        }

    def take(
        self, action: SocketAction, user_id: str, nation_slug: str, body: Body, follow: Observer | None = None
    ) -> Admitted:
        """Admit the turn of a decision: approve, edit, retry or undo. `follow` is told of the turn before a
        worker can see it.

        Raises `BadRequest` for what is missing or of another type, and what `nat.turns.decide` raises.
        """
        return self._takes[action](self._decision(user_id, nation_slug, body), body, follow)

    def reject(self, user_id: str, nation_slug: str, body: Body) -> Approval:
        """Say no; gives the approval as it is now. Raises what `take` raises."""
        return self._decisions.reject(
            self._decision(user_id, nation_slug, body),
            text(body, "approval"),
            fingerprint=text(body, "fingerprint"),
        )

    def _approve(self, decision: Decision, body: Body, follow: Observer | None) -> Admitted:
        return self._decisions.approve(
            decision,
            text(body, "approval"),
            fingerprint=text(body, "fingerprint"),
            keys=_records(body),
            before_queueing=follow,
        )

    def _edit(self, decision: Decision, body: Body, follow: Observer | None) -> Admitted:
        return self._decisions.edit(
            decision,
            text(body, "approval"),
            fingerprint=text(body, "fingerprint"),
            values=_values(body),
            before_queueing=follow,
        )

    def _retry(self, decision: Decision, body: Body, follow: Observer | None) -> Admitted:
        target = text(body, "change" if "change" in body else "approval")
        return self._decisions.retry(decision, target, before_queueing=follow)

    def _undo(self, decision: Decision, body: Body, follow: Observer | None) -> Admitted:
        return self._decisions.undo(
            decision, text(body, "change"), keys=_records(body), before_queueing=follow
        )

    def _decision(self, user_id: str, nation_slug: str, body: Body) -> Decision:
        return Decision(
            user_id, nation_slug, text(body, "conversation"), text(body, "decision"), self._surface
        )


def _records(body: Body) -> tuple[str, ...] | None:
    """The chosen records; `None` is all. Raises `BadRequest`."""
    records = body.get("records")
    if records is None:
        return None
    if not isinstance(records, list) or len(records) > MOST_RECORDS:
        raise BadRequest("`records` is a list of keys, as the proposal or the change names them.")
    if not all(isinstance(each, str) for each in records):
        raise BadRequest("`records` is a list of keys, as the proposal or the change names them.")
    return tuple(records)


def _values(body: Body) -> Mapping[str, Any]:
    values = body.get("values")
    if not isinstance(values, Mapping):
        raise BadRequest("`values` is an object: the names that the card lists as editable, and new values.")
    return values
