"""The hosted login's page for new accounts, which MiniStack lacks, and the demonstration's login filled in.

Cognito has `/signup` beside `/oauth2/authorize`, with the same query, and asks for the code that it mails
(Cognito developer guide, "The managed login and classic hosted UI endpoints"). Here the code is shown on the
page, because nothing is mailed. Whoever confirms is signed in.
"""

import json
import os
from html import escape
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

EMAIL: Final = "DEMO_LOGIN_EMAIL"
PASSWORD: Final = "DEMO_LOGIN_PASSWORD"
"""Environment variables with what is filled in. Without them the page is empty, as Cognito's is."""
STEP: Final = "sign_up_step"
RULES: Final = "At least 12 characters, with upper and lower case, a digit and a symbol."
FIELDS: Final = (
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "response_type",
    "code_challenge",
    "code_challenge_method",
    "nonce",
)
Answer = tuple[int, dict[str, str], bytes]


def filled_in(page: str, email: str | None, password: str | None, query: str) -> str:
    """The login page with the demonstration's login, and the way to an account of one's own."""
    if email and password:
        page = page.replace('id="username"', f'id="username" value="{escape(email)}"', 1)
        page = page.replace('id="password"', f'id="password" value="{escape(password)}"', 1)
    link = f'<p style="text-align:center"><a href="/signup?{escape(query)}">Create an account</a></p></form>'
    return page.replace("</form>", link, 1)


def install() -> None:
    """Let this process's MiniStack answer for them."""
    from ministack import app
    from ministack.services import cognito

    shown = cognito.handle_oauth2_authorize
    submitted = cognito.handle_login_submit
    routed = app._handle_cognito_get_request

    def authorize(method: str, path: str, headers: Any, query: dict[str, list[str]]) -> Any:
        status, answered, body = shown(method, path, headers, query)
        if status == 200:
            pairs = urlencode({name: values[0] for name, values in query.items()})
            page = filled_in(body.decode(), os.environ.get(EMAIL), os.environ.get(PASSWORD), pairs)
            body = page.encode()
        return status, answered, body

    def submit(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if STEP not in form:
            return submitted(method, path, headers, body, query)
        return sign_up(form) if form[STEP] == "account" else confirm(form)

    def sign_up(form: dict[str, str]) -> Answer:
        email = form.get("username", "")
        answer = cognito._sign_up(
            {
                "ClientId": form.get("client_id", ""),
                "Username": email,
                "Password": form.get("password", ""),
                "UserAttributes": [{"Name": "email", "Value": email}],
            }
        )
        if answer[0] != 200:
            return _page(_account(form, _said(answer)))
        pool, _ = cognito._pool_for_client(form["client_id"])
        user, _ = cognito._resolve_user(pool, email)
        return _page(_code(form, user["_confirmation_code"]))

    def confirm(form: dict[str, str]) -> Any:
        pool_id, pool, _ = cognito._find_pool_by_client_id(form.get("client_id", ""))
        user, _ = cognito._resolve_user(pool, form.get("username", ""))
        if user is None or form.get("code") != user.get("_confirmation_code"):
            return _page(_code(form, "", "This is not the code that was sent."))
        answer = cognito._confirm_sign_up(
            {"ClientId": form["client_id"], "Username": form["username"], "ConfirmationCode": form["code"]}
        )
        if answer[0] != 200:
            return _page(_code(form, "", _said(answer)))
        return cognito._issue_auth_code_redirect(
            form["client_id"],
            pool_id,
            form.get("redirect_uri", ""),
            form.get("scope", ""),
            user["Username"],
            form.get("nonce", ""),
            form.get("code_challenge", ""),
            form.get("code_challenge_method", ""),
            form.get("state", ""),
        )

    async def route(method: str, path: str, headers: Any, query: dict[str, list[str]]) -> Any:
        if path == "/signup" and method == "GET":
            return _page(_account({name: values[0] for name, values in query.items()}))
        return await routed(method, path, headers, query)

    def _page(body: str) -> Answer:
        page = cognito._page_shell("Create an account", "Create an account", body)
        return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode()

    cognito.handle_oauth2_authorize = authorize
    cognito.handle_login_submit = submit
    app._handle_cognito_get_request = route


def _said(answer: Any) -> str:
    """MiniStack's reason in an error's body."""
    return str(json.loads(answer[2]).get("message", "This did not work."))


def _hidden(form: dict[str, str], *more: str) -> str:
    names = [name for name in (*FIELDS, *more) if name in form]
    return "".join(f'<input type="hidden" name="{name}" value="{escape(form[name])}">' for name in names)


def _form(step: str, hidden: str, error: str, fields: str, action: str) -> str:
    told = f'<div class="error">{escape(error)}</div>' if error else ""
    hidden += f'<input type="hidden" name="{STEP}" value="{step}">'
    button = f'<button type="submit">{action}</button>'
    return f'{told}<form method="POST" action="/login">{hidden}{fields}{button}</form>'


def _account(form: dict[str, str], error: str = "") -> str:
    fields = (
        '<label for="username">Email</label><input type="text" id="username" name="username" '
        f'value="{escape(form.get("username", ""))}" autocomplete="email" required autofocus>'
        '<label for="password">Password</label><input type="password" id="password" name="password" '
        f'autocomplete="new-password" required><p style="font-size:13px;margin-bottom:16px">{RULES}</p>'
    )
    return _form("account", _hidden(form), error, fields, "Sign up")


def _code(form: dict[str, str], code: str, error: str = "") -> str:
    fields = (
        '<p style="margin-bottom:16px">Nothing is mailed on this machine: here is the code.</p>'
        '<label for="code">Code</label><input type="text" id="code" name="code" inputmode="numeric" '
        f'value="{escape(code)}" required autofocus>'
    )
    return _form("code", _hidden(form, "username"), error, fields, "Confirm")
