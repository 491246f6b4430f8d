"""What people entrust to Nat, and the queue of their questions."""

from constructs import Construct

from nat_constructs.data_store import DataStore
from stacks.deployment import Deployment
from stacks.stack import NatStack


class DataStack(NatStack):
    """Tables, key, secrets, files and the turn queue."""

    def __init__(self, scope: Construct, *, deployment: Deployment) -> None:
        super().__init__(
            scope,
            "Data",
            deployment=deployment,
            description="Nat: tables, key, secrets and the turn queue",
            stateful=True,
        )
        environment = deployment.environment
        self.store = DataStore(
            self,
            "Store",
            keeps_data=environment.keeps_data,
            weekly_copies=environment.features.backup_plan,
            emptied_buckets=environment.empties_buckets,
        )
        for table, construct in self.store.tables.items():
            self.publish(f"{table.value}TableName", construct.table_name, f"Table of {table.value.lower()}")
        self.publish("DataKeyArn", self.store.key.key_arn, "Key of tables and secrets")
        self.publish("TurnQueueUrl", self.store.turns.queue.queue_url, "Questions on their way to a worker")
        self.publish(
            "TurnDeadLettersUrl",
            self.store.turns.dead_letters.queue_url,
            "Questions that no worker could take",
        )
        self.publish(
            "SlackQueueUrl", self.store.slack.queue.queue_url, "What Slack sent, and news for threads"
        )
        self.publish(
            "SlackDeadLettersUrl",
            self.store.slack.dead_letters.queue_url,
            "What was not done or told in Slack",
        )
