"""Stripe's webhooks: the signature is checked over the raw body, the event queued, and answered at once.

Whatever follows is done from the queue, so Stripe never waits for it, and nothing is lost when it fails.
"""

from nat import settings
from nat.aws import log
from nat.billing import services
from nat.billing.stripe_event import verify
from nat.errors import Internal, NatError
from nat.handlers.front import behind_front
from nat.handlers.request import HttpAnswer, HttpRequest, Lambda, LambdaEvent, refusal

SIGNATURE = "stripe-signature"


@behind_front
def handler(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point. 200 means that the event is stored; Stripe sends again after anything else."""
    request = HttpRequest.read(event)
    log.structured().append_keys(request=request.request_id)
    try:
        notification = verify(
            request.content, request.headers.get(SIGNATURE), services.keys().webhook_secrets
        )
        if notification.handled:
            services.queue().send(notification)
        return HttpAnswer({"received": True}).as_lambda()
    except NatError as error:
        log.structured().warning("webhook refused", extra={"code": error.code})
        return refusal(error).as_lambda()
    except Exception as error:
        log.defect(error, request=request.request_id)
        return refusal(Internal("The event could not be stored. Please send it again.")).as_lambda()


if settings.in_lambda():  # read while Lambda gives a new function its full CPU, not in a request
    log.structured()
    services.queue()
