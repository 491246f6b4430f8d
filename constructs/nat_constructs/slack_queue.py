"""The queue to the function that talks to Slack."""

from aws_cdk import aws_iam as iam
from constructs import Construct

from nat.names import SLACK_QUEUE, Variable

from .fifo_queue import FifoQueue
from .function import PythonFunction


class SlackQueue(FifoQueue):
    """What Slack sent, whole, and where there is news for its threads; one group per thread. A message lives
    a day: Slack's people have asked again by then."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(
            scope,
            construct_id,
            visibility_seconds=SLACK_QUEUE.visibility_seconds,
            dead_letter_visibility_seconds=SLACK_QUEUE.visibility_seconds,
            max_receive_count=SLACK_QUEUE.max_receive_count,
            retention_days=1,
        )

    @property
    def variables(self) -> dict[str, str]:
        """What a process is told that has news for threads."""
        return {Variable.SLACK_QUEUE_URL: self.queue.queue_url}

    def grant_news(self, grantee: iam.IGrantable) -> None:
        """Allow to say that there is news for threads."""
        self.queue.grant_send_messages(grantee)

    def let_tell(self, function: PythonFunction) -> None:
        """Let a function that pushes events to sockets say so to threads too."""
        for name, value in self.variables.items():
            function.add_environment(name, value)
        self.grant_news(function)
