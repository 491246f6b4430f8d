"""The Web API's methods that Nat calls, over a workspace."""

import json
import time
from base64 import b64decode
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl

from local.loopback.exchange import Request, Response, json_response
from local.slack.consent import ANSWER, AUTHORIZE, consent
from local.slack.limits import refused, refused_view
from local.slack.state import BOT, BOT_TOKEN, CLIENT_ID, CLIENT_SECRET, TEAM, TEAM_NAME, Message, Workspace

Fields = dict[str, Any]
Answer = dict[str, Any]
RESPONSE_PATH: Final = "/response/"
UPLOAD_PATH: Final = "/upload/v1/"
STREAM_SECONDS: Final = 300
LOST: Final = "the answer is lost"
MOST_PROMPTS: Final = 4
STREAM_TEXT: Final = 12_000
"""Characters of one call."""
_STRUCTURED: Final = ("blocks", "chunks", "metadata", "attachments", "prompts", "view")


class SlackRefusal(Exception):
    """`ok: false` with this error."""


class SlackApi:
    """Answers requests. `faults` are errors for the next calls of a method, such as
    `{"chat.update": ["message_not_found"]}`; a whole number is a Retry-After of a 429, and `LOST` does what
    was asked and answers nothing."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.url = ""
        """Its own address, once it listens."""
        self.faults: dict[str, list[str | int]] = {}
        self._methods: dict[str, Callable[[Fields], Answer]] = {
            "agents.sessions.setStatus": self._session,
            "assistant.threads.setSuggestedPrompts": self._prompts,
            "auth.test": self._auth_test,
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.delete": self._delete,
            "chat.startStream": self._start_stream,
            "chat.appendStream": self._append_stream,
            "chat.stopStream": self._stop_stream,
            "chat.update": self._update,
            "conversations.replies": self._replies,
            "files.completeUploadExternal": self._complete_upload,
            "files.getUploadURLExternal": self._upload_url,
            "oauth.v2.access": self._access,
            "users.conversations": self._conversations,
            "users.info": self._user,
            "views.open": self._open,
            "views.update": self._update_view,
        }

    def __call__(self, request: Request) -> Response:
        """One call of the Web API, or what is sent to a `response_url`."""
        if request.path.startswith(RESPONSE_PATH):
            if waiting := self.faults.get("response_url"):
                return Response(404, str(waiting.pop(0)).encode(), "text/plain")
            self.workspace.ephemeral.append(json.loads(request.body))
            return Response(200, b"ok", "text/plain")
        if request.path.startswith(UPLOAD_PATH):
            self.workspace.files[request.path.removeprefix(UPLOAD_PATH)] = request.body
            return Response(200, b"OK", "text/plain")
        if request.path in (AUTHORIZE, ANSWER):
            return consent(request, self.workspace)
        method = request.path.removeprefix("/api/")
        fields = _fields(request)
        self.workspace.calls.append((method, fields))
        if waiting := self.faults.get(method):
            fault = waiting.pop(0)
            if isinstance(fault, int):
                return json_response(
                    429, {"ok": False, "error": "ratelimited"}, headers={"Retry-After": str(fault)}
                )
            if fault != LOST:
                return json_response(200, {"ok": False, "error": fault})
            self._methods[method](fields)
            return Response(0, dropped=True)
        try:
            if method not in self._methods:
                raise SlackRefusal("unknown_method")
            if method == "oauth.v2.access":
                _check_client(request)
            else:
                self._authorize(request)
            return json_response(200, {"ok": True, **self._methods[method](fields)})
        except SlackRefusal as refusal:
            return json_response(200, {"ok": False, "error": str(refusal)})

    def _authorize(self, request: Request) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.workspace.tokens:
            raise SlackRefusal("invalid_auth" if token else "not_authed")

    def _auth_test(self, _: Fields) -> Answer:
        return {
            "team_id": TEAM,
            "user_id": BOT,
            "bot_id": "B0NAT",
            "team": "Demo",
            "url": "https://demo.slack.com/",
        }

    def _prompts(self, fields: Fields) -> Answer:
        if len(fields["prompts"]) > MOST_PROMPTS:
            raise SlackRefusal("invalid_arguments")
        self.workspace.prompts[fields["channel_id"]] = fields["prompts"]
        return {}

    def _open(self, fields: Fields) -> Answer:
        """A dialog, which Slack opens within three seconds of the click."""
        view = fields["view"]
        if not refused_view(view):
            self.workspace.views.append({**view, "id": f"V{self.workspace.new_ts()}"})
            return {"view": self.workspace.views[-1]}
        raise SlackRefusal("invalid_arguments")

    def _update_view(self, fields: Fields) -> Answer:
        """A dialog that is open shows something else."""
        if refused_view(fields["view"]):
            raise SlackRefusal("invalid_arguments")
        if not self.workspace.show_view(fields["view_id"], fields["view"]):
            raise SlackRefusal("not_found")
        return {"view": fields["view"]}

    def _upload_url(self, _: Fields) -> Answer:
        file_id = f"F{self.workspace.new_ts()}"
        return {"file_id": file_id, "upload_url": f"{self.url}{UPLOAD_PATH}{file_id}"}

    def _complete_upload(self, fields: Fields) -> Answer:
        """The files appear in their thread."""
        channel = fields["channel_id"]
        self._check({"channel": channel, "text": "…"})
        listed = fields["files"] if isinstance(fields["files"], list) else json.loads(fields["files"])
        for each in listed:
            content = self.workspace.files[each["id"]].decode()
            message = {"user": BOT, "bot_id": "B0NAT", "thread_ts": fields["thread_ts"], "text": ""}
            self.workspace.post(channel, {**message, "file": {"name": each["title"], "content": content}})
        return {"files": listed}

    def _session(self, fields: Fields) -> Answer:
        if not fields["channel_id"].startswith("D"):
            raise SlackRefusal("not_authorized")
        self.workspace.sessions.setdefault(fields["thread_ts"], []).append(fields["status"])
        return {}

    def _post_message(self, fields: Fields) -> Answer:
        channel = fields["channel"] = self.workspace.place_of(fields["channel"])
        self._check(fields)
        message = self.workspace.post(channel, {"user": BOT, "bot_id": "B0NAT", **fields})
        return {"channel": channel, "ts": message["ts"], "message": message}

    def _post_ephemeral(self, fields: Fields) -> Answer:
        self._check(fields)
        self.workspace.ephemeral.append(fields)
        return {"message_ts": self.workspace.new_ts()}

    def _update(self, fields: Fields) -> Answer:
        self._check(fields)
        message = self.workspace.find(fields["channel"], fields["ts"])
        if message is None:
            raise SlackRefusal("message_not_found")
        if message.get("user") != BOT:
            raise SlackRefusal("cant_update_message")
        message.update({"text": fields.get("text", ""), "blocks": fields.get("blocks", [])})
        return {"channel": fields["channel"], "ts": message["ts"]}

    def _delete(self, fields: Fields) -> Answer:
        """A message that is still streaming stays."""
        message = self.workspace.find(fields["channel"], fields["ts"])
        if message is None:
            raise SlackRefusal("message_not_found")
        if message.get("user") != BOT or message["ts"] in self.workspace.streams:
            raise SlackRefusal("cant_delete_message")
        self.workspace.messages[fields["channel"]].remove(message)
        return {"channel": fields["channel"], "ts": message["ts"]}

    def _start_stream(self, fields: Fields) -> Answer:
        """Recipients are needed outside of direct messages."""
        if not fields["channel"].startswith("D") and "recipient_user_id" not in fields:
            raise SlackRefusal("missing_recipient_user_id")
        self._check({"channel": fields["channel"], "text": "…"})
        message = self.workspace.post(
            fields["channel"],
            {"user": BOT, "bot_id": "B0NAT", "thread_ts": fields["thread_ts"], "text": "", "tasks": {}},
        )
        self.workspace.streams[message["ts"]] = time.monotonic()
        self._add(message, fields)
        return {"channel": fields["channel"], "ts": message["ts"]}

    def _append_stream(self, fields: Fields) -> Answer:
        message = self._streaming(fields)
        self._add(message, fields)
        return {"channel": fields["channel"], "ts": message["ts"]}

    def _stop_stream(self, fields: Fields) -> Answer:
        message = self._streaming(fields)
        self._add(message, fields)
        self.workspace.streams.pop(message["ts"])
        message.update({name: fields[name] for name in ("blocks", "metadata") if name in fields})
        return {"channel": fields["channel"], "ts": message["ts"]}

    def _streaming(self, fields: Fields) -> Message:
        """The message of a stream that lives: five minutes at most."""
        message = self.workspace.find(fields["channel"], fields["ts"])
        if message is None:
            raise SlackRefusal("message_not_found")
        began = self.workspace.streams.get(message["ts"])
        if began is None or time.monotonic() - began > STREAM_SECONDS:
            raise SlackRefusal("message_not_in_streaming_state")
        return message

    def _add(self, message: Message, fields: Fields) -> None:
        for chunk in fields.get("chunks") or ():
            if chunk["type"] == "markdown_text":
                if len(chunk["text"]) > STREAM_TEXT:
                    raise SlackRefusal("msg_too_long")
                message["text"] += chunk["text"]
            else:
                message["tasks"][chunk["id"]] = (chunk["title"], chunk["status"])

    def _replies(self, fields: Fields) -> Answer:
        found = self.workspace.thread(fields["channel"], fields["ts"])
        if not found:
            raise SlackRefusal("thread_not_found")
        return {"messages": found}

    def _user(self, fields: Fields) -> Answer:
        person = self.workspace.people.get(fields["user"])
        if person is None:
            raise SlackRefusal("user_not_found")
        return {"user": {"id": fields["user"], **person}}

    def _conversations(self, fields: Fields) -> Answer:
        """Channels that Nat is in; with `user`, those which it is in with them."""
        kinds, user = fields.get("types", "public_channel").split(","), fields.get("user")
        found = [
            {"id": each, "name": each[2:].lower(), "is_private": each in self.workspace.private}
            for each in sorted(self.workspace.channels)
            if each.startswith("C")
            and ("private_channel" if each in self.workspace.private else "public_channel") in kinds
            and (user is None or user in self.workspace.members.get(each, ()))
        ]
        return {"channels": found, "response_metadata": {"next_cursor": ""}}

    def _access(self, fields: Fields) -> Answer:
        person: str | None = None
        if fields.get("grant_type") != "refresh_token":
            person = self.workspace.codes.pop(str(fields.get("code")), None)
            if person is None:
                raise SlackRefusal("invalid_code")
        self.workspace.tokens.add(BOT_TOKEN)
        return {
            "authed_user": {"id": person},
            "access_token": BOT_TOKEN,
            "token_type": "bot",
            "bot_user_id": BOT,
            "app_id": "A0NAT",
            "team": {"id": TEAM, "name": TEAM_NAME},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _check(self, fields: Fields) -> None:
        if fields["channel"] not in self.workspace.channels:
            raise SlackRefusal("not_in_channel")
        error = refused(fields.get("text", ""), fields.get("blocks") or [])
        if error:
            raise SlackRefusal(error)


def _check_client(request: Request) -> None:
    """The app's id and secret, as the SDK sends them."""
    given = request.headers.get("authorization", "").removeprefix("Basic ")
    if b64decode(given).decode() != f"{CLIENT_ID}:{CLIENT_SECRET}":
        raise SlackRefusal("bad_client_secret")


def _fields(request: Request) -> Fields:
    if request.headers.get("content-type", "").startswith("application/json"):
        found: Fields = json.loads(request.body or b"{}")
        return found
    form: Fields = dict(parse_qsl(request.query, keep_blank_values=True))
    form |= dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    return {name: json.loads(value) if name in _STRUCTURED else value for name, value in form.items()}
