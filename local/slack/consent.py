"""The page on which somebody of the workspace lets the app in."""

import html
import secrets
from typing import Final
from urllib.parse import parse_qsl, urlencode

from local.loopback.exchange import Request, Response, html_response
from local.slack.state import TEAM_NAME, Workspace

AUTHORIZE: Final = "/oauth/v2/authorize"
ANSWER: Final = "/oauth/v2/answer"


def consent(request: Request, workspace: Workspace) -> Response:
    """The page, or the way back with what was answered on it."""
    asked = dict(parse_qsl(request.query))
    if request.path == AUTHORIZE:
        return html_response(200, _page(asked, workspace))
    back = {"state": asked["state"]}
    if asked["answer"] == "allow":
        code = secrets.token_hex(8)
        workspace.codes[code] = asked["user"]
        back["code"] = code
    else:
        back["error"] = "access_denied"
    return html_response(302, "", {"Location": f"{asked['redirect_uri']}?{urlencode(back)}"})


def _page(asked: dict[str, str], workspace: Workspace) -> str:
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(asked.get(name, ""))}">'
        for name in ("state", "redirect_uri")
    )
    people = "".join(
        f'<option value="{user}">{html.escape(person["name"])}</option>'
        for user, person in workspace.people.items()
    )
    scopes = "".join(f"<li>{html.escape(each)}</li>" for each in asked.get("scope", "").split(","))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Slack stand-in</title>'
        "<style>:root{color-scheme:light dark;font:16px/1.5 system-ui}"
        "body{max-width:32rem;margin:3rem auto;padding:0 1rem}"
        "button,select{font:inherit;padding:.4rem .8rem}</style>"
        f"<h1>Add the app to {TEAM_NAME}?</h1><p>It asks for:</p><ul>{scopes}</ul>"
        f'<form action="{ANSWER}">{fields}<p><label>You are <select name="user">{people}</select></label></p>'
        '<p><button name="answer" value="allow">Allow</button> '
        '<button name="answer" value="deny">Cancel</button></p></form><p><small>Slack stand-in</small></p>'
    )
