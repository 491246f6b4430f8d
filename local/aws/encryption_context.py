"""The condition keys `kms:EncryptionContext:…`, which MiniStack 1.5.33 does not fill.

What is sealed for a nation is bound to it by its encryption context, and `nat.aws.isolation.session_policy`
allows a nation's context only. MiniStack asks `core.iam_actions.request_tag_context` for the keys of every
request and looks that function up each time, so wrapping it there has the condition enforced as IAM does: one
key for each pair of the request's context
(docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html).
"""

from typing import Any, Final

from local.aws.bodies import json_object

PREFIX: Final = "kms:EncryptionContext:"


def encryption_context(body: bytes) -> dict[str, str]:
    """Condition keys of a request to KMS."""
    context = json_object(body).get("EncryptionContext")
    if not isinstance(context, dict):
        return {}
    return {f"{PREFIX}{name}": str(value) for name, value in context.items()}


def install() -> None:
    """Let this process's MiniStack fill the condition keys."""
    from ministack.core import iam_actions

    original = iam_actions.request_tag_context

    def with_encryption_context(service: str, action: str, body: bytes, *more: Any) -> dict[str, Any]:
        context: dict[str, Any] = original(service, action, body, *more)
        return {**context, **encryption_context(body)} if service == "kms" else context

    iam_actions.request_tag_context = with_encryption_context
