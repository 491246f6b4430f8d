"""The settings of the selected nation: members see them, admins change them. Works without a subscription."""

from typing import Final

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.conversations.retention import Shortening
from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route
from nat.nations.budgets import Budgets
from nat.nations.settings import BUDGETS, as_body, change
from nat.people.budget_grants import begin_budgets
from nat.roles import Role


def settings(services: Services, request: HttpRequest) -> HttpAnswer:
    """The settings as they are."""
    member = services.member(request, active=False)
    return HttpAnswer(as_body(services.nations.require(member.nation_slug)))


def change_settings(services: Services, request: HttpRequest) -> HttpAnswer:
    """Change some of them; each change is an entry of the audit log. A shorter retention is applied to old
    conversations within minutes."""
    admin = services.member(request, at_least=Role.ADMIN, active=False)
    wanted = request.json()
    if BUDGETS in wanted:
        nation = services.nations.require(admin.nation_slug)
        begin_budgets(services.store, nation, Budgets.read(wanted[BUDGETS]), services.clock())
    changed = change(services.nations, admin.nation_slug, wanted, services.clock())
    log = Audit(services.store)
    for each in changed.changes:
        log.append(
            admin.nation_slug,
            AuditKind.SETTINGS_CHANGED,
            by=admin.user_id,
            about=each.name,
            summary=f"Changed {each.name}",
            details={"before": each.before, "after": each.after},
        )
        if each.name == "retention_days" and each.after < each.before:
            Shortening(services.store).begin(admin.nation_slug)
    return HttpAnswer(as_body(changed.nation))


ROUTES: Final[Routes] = {Route.SETTINGS: settings, Route.CHANGE_SETTINGS: change_settings}
