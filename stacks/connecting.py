"""Connecting nations: the functions on the way to NationBuilder and back, which may touch nations' tokens."""

from nat.names import OAUTH_CALLBACK, ConnectRoute, Secret, Table, Variable
from nat_constructs.function import PythonFunction
from nat_constructs.http_api import NatHttpApi
from nat_constructs.token_refresh import grant_apps, grant_new_tokens, grant_token_removal
from nat_constructs.web_socket_api import WebSocketApi
from stacks.data import DataStack
from stacks.stack import NatStack


class ConnectingFunctions:
    """Made in the API's stack: people's routes to begin and to disconnect, and the public callback. Of
    nations' secrets the first can store none, and the second read none."""

    def __init__(self, stack: NatStack, *, data: DataStack, http: NatHttpApi, sockets: WebSocketApi) -> None:
        self._stack = stack
        self._data = data
        self.routes = self._function(
            "Connecting",
            handler="nat.handlers.connecting.handler",
            description="Nat: leads to NationBuilder's consent, tells of it, and disconnects",
            read=(Table.MEMBERSHIPS,),
            write=(Table.NATIONS, Table.CONNECTIONS, Table.ONCE, Table.AUDIT),
            # Its name is all that this one needs of the table of people.
            variables=data.table_variables(Table.USERS),
        )
        grant_token_removal(self.routes.own_role, data.key)
        http.serve(self.routes, ConnectRoute)
        self.callback = self._function(
            "OauthCallback",
            handler="nat.handlers.oauth_callback.handler",
            description="Nat: takes people back from NationBuilder's consent",
            write=(
                Table.NATIONS,
                Table.CONNECTIONS,
                Table.ONCE,
                Table.AUDIT,
                Table.MEMBERSHIPS,
                Table.USERS,
                Table.SOCKETS,
            ),
            variables={Variable.SOCKET_ENDPOINT: sockets.endpoint},
        )
        grant_new_tokens(self.callback.own_role, data.key)
        # A proven owner may remove people whom nobody of the nation has let in.
        sockets.grant_push(self.callback.own_role, hang_up=True)
        http.serve_public(self.callback, OAUTH_CALLBACK)

    def _function(
        self,
        name: str,
        *,
        handler: str,
        description: str,
        read: tuple[Table, ...] = (),
        write: tuple[Table, ...] = (),
        variables: dict[str, str] | None = None,
    ) -> PythonFunction:
        deployment = self._stack.deployment
        function = self._stack.function(
            name,
            handler=handler,
            description=description,
            variables={
                **self._data.table_variables(*read, *write),
                **deployment.nationbuilder_variables,
                Variable.DATA_KEY_ARN: self._data.key.key_arn,
                Variable.BRANDS: deployment.brands_json,
                **(variables or {}),
            },
        )
        self._data.grant_rows(function, read=read, write=write)
        self._data.secrets.grant_read(Secret.OAUTH_STATE, function)
        grant_apps(function.own_role, self._data.key)
        return function
