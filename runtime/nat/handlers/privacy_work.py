"""What deleting reaches besides storage: Stripe, NationBuilder, the user pool, open connections. Only the
function that carries jobs out has the libraries and the rights for it."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache

from nat import settings
from nat.aws import clients
from nat.aws.isolation import nation
from nat.aws.store import Store
from nat.billing import services
from nat.billing.cancellation import end_subscriptions
from nat.channels.push import Push
from nat.connections.services import ConnectionServices
from nat.errors import NationBuilderError
from nat.ids import NationSlug
from nat.names import Variable
from nat.privacy.accounts import Accounts
from nat.privacy.erasure import Erasure, Outside
from nat.settings import TableNames


def disconnect(nation_slug: NationSlug, wiring: ConnectionServices) -> int:
    """Forget a nation's pair and revoke it at NationBuilder, as well as can be; gives how many there were.

    Raises `NationBuilderDown` while a refresh is under way.
    """
    with nation(nation_slug):
        app = wiring.status.app_of(nation_slug)
        tokens = wiring.refresher.disconnect(nation_slug)
        if tokens is None:
            return 0
        with suppress(NationBuilderError):  # the pair is gone here in any case, and ends there by itself
            wiring.endpoint.revoke(tokens, wiring.apps.credentials(nation_slug, app))
        return 1


@cache
def _outside() -> Outside:
    wiring = ConnectionServices.of_process(TableNames.read())
    accounts = Accounts(clients.user_pools(), settings.read(Variable.USER_POOL))
    return Outside(
        Push.of_process(settings.read(Variable.SOCKET_ENDPOINT)).hang_up,
        lambda slug: end_subscriptions(services.billing().synchroniser, NationSlug(slug)),
        lambda slug: disconnect(NationSlug(slug), wiring),
        accounts.delete,
    )


def erasure(time_is_up: Callable[[], bool]) -> Erasure:
    """What deletes, from the environment of this process. Raises `SettingMissing`."""
    return Erasure(
        Store(clients.dynamodb(), TableNames.read()),
        secrets=clients.secrets(),
        s3=clients.s3(),
        bucket=settings.read(Variable.FILES_BUCKET),
        outside=_outside(),
        time_is_up=time_is_up,
    )
