"""One page on which somebody writes as a user of the workspace, presses buttons, and reads the kept mails.

GET  /                      the page
GET  /_standin/messages     a channel's messages as the page shows them, for ?user=&channel=
GET  /_standin/state        the same as JSON
POST /_standin/say          somebody writes: user, channel, text, and thread for a reply
POST /_standin/click        somebody presses a button: user, channel, ts, action_id
POST /_standin/submit       somebody sends a dialog off: user, channel, view, and its inputs by block
POST /_standin/close        somebody closes a dialog: user, channel, view
GET  /mails                 what the embedded AWS keeps of sent mails
"""

import json
import re
import time
import urllib.request
from collections.abc import Iterable
from html import escape
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, quote, urlencode

import requests

from local.loopback.exchange import HTML, Request, Response, html_response, json_response
from local.slack.sender import BAD, GOOD, Delivery, Sender
from local.slack.state import BOT, TEAM_NAME, Message, Workspace

RETRIES: Final = (0.0, 1.0, 5.0)
"""Seconds before each further try of a delivery; Slack waits a minute and five (docs.slack.dev, Events
API)."""
PATIENCE: Final = 3
"""Seconds that Slack waits for an answer."""
_LINK: Final = re.compile(r"&lt;(https?://[^|\s]+?)\|([^&]*?)&gt;")
_BOLD: Final = re.compile(r"\*([^*\n]+)\*")
_STYLE: Final = """
:root{color-scheme:light dark;font:15px/1.5 system-ui;--line:color-mix(in srgb,CanvasText 20%,Canvas)}
body{max-width:52rem;margin:0 auto;padding:1rem}nav a{margin-right:.8rem}
.message{border-bottom:1px solid var(--line);padding:.5rem 0}.reply{margin-left:2rem}
.message b{margin-right:.5rem}small{opacity:.7}table{border-collapse:collapse;display:block;overflow-x:auto}
td{border:1px solid var(--line);padding:.15rem .5rem}pre{white-space:pre-wrap;font:inherit;margin:.2rem 0}
form{display:inline}input[type=text]{width:70%;font:inherit;padding:.4rem}
button,select{font:inherit;padding:.3rem .7rem}iframe{width:100%;height:30rem;border:1px solid var(--line)}
"""
_SCRIPT: Final = """
const list=document.getElementById('messages');
setInterval(async()=>{const html=await(await fetch('/_standin/messages'+location.search)).text();
if(html!==list.dataset.html){list.dataset.html=html;list.innerHTML=html}},1000);
"""


