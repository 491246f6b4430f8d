"""Weekly reports: sent by the clock, and ended by who gets them, without signing in.

Programs that scan emails follow links, so opening the address ends nothing: it shows a page with a button. A
mail program's own button sends the POST by itself (RFC 8058).
"""

import html
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final

from nat import settings
from nat.aws import clients, log
from nat.aws.store import Store
from nat.channels.brands import Brands
from nat.connections.oauth_state import StateKey
from nat.errors import Internal, NatError
from nat.handlers.front import behind_front
from nat.handlers.pages import page
from nat.handlers.request import HttpAnswer, HttpRequest, Lambda, LambdaEvent, refusal
from nat.names import Variable
from nat.nations import plans
from nat.notices.report_tokens import ReportTokens
from nat.notices.weekly import Reporting, WeeklyReports
from nat.people.memberships import Memberships
from nat.settings import TableNames

ENDED: Final = "You get no more weekly reports"


@cache
def tokens() -> ReportTokens:
    """What signs and reads tokens, with the key that signs what leads back to us."""
    return ReportTokens(StateKey(clients.secrets(), store().clock))


@cache
def store() -> Store:
    """The tables."""
    return Store(clients.dynamodb(), TableNames.read())


def weekly(event: Mapping[str, str], context: object) -> dict[str, int]:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point every hour around Monday, for the moment that its event says; gives how many
    emails went out."""
    log.structured()
    reports = WeeklyReports(
        Reporting(
            store(),
            clients.mail(),
            Brands.read(),
            plans.read(),
            tokens(),
            settings.read_optional(Variable.OPERATOR_EMAIL) or None,
            float(settings.read_json(Variable.TARGETS)["margin_percent"]),
        )
    )
    at = event.get("time")
    done = {"sent": reports.run(None if at is None else datetime.fromisoformat(at))}
    log.structured().info("weekly reports", extra=done)
    return done


@behind_front
def off(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point of the link: POST ends the reports, GET shows the button for it."""
    request = HttpRequest.read(event)
    log.structured().append_keys(request=request.request_id)
    try:
        slug, user_id = tokens().read(request.path.get("token", ""))
        if not request.route.startswith("POST "):
            return _page(f"No more weekly reports of {slug}?", button="Send me no more").as_lambda()
        Memberships(store()).choose_reports(slug, user_id, wanted=False)
        log.structured().info("weekly reports ended", extra={"nation": slug})
        return _page(ENDED).as_lambda()
    except NatError as error:
        return refusal(error).as_lambda()
    except Exception as error:
        log.defect(error, request=request.request_id)
        return refusal(Internal()).as_lambda()


def _page(heading: str, *, button: str | None = None) -> HttpAnswer:
    form = "" if button is None else f'<form method="post"><button>{html.escape(button)}</button></form>'
    return page(heading, f"<h1>{html.escape(heading)}</h1>{form}", form=True)
