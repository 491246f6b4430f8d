"""A batch of SQS is allowed by its single action, as in AWS."""

import pytest

from local.aws.batch_actions import single_action


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("sqs:ChangeMessageVisibilityBatch", "sqs:ChangeMessageVisibility"),
        ("sqs:SendMessage", "sqs:SendMessage"),
        ("dynamodb:BatchGetItem", "dynamodb:BatchGetItem"),
        (None, None),
    ],
)
def test_a_policy_names_the_single_action(asked: str | None, named: str | None) -> None:
    assert single_action(asked) == named
