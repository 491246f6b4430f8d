"""Money: the functions that talk to Stripe, of a bundle of their own."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets

from nat.names import STRIPE_WEBHOOK, BillingRoute, Secret, Table, Variable
from nat_constructs.event_queue import EventQueue
from nat_constructs.function import PythonFunction
from nat_constructs.http_api import NatHttpApi
from stacks.data import DataStack
from stacks.stack import NatStack

GROUP: Final = "billing"
WRITTEN: Final = (Table.NATIONS, Table.ONCE, Table.MEMBERSHIPS, Table.CONNECTIONS, Table.AUDIT)
"""What a subscription changes: the record, what is known already, the first owner, announcements, the audit
log."""
PAST_DUE_EVERY: Final = cdk.Duration.hours(1)


class BillingFunctions:
    """Made in the API's stack, whose routes they answer: people's billing routes, the public webhook, the
    events behind it, and the regular looks at what no event tells."""

    def __init__(self, stack: NatStack, *, data: DataStack, http: NatHttpApi) -> None:
        self._stack = stack
        self._data = data
        self.events = EventQueue(stack, "BillingEvents")
        self.routes = self._function(
            "Billing",
            handler="nat.handlers.billing.handler",
            description="Nat: answers the billing routes of the HTTP API",
            variables={Variable.ALLOWED_ORIGINS: ",".join(stack.deployment.allowed_origins)},
        )
        http.serve(self.routes, BillingRoute)
        self.webhook = self._take_webhooks(http)
        self.worker = self._function(
            "StripeEvents",
            handler="nat.handlers.stripe_events.handler",
            description="Nat: acts on events of Stripe",
            timeout_seconds=120,
        )
        self.events.feed(self.worker)
        self.events.dead_letters.grant_send_messages(self.worker)
        self.rounds = self._look_regularly()
        self._publish()

    def _take_webhooks(self, http: NatHttpApi) -> PythonFunction:
        function = self._stack.function(
            "StripeWebhook",
            handler="nat.handlers.stripe_webhook.handler",
            description="Nat: takes webhooks of Stripe",
            variables=self._queue_variables,
            group=GROUP,
        )
        self._data.secrets.grant_read(Secret.STRIPE, function)
        self.events.queue.grant_send_messages(function)
        http.serve_public(function, STRIPE_WEBHOOK)
        return function

    def _look_regularly(self) -> PythonFunction:
        function = self._function(
            "BillingRounds",
            handler="nat.handlers.billing_reconcile.handler",
            description="Nat: looks at subscriptions, and tells Stripe the day's usage",
            variables=self._data.table_variables(Table.USAGE),
            timeout_seconds=900,
        )
        self._data.grant_rows(function, read=(Table.USAGE,))
        for name, schedule, look in (
            ("PastDue", events.Schedule.rate(PAST_DUE_EVERY), "past_due"),
            ("UsageOfTheDay", events.Schedule.cron(minute="20", hour="1"), "day"),
        ):
            events.Rule(
                self._stack,
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

    def _function(
        self,
        name: str,
        *,
        handler: str,
        description: str,
        variables: dict[str, str] | None = None,
        timeout_seconds: int = 29,
    ) -> PythonFunction:
        """A function that reads Stripe and writes records."""
        billing = self._stack.deployment.environment.billing
        function = self._stack.function(
            name,
            handler=handler,
            description=description,
            variables={
                **self._data.table_variables(*WRITTEN),
                **self._queue_variables,
                Variable.STRIPE_URL: billing.stripe_url,
                Variable.PAST_DUE_GRACE_DAYS: str(billing.past_due_grace_days),
                **(variables or {}),
            },
            timeout_seconds=timeout_seconds,
            group=GROUP,
        )
        self._data.grant_rows(function, write=WRITTEN)
        self._data.secrets.grant_read(Secret.STRIPE, function)
        return function

    @property
    def _queue_variables(self) -> dict[str, str]:
        return {
            Variable.BILLING_QUEUE_URL: self.events.queue.queue_url,
            Variable.BILLING_DEAD_LETTERS_URL: self.events.dead_letters.queue_url,
        }

    def _publish(self) -> None:
        self._stack.publish("BillingQueueUrl", self.events.queue.queue_url, "Events of Stripe")
        self._stack.publish(
            "BillingDeadLettersUrl", self.events.dead_letters.queue_url, "Events that nobody can act on"
        )
        self._stack.publish(
            "BillingRoundsFunctionName", self.rounds.function_name, "Function of billing rounds"
        )
