"""Connecting nations: the functions on the way to NationBuilder and back, which may touch nations' tokens."""

from collections.abc import Mapping
from functools import partial

from constructs import Construct

from nat.contract.declared import routes
from nat.names import OAUTH_CALLBACK, Secret, Table, Variable

from .data_store import DataStore
from .function import FunctionDefaults
from .http_api import NatHttpApi
from .store_function import StoreFunction
from .watched import Watched, WatchedFunction
from .web_socket_api import WebSocketApi


class ConnectionFunctions(Construct):
    """People's routes to begin and to disconnect, and the public callback. Of nations' secrets the first can
    store none, and the second read none."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        http: NatHttpApi,
        sockets: WebSocketApi,
        nationbuilder_variables: Mapping[str, str],
        brands: str,
    ) -> None:
        super().__init__(scope, construct_id)
        variables = {
            **nationbuilder_variables,
            Variable.DATA_KEY_ARN: store.key.key_arn,
            Variable.BRANDS: brands,
        }
        function = partial(StoreFunction, self, defaults=defaults, store=store, secret=Secret.OAUTH_STATE)
        self.routes = function(
            "Routes",
            handler="nat.handlers.connecting.handler",
            description="Nat: leads to NationBuilder's consent, tells of it, and disconnects",
            read=(Table.MEMBERSHIPS,),
            write=(Table.NATIONS, Table.CONNECTIONS, Table.ONCE, Table.AUDIT),
            # Its name is all that this one needs of the table of people.
            variables={**variables, **store.variables(Table.USERS)},
        )
        store.nation_secrets.grant_disconnect(self.routes.own_role)
        http.serve(self.routes, routes("nat.handlers.connecting"))
        self.callback = function(
            "Callback",
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
            variables={**variables, Variable.SOCKET_ENDPOINT: sockets.endpoint},
        )
        store.nation_secrets.grant_connect(self.callback.own_role)
        # A proven owner may remove people whom nobody of the nation has let in.
        sockets.grant_push(self.callback.own_role, hang_up=True)
        http.serve_public(self.callback, OAUTH_CALLBACK)
        for each in (self.routes, self.callback):
            store.nation_secrets.grant_apps(each.own_role)
        self.watched = Watched(
            [WatchedFunction("OauthCallback", self.callback, trouble="No nation can be connected")]
        )
