"""The routes of the HTTP API: one module per capability, imported when one of its routes is first called, so
that no call pays for what another one needs.

A new route is an entry of `nat.names.Route`, a line here and a function in the module, which names it in its
`ROUTES`: `Callable[[Services, Request], Answer]`.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.services import Services
from nat.names import Route

Answering = Callable[[Services, HttpRequest], HttpAnswer]
Routes = Mapping[Route, Answering]

MODULES: Final[Mapping[Route, str]] = {
    Route.ME: "me",
    Route.NATION: "nation",
    Route.WS_TICKET: "tickets",
    Route.CONVERSATIONS: "conversations",
    Route.TURN_EVENTS: "conversations",
    Route.SEARCH: "history",
    Route.CONVERSATION: "history",
    Route.RENAME: "history",
    Route.DELETE: "history",
    Route.EXPORT: "history",
    Route.FILE: "files",
    Route.GIVE_FEEDBACK: "history",
    Route.TAKE_FEEDBACK: "history",
    Route.AUDIT: "audit",
    Route.AUDIT_EXPORT: "audit",
    Route.USAGE: "usage",
    Route.USAGE_EXPORT: "usage",
    Route.SETTINGS: "settings",
    Route.CHANGE_SETTINGS: "settings",
    Route.INBOX: "approvals",
    Route.APPROVALS: "approvals",
    Route.APPROVAL: "approvals",
    Route.APPROVE: "approvals",
    Route.REJECT: "approvals",
    Route.RETRY: "approvals",
    Route.EDIT: "approvals",
    Route.CHANGE: "approvals",
    Route.UNDO: "approvals",
    Route.RETRY_CHANGE: "approvals",
    Route.PRIMARY_NATION: "me",
    Route.MEMBERS: "members",
    Route.CHANGE_MEMBER: "members",
    Route.REMOVE_MEMBER: "members",
    Route.LEAVE: "members",
    Route.TRANSFER_OWNERSHIP: "members",
    Route.INVITATIONS: "invitations",
    Route.INVITE: "invitations",
    Route.REVOKE_INVITATION: "invitations",
    Route.ACCEPT_INVITATION: "invitations",
    Route.MODEL_KEY: "model_key",
    Route.STORE_MODEL_KEY: "model_key",
    Route.REMOVE_MODEL_KEY: "model_key",
}


def answering(route: str) -> Answering | None:
    """The function behind a route key; `None` if there is none."""
    try:
        known = Route(route)
    except ValueError:
        return None
    routes: Routes = import_module(f"{__name__}.{MODULES[known]}").ROUTES
    return routes[known]
