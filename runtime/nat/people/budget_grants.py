"""Budgets that admins give: to members only, and from what they have asked already in this period."""

from datetime import datetime

from nat.aws.store import Store
from nat.errors import BadRequest
from nat.nations.budgets import BudgetRows, Budgets
from nat.nations.record import Nation
from nat.nations.spending import Spendings
from nat.nations.usage import in_period
from nat.people.memberships import Memberships
from nat.wording import Worded


def begin_budgets(store: Store, nation: Nation, wanted: Budgets, now: datetime) -> None:
    """Prepare budgets before they are set: whoever had none starts with what they have asked in the period.

    Whole UTC days are summed, and questions that are being answered right now are not in them. Raises
    `BadRequest` for somebody who is given a budget of their own and is no member; who left may stay listed.
    """
    before = Budgets.of(nation)
    roles = {each.user_id: each.role for each in Memberships(store).of_nation(nation.nation_slug)}
    if strangers := {*wanted.people} - {*before.people} - {*roles}:
        raise BadRequest(Worded("form.not_member", person=sorted(strangers)[0][:60]))
    new = {
        user_id
        for user_id, role in roles.items()
        if wanted.limit_of(user_id, role) is not None and before.limit_of(user_id, role) is None
    }
    if not new:
        return
    current = in_period(nation, now)
    spent = Spendings(store).of_period(current, now).people
    asked: dict[str, int] = {user_id: spent[user_id].queries for user_id in new if user_id in spent}
    BudgetRows(store).begin(current, asked)
