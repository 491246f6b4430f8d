"""A function that tells people what it hears of: by email and in Slack."""

from collections.abc import Iterable, Mapping

from constructs import Construct

from nat.names import Table, Variable

from .data_store import DataStore
from .event_queue import EventQueue
from .function import FunctionDefaults
from .sender import grant_mail
from .slack_posting import let_post
from .store_function import StoreFunction


class TellingFunction(Construct):
    """The function and the queue of what it tells. What could not be told is tried for more than an hour, and
    then kept among the dead letters, from where it is sent again: whoever was told already is not told twice.
    Some messages for each nation: nothing, and $0.10 per thousand emails."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        handler: str,
        description: str,
        read: tuple[Table, ...],
        write: tuple[Table, ...],
        variables: Mapping[str, str],
        brands: str,
        senders: Iterable[str],
        slack_variables: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = EventQueue(self, "Events")
        self.teller = StoreFunction(
            self,
            "Function",
            defaults=defaults,
            store=store,
            handler=handler,
            description=description,
            read=read,
            write=write,
            variables={Variable.BRANDS: brands, **variables},
            timeout_seconds=120,
            group="notices",
        )
        grant_mail(self.teller.own_role, senders)
        let_post(self.teller, store=store, slack_variables=slack_variables)
