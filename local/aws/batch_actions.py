"""Batches of SQS are allowed by the action of their single request.

IAM knows no `sqs:SendMessageBatch` and the like: whoever may send, delete or keep one message may do it
in batches (botocore, SQS service model, AddPermission). MiniStack 1.5.33 asks for an action of the
batch's own name, which no policy grants, and so refuses a worker's heartbeat.
"""

from typing import Any


def single_action(action: str | None) -> str | None:
    """The action that a policy has to name for a request."""
    if action is not None and action.startswith("sqs:"):
        return action.removesuffix("Batch")
    return action


def install() -> None:
    """Let this process's MiniStack ask policies for the single action."""
    from ministack.core import iam_actions

    original = iam_actions.extract_iam_action

    def extract(*arguments: Any, **named: Any) -> str | None:
        return single_action(original(*arguments, **named))

    iam_actions.extract_iam_action = extract