class Pages:
    """The pages, over a workspace. `target` is where deliveries go, `mails` the embedded AWS."""

    def __init__(
        self, workspace: Workspace, sender: Sender, *, target: str | None, mails: str | None
    ) -> None:
        self._workspace = workspace
        self._sender = sender
        self._target = target
        self._mails = mails

    def answer(self, request: Request) -> Response | None:
        """A page, if it is one of ours."""
        query = dict(parse_qsl(request.query))
        form = dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
        match request.method, request.path:
            case "GET", "/":
                return html_response(200, self._page(query))
            case "GET", "/_standin/messages":
                return html_response(200, self._messages(query))
            case "GET", "/_standin/state":
                with self._workspace.lock:
                    found = self._workspace.messages.get(query["channel"], [])
                    return json_response(200, {"messages": found, "ephemeral": self._workspace.ephemeral})
            case "GET", "/mails":
                return html_response(200, self._mail_page())
            case "POST", "/_standin/say":
                return self._deliver(self._said(form), form)
            case "POST", "/_standin/click":
                click = self._sender.click(form["user"], form["channel"], form["ts"], form["action_id"])
                return self._deliver([click], form)
            case "POST", "/_standin/submit":
                return self._submit(request, form)
            case "POST", "/_standin/close":
                self._close(form["view"])
                return self._deliver([], form)
        return None

    def _submit(self, request: Request, form: dict[str, str]) -> Response:
        lists: dict[str, list[str]] = parse_qs(request.body.decode(errors="replace"), keep_blank_values=True)
        with self._workspace.lock:
            view = next(each for each in self._workspace.views if each["id"] == form["view"])
        several = [each["block_id"] for each in view["blocks"] if _is_several(each)]
        given: dict[str, Any] = {**form, **{each: lists.get(each, []) for each in several}}
        return self._deliver([self._sender.submit(form["user"], view, given)], form, view)

    def _close(self, view_id: str) -> None:
        with self._workspace.lock:
            self._workspace.views[:] = [each for each in self._workspace.views if each["id"] != view_id]

    def _answered(self, view: Message, answer: dict[str, Any]) -> None:
        """What Slack does with a dialog when it hears the answer to its being sent off."""
        match answer.get("response_action"):
            case "errors":
                wrong = " ".join(answer["errors"].values())
                said = {"type": "section", "text": {"type": "mrkdwn", "text": wrong}}
                self._workspace.show_view(view["id"], {**view, "blocks": [said, *view["blocks"]]})
            case "update":
                self._workspace.show_view(view["id"], answer["view"])
            case _:
                self._close(view["id"])

    def _said(self, form: dict[str, str]) -> list[Delivery]:
        user, channel, text = form["user"], form["channel"], form["text"].strip()
        thread = form.get("thread") or None
        if text.startswith("/"):
            return [self._sender.command(user, channel, text.partition(" ")[2])]
        if text.startswith("@nat"):
            return self._sender.mention(user, channel, text.removeprefix("@nat").strip(), thread)
        return [self._sender.message(user, channel, text, thread)]

    def _deliver(
        self, deliveries: list[Delivery], form: dict[str, str], view: Message | None = None
    ) -> Response:
        for each in deliveries:
            Thread(target=self._send, args=(each, view), daemon=True).start()
        return Response(303, b"", HTML, {"Location": f"/?{urlencode(_place(form))}"})

    def _send(self, delivery: Delivery, view: Message | None) -> None:
        """As Slack does: again, up to three times, where the answer is late or is none."""
        for number, pause in enumerate((0.0, *RETRIES)):
            time.sleep(pause)
            again = {"x-slack-retry-num": str(number)} if number else {}
            try:
                answer = requests.post(
                    f"{self._target}{delivery.path}",
                    data=delivery.body.encode(),
                    headers={**delivery.headers, **again},
                    timeout=PATIENCE,
                )
            except requests.RequestException:
                continue
            if answer.ok:
                if view is not None:
                    self._answered(view, answer.json() if answer.content else {})
                return

    def _page(self, query: dict[str, str]) -> str:
        place = _place(query)
        user, channel = place["user"], place["channel"]
        channels = [
            _link(f"/?{urlencode({'user': user, 'channel': each})}", each, here=each == channel)
            for each in sorted(self._workspace.channels)
        ]
        people = [
            _link(f"/?{urlencode({'user': each, 'channel': channel})}", person["name"], here=each == user)
            for each, person in self._workspace.people.items()
        ]
        say = (
            f'<form method="post" action="/_standin/say">{_hidden(place)}'
            '<input type="text" name="text" autofocus placeholder="@nat who donated this week? or /nat help">'
            " <button>Send</button></form>"
        )
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Slack stand-in</title>'
            f"<style>{_STYLE}</style><h1>{TEAM_NAME}</h1><p>A stand-in for Slack. First add the app, in the "
            "web app under Settings → Connections; then write here, with <code>@nat</code> in front.</p>"
            f"<nav>Channel: {''.join(channels)}</nav><nav>You are: {''.join(people)}</nav>"
            f'<nav><a href="/mails">Mails</a></nav><div id="messages">{self._messages(query)}</div>'
            f"<p>{say}</p><script>{_SCRIPT}</script>"
        )

    def _messages(self, query: dict[str, str]) -> str:
        place = _place(query)
        with self._workspace.lock:
            found = list(self._workspace.messages.get(place["channel"], []))
            alone = list(self._workspace.ephemeral)
        roots = [each for each in found if each.get("thread_ts") in (None, each["ts"])]
        shown: list[str] = []
        for root in roots:
            shown.append(self._message(root, place, reply=False))
            replies = [each for each in found if each.get("thread_ts") == root["ts"] and each is not root]
            shown += [self._message(each, place, reply=True) for each in replies]
        with self._workspace.lock:
            shown += [_dialog(each, place) for each in self._workspace.views]
        shown += [
            f'<p class="message"><small>Only you see this: {_text(each["text"])}</small></p>'
            for each in alone
        ]
        return "".join(shown)

    def _message(self, message: Message, place: dict[str, str], *, reply: bool) -> str:
        name = "Nat" if message["user"] == BOT else self._workspace.people[message["user"]]["name"]
        body = self._blocks(message, place) or f"<pre>{_text(message.get('text', ''))}</pre>"
        if "file" in message:
            content = quote(message["file"]["content"])
            body = f'<a download href="data:text/csv,{content}">{escape(message["file"]["name"])}</a>'
        if message["ts"] in self._workspace.streams:
            body = f"<small>{escape(_doing(message))}</small>{body}"
        answer = (
            ""
            if reply
            else f'<details><summary>Reply</summary><form method="post" action="/_standin/say">'
            f'{_hidden({**place, "thread": message["ts"]})}<input type="text" name="text"> '
            "<button>Send</button></form></details>"
        )
        kind = "message reply" if reply else "message"
        return f'<div class="{kind}"><b>{escape(name)}</b>{body}{answer}</div>'

    def _blocks(self, message: Message, place: dict[str, str]) -> str:
        return "".join(self._block(each, message, place) for each in message.get("blocks") or ())

    def _block(self, block: dict[str, Any], message: Message, place: dict[str, str]) -> str:
        match block["type"]:
            case "section":
                return f"<pre>{_text(block['text']['text'])}</pre>"
            case "table":
                return (
                    f"<table>{''.join(_row(cell['text'] for cell in row) for row in block['rows'])}</table>"
                )
            case "actions":
                return " ".join(self._button(each, message, place) for each in block["elements"])
            case "context_actions":
                thumbs = [
                    {**each[f"{which}_button"], "action_id": id_}
                    for each in block["elements"]
                    for which, id_ in (("positive", GOOD), ("negative", BAD))
                ]
                return " ".join(self._button(each, message, place) for each in thumbs)
        return ""

    def _button(self, button: dict[str, Any], message: Message, place: dict[str, str]) -> str:
        label = escape(button["text"]["text"])
        if "url" in button:
            return f'<a href="{escape(button["url"])}">{label}</a>'
        fields = {**place, "ts": message["ts"], "action_id": button["action_id"]}
        return (
            f'<form method="post" action="/_standin/click">{_hidden(fields)}<button>{label}</button></form>'
        )

    def _mail_page(self) -> str:
        head = (
            f'<!doctype html><meta charset="utf-8"><title>Mails</title><style>{_STYLE}</style><h1>Mails</h1>'
        )
        if self._mails is None:
            return f"{head}<p>No mails are kept here.</p>"
        with urllib.request.urlopen(f"{self._mails}/_ministack/ses/messages", timeout=10) as answer:
            boxes = json.loads(answer.read())["messages"]
        mails = [_mail(mail) for box in boxes.values() for mail in reversed(box)]
        return f"{head}<p><a href='/'>Back</a></p>{''.join(mails) or '<p>None yet.</p>'}"


