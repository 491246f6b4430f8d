"""Billing: Stripe Checkout, customer portal, invoices, changes of plan, webhooks, meters.

What a nation may do follows from its subscription at Stripe, which is read anew whenever something happened:
no state is ever taken from the order or the content of events.
"""
