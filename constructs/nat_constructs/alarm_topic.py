"""Who hears about alarms."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class AlarmTopic(sns.Topic):
    """One topic for all alarms and the budget, and an operator's address that has to confirm once. A thousand
    emails a month are free.
    """

    def __init__(self, scope: Construct, construct_id: str, *, email: str | None) -> None:
        super().__init__(scope, construct_id, enforce_ssl=True)
        self.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
        self.grant_publish(iam.ServicePrincipal("budgets.amazonaws.com"))
        if email:
            self.add_subscription(subscriptions.EmailSubscription(email))
