"""Money: the functions that talk to Stripe, of a bundle of their own."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from nat.contract.declared import routes
from nat.names import STRIPE_WEBHOOK, Secret, Table, Variable

from .data_store import DataStore
from .event_queue import EventQueue
from .function import FunctionDefaults, PythonFunction
from .http_api import NatHttpApi
from .output import output
from .store_function import StoreFunction
from .watched import Watched, WatchedFunction, WatchedQueue

GROUP: Final = "billing"
WRITTEN: Final = (Table.NATIONS, Table.ONCE, Table.MEMBERSHIPS, Table.CONNECTIONS, Table.AUDIT)
"""What a subscription changes: the record, what is known already, the first owner, announcements, the audit
log."""
PAST_DUE_EVERY: Final = Duration.hours(1)


class BillingFunctions(Construct):
    """People's billing routes, the public webhook, the events behind it, and the regular looks at what no
    event tells. Some cents a month beside what Stripe takes."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        store: DataStore,
        http: NatHttpApi,
        stripe_variables: Mapping[str, str],
        allowed_origins: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._defaults = defaults
        self._store = store
        self.events = EventQueue(self, "Events")
        self._variables = {**self._queue_variables, **stripe_variables}
        # Reads Stripe and writes records.
        self._function = partial(
            StoreFunction,
            self,
            defaults=defaults,
            store=store,
            secret=Secret.STRIPE,
            write=WRITTEN,
            group=GROUP,
        )
        self.routes = self._function(
            "Routes",
            handler="nat.handlers.billing.handler",
            description="Nat: answers the billing routes of the HTTP API",
            variables={**self._variables, Variable.ALLOWED_ORIGINS: ",".join(allowed_origins)},
        )
        http.serve(self.routes, routes("nat.handlers.billing"))
        self.webhook = self._take_webhooks(http)
        self.worker = self._function(
            "Worker",
            handler="nat.handlers.stripe_events.handler",
            description="Nat: acts on events of Stripe",
            variables=self._variables,
            timeout_seconds=120,
        )
        self.events.feed(self.worker)
        self.events.dead_letters.grant_send_messages(self.worker)
        self.rounds = self._look_regularly()
        self.watched = Watched(
            [
                WatchedFunction("StripeWebhook", self.webhook, trouble="Payments are not taken note of"),
                WatchedFunction("BillingRounds", self.rounds, trouble="Subscriptions are not looked after"),
            ],
            dead_letters=[
                WatchedQueue(
                    "BillingEvents",
                    "Undone events of the payment provider",
                    self.events.dead_letters,
                    self.events.queue,
                )
            ],
        )
        self._publish()

    def _take_webhooks(self, http: NatHttpApi) -> PythonFunction:
        function = PythonFunction(
            self,
            "Webhook",
            defaults=self._defaults,
            handler="nat.handlers.stripe_webhook.handler",
            description="Nat: takes webhooks of Stripe",
            variables=self._queue_variables,
            group=GROUP,
        )
        self._store.secrets.grant_read(Secret.STRIPE, function)
        self.events.queue.grant_send_messages(function)
        http.serve_public(function, STRIPE_WEBHOOK)
        return function

    def _look_regularly(self) -> PythonFunction:
        function = self._function(
            "Rounds",
            handler="nat.handlers.billing_reconcile.handler",
            description="Nat: looks at subscriptions, and tells Stripe the day's usage",
            variables={**self._variables, **self._store.variables(Table.USAGE)},
            timeout_seconds=900,
        )
        self._store.grant_rows(function, read=(Table.USAGE,))
        for name, schedule, look in (
            ("PastDue", events.Schedule.rate(PAST_DUE_EVERY), "past_due"),
            ("UsageOfTheDay", events.Schedule.cron(minute="20", hour="1"), "day"),
        ):
            events.Rule(
                self,
                name,
                description=f"Nat: billing round {look}",
                schedule=schedule,
                targets=[
                    targets.LambdaFunction(
                        function, event=events.RuleTargetInput.from_object({"round": look}), retry_attempts=2
                    )
                ],
            )
        return function

    @property
    def _queue_variables(self) -> dict[str, str]:
        return {
            Variable.BILLING_QUEUE_URL: self.events.queue.queue_url,
            Variable.BILLING_DEAD_LETTERS_URL: self.events.dead_letters.queue_url,
        }

    def _publish(self) -> None:
        stack = Stack.of(self)
        output(stack, "BillingQueueUrl", self.events.queue.queue_url, "Events of Stripe")
        output(
            stack,
            "BillingDeadLettersUrl",
            self.events.dead_letters.queue_url,
            "Events that nobody can act on",
        )
        output(stack, "BillingRoundsFunctionName", self.rounds.function_name, "Function of billing rounds")
