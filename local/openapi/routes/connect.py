"""The way to NationBuilder's consent page, and back out."""

from typing import Final

from local.openapi.vocabulary import ADMIN, MEMBER, Address, Answered, Count, Moment, Operation
from nat.errors import NationBuilderDown, NationUnknown
from nat.names import ConnectRoute


class ConnectedBy(Answered):
    """Who connected NationBuilder, and when."""

    user_id: str
    signup_id: str
    """Of the same person in NationBuilder: calls act there as them."""
    name: str | None
    at: Moment


class NationBuilderConnection(Answered):
    """Whether Nat may work in the nation's NationBuilder."""

    connected: bool
    needs_reauth: bool
    """An admin has to connect it again."""
    token_expires_at: Moment | None
    connected_by: ConnectedBy | None


class Connections(Answered):
    """What the nation is connected to."""

    nationbuilder: NationBuilderConnection


class Departure(Answered):
    """Where to send the browser. The answer sets a cookie that it has to bring back."""

    url: Address
    expires_in: Count
    """Seconds until it is too late to come back."""


_TAG: Final = "NationBuilder"
_COOKIE: Final = (
    "Call it under the web app's own host name: the way back is bound to this browser by a cookie."
)

OPERATIONS: Final = (
    Operation(
        ConnectRoute.CONNECTIONS,
        "getConnections",
        _TAG,
        "What the nation is connected to",
        Connections,
        errors=(*MEMBER, NationUnknown),
    ),
    Operation(
        ConnectRoute.CONNECT,
        "connectNationBuilder",
        _TAG,
        "Where an admin goes to let Nat work in the nation",
        Departure,
        description=_COOKIE,
        errors=(*ADMIN, NationUnknown),
    ),
    Operation(
        ConnectRoute.JOIN,
        "joinByControlPanel",
        _TAG,
        "Where somebody goes to prove that they use the nation's control panel",
        Departure,
        description=f"For who is no member of the nation yet. {_COOKIE}",
        errors=(NationUnknown,),
    ),
    Operation(
        ConnectRoute.DISCONNECT,
        "disconnectNationBuilder",
        _TAG,
        "Take NationBuilder away",
        Connections,
        errors=(*ADMIN, NationBuilderDown),
    ),
)
