"""The doors: HTTP, WebSocket, streaming, and the clock."""

from constructs import Construct

from nat_constructs.api_functions import RequestFunction, SocketFunction, StreamFunction
from nat_constructs.billing_functions import BillingFunctions
from nat_constructs.connection_functions import ConnectionFunctions
from nat_constructs.gateway import GatewayDefaults
from nat_constructs.http_api import NatHttpApi
from nat_constructs.occurrence_functions import OccurrenceFunctions
from nat_constructs.privacy_functions import PrivacyFunctions
from nat_constructs.schedules import Schedules
from nat_constructs.slack_functions import SlackFunctions
from nat_constructs.store_function import FunctionProps
from nat_constructs.watched import Watched
from nat_constructs.web_socket_api import WebSocketApi
from stacks.data import DataStack
from stacks.deployment import Deployment
from stacks.identity import IdentityStack
from stacks.stack import NatStack


class ApiStack(NatStack):
    """The HTTP API behind the authorizer, the WebSocket API behind tickets, the streaming host behind
    CloudFront, the functions that answer them, and people's schedules with what these reach."""

    def __init__(
        self, scope: Construct, *, deployment: Deployment, data: DataStack, identity: IdentityStack
    ) -> None:
        super().__init__(
            scope, "Api", deployment=deployment, description="Nat: HTTP, WebSocket and streaming APIs"
        )
        throttle, origins = deployment.environment.throttle, deployment.allowed_origins
        functions: FunctionProps = {"defaults": deployment.functions, "store": data.store}
        gateway = GatewayDefaults(
            rate=throttle.rate,
            burst=throttle.burst,
            log_retention=deployment.log_retention,
            embedded_aws=deployment.environment.endpoints.aws,
            origin_key=data.store.origin_key,
        )
        self.http = NatHttpApi(
            self,
            "Http",
            issuer=identity.sign_in.issuer,
            audience=identity.audience,
            allowed_origins=origins,
            defaults=gateway,
        )
        self.sockets = WebSocketApi(self, "Sockets", defaults=gateway)
        self.schedules = Schedules(self, "Schedules", keeps_data=deployment.environment.keeps_data)
        self.occurrences = OccurrenceFunctions(self, "Occurrences", **functions, schedules=self.schedules)
        self._requests = RequestFunction(
            self,
            "Requests",
            **functions,
            http=self.http,
            sockets=self.sockets,
            model_variables=deployment.model_variables,
            **deployment.mail,
            schedules=self.schedules,
            occurrences=self.occurrences,
        )
        self._socket = SocketFunction(
            self,
            "Socket",
            **functions,
            sockets=self.sockets,
            allowed_origins=origins,
        )
        self.stream = StreamFunction(
            self,
            "Stream",
            **functions,
            sockets=self.sockets,
            issuer=identity.sign_in.issuer,
            audience=identity.audience,
            allowed_origins=origins,
            at_once=deployment.environment.functions.streams,
        )
        self._billing = BillingFunctions(
            self,
            "Billing",
            **functions,
            http=self.http,
            stripe_variables=deployment.stripe_variables,
            allowed_origins=origins,
        )
        self._connections = ConnectionFunctions(
            self,
            "Connections",
            **functions,
            http=self.http,
            sockets=self.sockets,
            nationbuilder_variables=deployment.nationbuilder_variables,
            brands=deployment.brands_json,
        )
        self._slack = SlackFunctions(
            self,
            "Slack",
            **functions,
            http=self.http,
            sockets=self.sockets,
            brands=deployment.brands_json,
            slack_variables=deployment.slack_variables,
        )
        self._privacy = PrivacyFunctions(
            self,
            "Privacy",
            **functions,
            http=self.http,
            sockets=self.sockets,
            pool=identity.sign_in.pool,
            nationbuilder_variables=deployment.nationbuilder_variables,
            stripe_variables=deployment.stripe_variables,
        )
        self._publish()

    @property
    def watched(self) -> tuple[Watched, ...]:
        """What operators are told of."""
        makers = (
            self._requests,
            self._socket,
            self.stream,
            self._billing,
            self._connections,
            self._slack,
            self._privacy,
            self.schedules,
            self.occurrences,
        )
        return tuple(each.watched for each in makers)

    def _publish(self) -> None:
        self.publish("ApiUrl", self.http.url, "HTTP API")
        self.publish("ApiHost", self.http.host, "HTTP API's own host name", exported=True)
        self.publish("SocketUrl", self.sockets.url, "WebSocket API")
        self.publish("SocketHost", self.sockets.host, "WebSocket API's own host name", exported=True)
        self.publish("SocketEndpoint", self.sockets.endpoint, "Where answers are pushed (@connections)")
        self.publish("StreamUrl", self.stream.url.url, "Streaming host; answers CloudFront only")
        self.publish("StreamHost", self.stream.host, "Streaming host's own host name", exported=True)
        for name, function in (
            ("Requests", self._requests.function),
            ("Socket", self._socket.function),
            ("Stream", self.stream.function),
        ):
            self.publish(f"{name}FunctionName", function.function_name, f"Function {name}")
            self.publish(f"{name}RoleArn", function.own_role.role_arn, f"Role of {name}")