def _doing(message: Message) -> str:
    """What a message says that it is doing while it streams."""
    return "; ".join(title for title, _ in message["tasks"].values())


def _is_several(block: dict[str, Any]) -> bool:
    return bool(block["type"] == "input" and block["element"]["type"] == "multi_static_select")


def _dialog(view: Message, place: dict[str, str]) -> str:
    """A dialog as a form."""
    rows = "".join(
        f"<pre>{_text(each['text']['text'])}</pre>" if each["type"] == "section" else _row_of(each)
        for each in view["blocks"]
    )
    sent = "submit" if "submit" in view else "close"
    return (
        f'<form class="message" style="display:block" method="post" action="/_standin/{sent}">'
        f"<b>{escape(view['title']['text'])}</b>{_hidden({**place, 'view': view['id']})}{rows}"
        f"<button>{escape(view[sent]['text'])}</button></form>"
    )


def _row_of(block: dict[str, Any]) -> str:
    element, name = block["element"], escape(block["block_id"])
    label = escape(block["label"]["text"])
    if "options" not in element:
        return (
            f'<p><label>{label} <input type="text" name="{name}" '
            f'value="{escape(element["initial_value"])}"></label></p>'
        )
    chosen = [
        each["value"]
        for each in element.get("initial_options") or [element.get("initial_option") or {}]
        if each
    ]
    options = "".join(
        f'<option value="{escape(each["value"])}"{" selected" if each["value"] in chosen else ""}>'
        f"{escape(each['text']['text'])}</option>"
        for each in element["options"]
    )
    several = " multiple" if _is_several(block) else ""
    return f'<p><label>{label} <select name="{name}"{several}>{options}</select></label></p>'


def _mail(mail: dict[str, Any]) -> str:
    body = escape(mail["BodyHtml"] or mail["BodyText"])
    to = escape(", ".join(mail["To"]))
    return (
        f"<details><summary>{escape(mail['Subject'])} <small>to {to}</small></summary>"
        f'<iframe sandbox srcdoc="{body}"></iframe></details>'
    )


def _place(fields: dict[str, str]) -> dict[str, str]:
    return {"user": fields.get("user", "U0ANN"), "channel": fields.get("channel", "C0GENERAL")}


def _hidden(fields: dict[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in fields.items()
    )


def _link(address: str, text: str, *, here: bool) -> str:
    return f"<strong>{escape(text)}</strong> " if here else f'<a href="{escape(address)}">{escape(text)}</a>'


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(each)}</td>' for each in cells)}</tr>"


def _text(mrkdwn: str) -> str:
    """Slack's markup as a browser shows it; `&`, `<` and `>` come escaped already."""
    plain = mrkdwn.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    linked = _LINK.sub(r'<a href="\1">\2</a>', escape(plain, quote=False))
    return _BOLD.sub(r"<strong>\1</strong>", linked)
