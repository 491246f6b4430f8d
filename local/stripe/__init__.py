"""A stand-in for Stripe: its API, its pages and its webhooks on loopback, with state.

    with running_stripe() as stripe:
        client = StripeClient("sk_test_any", base_addresses={"api": stripe.base_url})

or `python -m local.stripe --port 8702`. See the README beside this file.
"""

from local.stripe.server import RunningStripe, running_stripe

__all__ = ["RunningStripe", "running_stripe"]
