"""The API's routes: what `StripeClient(...).v1` asks for. Unknown parameters are refused, as Stripe does."""

from collections.abc import Iterable
from typing import Any, Final

from local.stripe.errors import StripeRefusal, invalid, unknown
from local.stripe.forms import truth
from local.stripe.invoices import subscription_of
from local.stripe.objects import Object, listed
from local.stripe.operations import ROUTES, Operations, Params, each, path_pattern
from local.stripe.state import State
from local.stripe.subscriptions import OVER, visible

PAGING: Final = frozenset({"limit", "starting_after", "ending_before"})
EXPANDABLE: Final = {
    "customer": "customer",
    "latest_invoice": "invoice",
    "subscription": "subscription",
    "default_payment_method": "payment_method",
    "product": "product",
}
LISTED: Final = {
    "customers": ("customer", "email"),
    "checkout/sessions": ("checkout.session", "customer status"),
    "subscriptions": ("subscription", "customer status"),
    "invoices": ("invoice", "customer subscription status"),
    "prices": ("price", "lookup_keys active product type"),
    "products": ("product", "active"),
    "billing/meters": ("billing.meter", "status"),
    "events": ("event", "type types created"),
    "webhook_endpoints": ("webhook_endpoint", ""),
}
"""What can be listed and looked at by its id: the kind of object, and what a list can be narrowed by."""


class Api:
    """Answers `/v1/…` with objects. Raises `StripeRefusal`."""

    def __init__(self, state: State) -> None:
        self._store = state.store
        self._operations = Operations(state)

    def answer(self, method: str, path: str, params: Params) -> Object:
        """The object that one call gives. Raises `StripeRefusal`."""
        given = {name: value for name, value in params.items() if name != "expand"}
        return self._expanded(self._run(method, path, given), each(params.get("expand")))

    def _run(self, method: str, path: str, given: Params) -> Object:
        for wanted, pattern, names, run in ROUTES:
            match = pattern.fullmatch(path)
            if match and wanted == method:
                _check_names(given, names)
                return run(self._operations, given, *match.groups())
        for place, (kind, filters) in LISTED.items() if method == "GET" else ():
            if path == f"/v1/{place}":
                names = frozenset(filters.split())
                _check_names(given, names | PAGING)
                return self._page(place, self._found(kind, names, given), given)
            match = path_pattern(place + "/{id}").fullmatch(path)
            if match:
                _check_names(given, frozenset())
                return self._store.get(kind, match[1], deleted=kind == "customer")
        raise StripeRefusal(404, f"Unrecognized request URL ({method}: {path}).")

    def _found(self, kind: str, names: frozenset[str], params: Params) -> Iterable[Object]:
        """Objects of a kind that all filters let through."""
        if kind == "subscription":
            params = {"status": "not_canceled", **params}
            if "customer" in params:
                self._store.get("customer", params["customer"])
        wanted = {name: value for name, value in params.items() if name in names}
        return [one for one in self._store.all(kind) if all(_fits(one, *each) for each in wanted.items())]

    @staticmethod
    def _page(path: str, found: Iterable[Object], params: Params) -> Object:
        """A page, newest first (docs.stripe.com/api/pagination)."""
        limit = int(params.get("limit") or 10)
        if not 1 <= limit <= 100:
            raise invalid("Invalid integer: limit must be between 1 and 100.", "limit")
        rows = list(found)[::-1]
        ids = [row["id"] for row in rows]
        if after := params.get("starting_after"):
            if after not in ids:
                raise StripeRefusal(404, f"No such object: '{after}'", param="starting_after")
            rows = rows[ids.index(after) + 1 :]
        return listed(f"/v1/{path}", rows[:limit], has_more=len(rows) > limit)

    def _expanded(self, found: Object, paths: list[str]) -> Object:
        shown = visible(found)
        if shown.get("object") == "list":
            inner = [path.removeprefix("data.") for path in paths]
            return {**shown, "data": [self._expanded(one, inner) for one in shown["data"]]}
        for path in paths:
            name, _, rest = path.partition(".")
            kind = EXPANDABLE.get(name)
            if kind is None or name not in shown:
                raise invalid(f"This property cannot be expanded ({path}).", "expand")
            if isinstance(shown[name], str):
                inside = self._store.get(kind, shown[name])
                shown[name] = self._expanded(inside, [rest] if rest else [])
        return shown


def _check_names(given: Params, names: frozenset[str]) -> None:
    for name in given:
        if name not in names:
            raise unknown(name)


def _fits(one: Object, name: str, value: Any) -> bool:
    """Whether an object passes a filter of a list."""
    match name:
        case "lookup_keys":
            return one["lookup_key"] in each(value)
        case "types":
            return one["type"] in each(value)
        case "active":
            return bool(one["active"] == truth(value))
        case "subscription":
            return bool(subscription_of(one) == value)
        case "created":
            return bool(one["created"] >= int(value.get("gte", 0)))
        case "status" if value == "not_canceled":
            return bool(one["status"] != "canceled")
        case "status" if value == "ended":
            return one["status"] in OVER
        case "status" if value == "all":
            return True
    return bool(one.get(name) == value)
