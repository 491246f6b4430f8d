"""The pages that people see: Checkout, the customer portal, an invoice. Plain HTML forms."""

from collections.abc import Iterable, Mapping
from html import escape

from local.stripe.errors import StripeRefusal, invalid, missing
from local.stripe.objects import Object
from local.stripe.state import State

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;"
    "color:CanvasText;background:Canvas;color-scheme:light dark}"
    "button{font:inherit;padding:.5rem 1rem;margin:.25rem .5rem .25rem 0}"
    ".note{color:GrayText}table{border-collapse:collapse}td{padding:.25rem 1rem .25rem 0}"
)


class Pages:
    """Pages and their forms. A form gives the address to go to next."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._store = state.store

    def show(self, path: str) -> str:
        """The page at a path. Raises `StripeRefusal`."""
        kind, _, rest = path.strip("/").partition("/")
        if kind == "checkout":
            return self._checkout(self._store.get("checkout.session", rest))
        if kind == "portal":
            return self._portal(self._portal_session(rest))
        if kind == "pay":
            return self._invoice(self._store.get("invoice", rest.split("/")[0]))
        raise missing("page", path)

    def submit(self, path: str, form: Mapping[str, str]) -> str:
        """Do what a form says; gives where the browser goes. Raises `StripeRefusal`."""
        kind, _, rest = path.strip("/").partition("/")
        if kind == "checkout":
            session = self._store.get("checkout.session", rest)
            if form.get("do") == "leave":
                return str(session["cancel_url"] or session["success_url"])
            self._state.complete(session, form.get("card", "ok"))
            return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
        if kind == "portal":
            return self._manage(rest, form)
        if kind == "pay":
            self._state.pay(self._store.get("invoice", rest))
            return f"{self._state.page_url}/pay/{rest}"
        raise missing("page", path)

    def _portal_session(self, name: str) -> Object:
        return self._store.get("billing_portal.session", name.rpartition("_")[0])

    def _manage(self, name: str, form: Mapping[str, str]) -> str:
        session = self._portal_session(name)
        customer = session["customer"]
        wanted = form.get("do")
        if wanted == "return":
            return str(session["return_url"] or self._state.page_url)
        if wanted == "card":
            self._state.set_card(customer, form.get("card", "ok"))
            for each in self._store.all("subscription", customer=customer):
                self._state.subscriptions.collect_open(each)
            return f"{self._state.page_url}/portal/{name}"
        subscription = self._store.get("subscription", form.get("subscription", ""))
        if subscription["customer"] != customer:
            raise missing("subscription", subscription["id"])
        if wanted == "plan":
            price = self._store.get("price", form.get("price", ""))
            self._state.subscriptions.change(subscription, price=price, proration_behavior="always_invoice")
        elif wanted in ("cancel", "renew"):
            fields = dict(self._state.cancelling(subscription, ending=wanted == "cancel"))
            self._state.subscriptions.change(subscription, fields=fields)
        else:
            raise invalid("The form says nothing to do.", "do")
        return f"{self._state.page_url}/portal/{name}"

    def _checkout(self, session: Object) -> str:
        price = self._store.get("price", session["_price"])
        if session["status"] != "open":
            return _page("Checkout", [f"<p>This session is {escape(session['status'])}.</p>"])
        trial = session["_subscription_data"].get("trial_period_days")
        words = f"{_money(price['unit_amount'])} a month"
        if trial:
            words = f"{escape(str(trial))} days free, then {words}"
        cards = "".join(
            f'<label><input type="radio" name="card" value="{value}"{" checked" if value == "ok" else ""}> '
            f"{text}</label><br>"
            for value, text in (
                ("ok", "4242 4242 4242 4242: works"),
                ("declined", "4000 0000 0000 0002: is declined"),
                ("action", "4000 0027 6000 3184: wants authentication at each payment"),
            )
        )
        return _page(
            f"Subscribe to {escape(price['nickname'] or price['id'])}",
            [
                f"<p>{words}</p>",
                f'<form method="post">{cards}<button name="do" value="pay">Subscribe</button>'
                '<button name="do" value="leave">Back</button></form>',
            ],
        )

    def _portal(self, session: Object) -> str:
        parts = [
            self._managed(each)
            for each in self._store.all("subscription", customer=session["customer"])
            if each["status"] not in ("canceled", "incomplete_expired")
        ]
        rows = "".join(
            f"<tr><td>{escape(str(each['number']))}</td><td>{_money(each['total'])}</td>"
            f'<td><a href="{escape(each["hosted_invoice_url"])}">{escape(each["status"])}</a></td></tr>'
            for each in self._store.all("invoice", customer=session["customer"])
        )
        parts.append(
            '<form method="post"><input type="hidden" name="do" value="card">'
            '<button name="card" value="ok">Use a card that works</button>'
            '<button name="card" value="declined">Use a card that is declined</button></form>'
            f"<h2>Invoices</h2><table>{rows}</table>"
            '<form method="post"><button name="do" value="return">Return</button></form>'
        )
        return _page("Manage your subscription", parts)

    def _managed(self, subscription: Object) -> str:
        current = subscription["items"]["data"][0]["price"]
        hidden = f'<input type="hidden" name="subscription" value="{subscription["id"]}">'
        plans = "".join(
            f'<button name="price" value="{each["id"]}">{escape(each["nickname"] or each["id"])} '
            f"({_money(each['unit_amount'])})</button>"
            for each in self._store.all("price", active=True)
            if each["id"] != current["id"]
        )
        ending = subscription["cancel_at_period_end"]
        action, words = ("renew", "Keep the subscription") if ending else ("cancel", "Cancel")
        return (
            f"<h2>{escape(current['nickname'] or current['id'])}: {escape(subscription['status'])}"
            f"{', ends with the period' if ending else ''}</h2>"
            f'<form method="post">{hidden}<input type="hidden" name="do" value="plan">{plans}</form>'
            f'<form method="post">{hidden}<button name="do" value="{action}">{words}</button></form>'
        )

    def _invoice(self, invoice: Object) -> str:
        rows = "".join(
            f"<tr><td>{escape(each['description'])}</td><td>{_money(each['amount'])}</td></tr>"
            for each in invoice["lines"]["data"]
        )
        pay = '<form method="post"><button>Pay</button></form>' if invoice["status"] == "open" else ""
        return _page(
            f"Invoice {escape(str(invoice['number']))}",
            [
                f"<table>{rows}</table><p>{_money(invoice['amount_due'])}: {escape(invoice['status'])}</p>",
                pay,
            ],
        )


def refused(refusal: StripeRefusal) -> str:
    """The page of a form that could not be done."""
    return _page("That did not work", [f"<p>{escape(refusal.message)}</p>"])


def _page(title: str, parts: Iterable[str]) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f'<h1>{title}</h1>{"".join(parts)}<p class="note">Stripe stand-in: no money moves here.</p>'
        "</body></html>"
    )


def _money(cents: int) -> str:
    return f"{'−' if cents < 0 else ''}${abs(cents) / 100:,.2f}"
