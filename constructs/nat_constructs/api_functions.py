"""The functions behind the platform's three doors: HTTP, WebSocket and streaming."""

from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import Fn
from constructs import Construct

from nat.contract.declared import routes
from nat.names import SocketAction, SocketRoute, Table, Variable

from .admission import ADMISSION, DECISION
from .data_store import DataStore
from .function import FunctionDefaults, PythonFunction
from .http_api import NatHttpApi
from .occurrence_functions import OccurrenceFunctions
from .schedules import Schedules
from .sender import grant_lift, grant_mail
from .streaming_function import StreamingFunction
from .watched import Watched, WatchedFunction
from .web_socket_api import WebSocketApi

TOLERATED = 5
"""Errors in five minutes before an operator is called: people try again."""


class RequestFunction(Construct):
    """Answers the HTTP API: lists, settings, members, and decisions, which are turns, though free ones."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        http: NatHttpApi,
        sockets: WebSocketApi,
        model_variables: Mapping[str, str],
        brands: str,
        senders: Iterable[str],
        schedules: Schedules,
        occurrences: OccurrenceFunctions,
    ) -> None:
        super().__init__(scope, construct_id)
        tables = (*ADMISSION, *DECISION, Table.MEMBERSHIPS, Table.AUTOMATIONS, Table.CONNECTIONS)
        self.function = PythonFunction(
            self,
            "Function",
            defaults=defaults,
            handler="nat.handlers.api.handler",
            description="Nat: answers the HTTP API",
            variables={
                **store.variables(*tables, Table.INSTALLATIONS),
                # What it needs to try a nation's own key out, and to encrypt it.
                **model_variables,
                Variable.DATA_KEY_ARN: store.key.key_arn,
                Variable.FILES_BUCKET: store.files.bucket_name,
                Variable.TURN_QUEUE_URL: store.turns.queue.queue_url,
                Variable.SOCKET_ENDPOINT: sockets.endpoint,
                Variable.BRANDS: brands,
                **schedules.variables(occurrences.fire),
            },
        )
        role = self.function.own_role
        # A decision is stored, locks its conversation and is on its way to the queue. A no is told to those
        # who follow the conversation, of whom some may be gone.
        store.grant_rows(self.function, read=(Table.INSTALLATIONS,), write=tables)
        store.turns.queue.grant_send_messages(self.function)
        # Who is removed from a nation loses their open connections; who is invited gets an email.
        sockets.grant_push(role, hang_up=True)
        store.slack.let_tell(self.function)
        grant_mail(role, senders)
        grant_lift(role)
        store.nation_secrets.grant_model_keys(role)
        store.files.grant_fetch(role)
        # Whoever enables an automation makes its schedule.
        schedules.grant_make(role)
        http.serve(self.function, routes("nat.handlers.routes"))
        self.watched = Watched([WatchedFunction("Requests", self.function, TOLERATED)])


class SocketFunction(Construct):
    """Admits questions and decisions from sockets and replays answers. A turn that is stopped before a worker
    took it is ended here."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        sockets: WebSocketApi,
        allowed_origins: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = PythonFunction(
            self,
            "Function",
            defaults=defaults,
            handler="nat.handlers.ws.handler",
            description="Nat: admits questions and decisions from sockets and replays answers",
            variables={
                **_door_variables(store, sockets, allowed_origins),
                **store.variables(*DECISION),
            },
        )
        store.grant_rows(self.function, read=(Table.MEMBERSHIPS,), write=(*ADMISSION, *DECISION))
        store.turns.queue.grant_send_messages(self.function)
        sockets.grant_push(self.function.own_role)
        store.slack.let_tell(self.function)
        sockets.serve(self.function, (*SocketRoute, *SocketAction))
        self.watched = Watched([WatchedFunction("Socket", self.function, TOLERATED)])


class StreamFunction(StreamingFunction):
    """Admits questions over HTTP and streams answers as server-sent events. It checks tokens itself, for no
    authorizer stands before a Function URL."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        sockets: WebSocketApi,
        issuer: str,
        audience: Sequence[str],
        allowed_origins: Sequence[str],
        at_once: int | None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            defaults=defaults,
            description="Nat: admits questions over HTTP and streams answers as server-sent events",
            variables={
                **_door_variables(store, sockets, allowed_origins),
                Variable.TOKEN_ISSUER: issuer,
                Variable.TOKEN_AUDIENCE: Fn.join(",", list(audience)),
            },
            allowed_origins=allowed_origins,
            at_once=at_once,
        )
        store.grant_rows(self.function, read=(Table.MEMBERSHIPS,), write=ADMISSION)
        store.turns.queue.grant_send_messages(self.function)
        self.watched = Watched([WatchedFunction("Stream", self.function, TOLERATED)])


def _door_variables(
    store: DataStore, sockets: WebSocketApi, allowed_origins: Sequence[str]
) -> dict[str, str]:
    return {
        **store.variables(*ADMISSION, Table.MEMBERSHIPS),
        Variable.TURN_QUEUE_URL: store.turns.queue.queue_url,
        Variable.SOCKET_ENDPOINT: sockets.endpoint,
        Variable.ALLOWED_ORIGINS: ",".join(allowed_origins),
    }
