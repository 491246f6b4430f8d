"""The doors: HTTP, WebSocket and streaming."""

from typing import Final

import aws_cdk as cdk
from constructs import Construct

from nat.names import Route, SocketAction, SocketRoute, Table, Variable
from nat_constructs.function import PythonFunction
from nat_constructs.http_api import NatHttpApi
from nat_constructs.model_keys import grant_model_keys
from nat_constructs.sender import grant_mail
from nat_constructs.streaming_function import StreamingFunction
from nat_constructs.web_socket_api import WebSocketApi
from stacks.billing import BillingFunctions
from stacks.connecting import ConnectingFunctions
from stacks.data import DataStack
from stacks.deployment import Deployment
from stacks.identity import IdentityStack
from stacks.privacy import PrivacyFunctions
from stacks.stack import NatStack

ADMISSION: Final = (
    Table.NATIONS,
    Table.USERS,
    Table.CONVERSATIONS,
    Table.ONCE,
    Table.SOCKETS,
    Table.USAGE,
)
"""Tables that a question changes on its way in: the count, the cooldown, the turn, the limit, the subscriber,
the person's budget."""
ENDING: Final = (Table.ACTIONS, Table.AUDIT)
"""What the end of a turn writes besides: the approval that it carried out, and the audit log's entry of a
no."""


class ApiStack(NatStack):
    """The HTTP API behind the authorizer, the WebSocket API behind tickets, and the streaming host behind
    CloudFront; each function with the rows and the queue it needs."""

    def __init__(
        self, scope: Construct, *, deployment: Deployment, data: DataStack, identity: IdentityStack
    ) -> None:
        super().__init__(
            scope, "Api", deployment=deployment, description="Nat: HTTP, WebSocket and streaming APIs"
        )
        self._data = data
        self._identity = identity
        environment = deployment.environment
        self.http = NatHttpApi(
            self,
            "Http",
            issuer=identity.sign_in.issuer,
            audience=identity.audience,
            allowed_origins=deployment.allowed_origins,
            rate=environment.throttle.rate,
            burst=environment.throttle.burst,
            log_retention=deployment.log_retention,
            embedded_aws=environment.endpoints.aws,
        )
        self.sockets = WebSocketApi(
            self,
            "Sockets",
            rate=environment.throttle.rate,
            burst=environment.throttle.burst,
            log_retention=deployment.log_retention,
            embedded_aws=environment.endpoints.aws,
        )
        self.requests = self._answer_requests()
        self.socket = self._answer_sockets()
        self.stream = self._answer_streams()
        self.billing = BillingFunctions(self, data=data, http=self.http)
        self.connecting = ConnectingFunctions(self, data=data, http=self.http, sockets=self.sockets)
        self.privacy = PrivacyFunctions(
            self, data=data, identity=identity, http=self.http, sockets=self.sockets
        )
        self._publish()

    def _answer_requests(self) -> PythonFunction:
        function = self.function(
            "Requests",
            handler="nat.handlers.api.handler",
            description="Nat: answers the HTTP API",
            variables={
                **self._data.table_variables(*ADMISSION, Table.MEMBERSHIPS, Table.ACTIONS, Table.AUDIT),
                **self._model_key_variables,
                Variable.FILES_BUCKET: self._data.files.bucket_name,
                Variable.TURN_QUEUE_URL: self._data.queue.queue_url,
                Variable.SOCKET_ENDPOINT: self.sockets.endpoint,
                Variable.BRANDS: self.deployment.brands_json,
            },
        )
        # A decision is a turn, though a free one: stored, locking its conversation, on its way to the queue.
        # A no is told to those who follow the conversation, of whom some may be gone.
        self._data.grant_rows(
            function,
            write=(*ADMISSION, Table.MEMBERSHIPS, Table.ACTIONS, Table.AUDIT),
        )
        self._data.queue.grant_send_messages(function)
        # Who is removed from a nation loses their open connections; who is invited gets an email.
        self.sockets.grant_push(function.own_role, hang_up=True)
        grant_mail(function.own_role, self.deployment.senders)
        grant_model_keys(function.own_role, self._data.key)
        self._data.files.grant_fetch(function.own_role)
        self.http.serve(function, Route)
        return function

    def _answer_sockets(self) -> PythonFunction:
        function = self.function(
            "Socket",
            handler="nat.handlers.ws.handler",
            description="Nat: admits questions and decisions from sockets and replays answers",
            variables={**self._door_variables, **self._data.table_variables(*ENDING)},
        )
        # A turn that is stopped before a worker took it is ended here.
        self._data.grant_rows(function, read=(Table.MEMBERSHIPS,), write=(*ADMISSION, *ENDING))
        self._data.queue.grant_send_messages(function)
        self.sockets.grant_push(function.own_role)
        self.sockets.serve(function, (*SocketRoute, *SocketAction))
        return function

    def _answer_streams(self) -> StreamingFunction:
        functions = self.deployment.environment.functions
        stream = StreamingFunction(
            self,
            "Stream",
            bundle=self.deployment.bundle("sse"),
            description="Nat: admits questions over HTTP and streams answers as server-sent events",
            arm=functions.arm,
            runtime_python=functions.python,
            log_retention=self.deployment.log_retention,
            environment={
                **self._door_variables,
                Variable.TOKEN_ISSUER: self._identity.sign_in.issuer,
                Variable.TOKEN_AUDIENCE: cdk.Fn.join(",", self._identity.audience),
            },
            allowed_origins=self.deployment.allowed_origins,
        )
        self._data.grant_rows(stream.function, read=(Table.MEMBERSHIPS,), write=ADMISSION)
        self._data.queue.grant_send_messages(stream.function)
        return stream

    @property
    def _model_key_variables(self) -> dict[str, str]:
        """What the HTTP API needs to try a nation's own key out, and to encrypt it."""
        told = self.deployment.agent_variables
        names = (Variable.MODEL_ID, Variable.MODEL_PROVIDER, Variable.ANTHROPIC_URL)
        return {**{name: told[name] for name in names}, Variable.DATA_KEY_ARN: self._data.key.key_arn}

    @property
    def _door_variables(self) -> dict[str, str]:
        return {
            **self.deployment.common_variables,
            **self._data.table_variables(*ADMISSION, Table.MEMBERSHIPS),
            Variable.TURN_QUEUE_URL: self._data.queue.queue_url,
            Variable.SOCKET_ENDPOINT: self.sockets.endpoint,
            Variable.ALLOWED_ORIGINS: ",".join(self.deployment.allowed_origins),
        }

    def _publish(self) -> None:
        self.publish("ApiUrl", self.http.url, "HTTP API")
        self.publish("ApiHost", self.http.host, "HTTP API's own host name")
        self.publish("SocketUrl", self.sockets.url, "WebSocket API")
        self.publish("SocketHost", self.sockets.host, "WebSocket API's own host name")
        self.publish("SocketEndpoint", self.sockets.endpoint, "Where answers are pushed (@connections)")
        self.publish("StreamUrl", self.stream.url.url, "Streaming host; answers CloudFront only")
        self.publish("StreamHost", self.stream.host, "Streaming host's own host name")
        for name, function in (
            ("Requests", self.requests),
            ("Socket", self.socket),
            ("Stream", self.stream.function),
        ):
            self.publish(f"{name}FunctionName", function.function_name, f"Function {name}")
            self.publish(f"{name}RoleArn", function.own_role.role_arn, f"Role of {name}")
