"""The API's routes: what `StripeClient(...).v1` asks for. Unknown parameters are refused, as Stripe does."""

import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any, Final

from local.stripe.errors import StripeRefusal, invalid, required, unknown
from local.stripe.forms import truth
from local.stripe.invoices import subscription_of
from local.stripe.objects import Object, listed
from local.stripe.state import State
from local.stripe.subscriptions import OVER, visible

Params = dict[str, Any]
Route = tuple[str, re.Pattern[str], frozenset[str], Callable[..., Object]]

PAGING: Final = "limit starting_after ending_before"
EXPANDABLE: Final = {
    "customer": "customer",
    "latest_invoice": "invoice",
    "subscription": "subscription",
    "default_payment_method": "payment_method",
    "product": "product",
}
MOST_PROPERTIES: Final = 50
SESSION_LIFE: Final = 24 * 3600
METER_PAST: Final = 35 * 86_400
METER_FUTURE: Final = 300


class Api:
    """Answers `/v1/…` with objects. Raises `StripeRefusal`."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._store = state.store
        self._routes: list[Route] = [
            self._route("POST", "customers", "email name metadata description", self._add_customer),
            self._route("GET", "customers", f"email {PAGING}", self._list_customers),
            self._route("GET", "customers/{id}", "", self._customer),
            self._route("POST", "customers/{id}", "email name metadata description", self._set_customer),
            self._route("DELETE", "customers/{id}", "", self._delete_customer),
            self._route(
                "POST",
                "checkout/sessions",
                "mode line_items customer customer_email client_reference_id metadata subscription_data"
                " success_url cancel_url payment_method_collection allow_promotion_codes ui_mode expires_at"
                " locale automatic_tax billing_address_collection tax_id_collection",
                self._add_session,
            ),
            self._route("GET", "checkout/sessions", f"customer status {PAGING}", self._list_sessions),
            self._route("GET", "checkout/sessions/{id}", "", self._session),
            self._route("POST", "checkout/sessions/{id}/expire", "", self._expire_session),
            self._route(
                "POST",
                "billing_portal/sessions",
                "customer return_url flow_data configuration locale",
                self._add_portal,
            ),
            self._route(
                "POST",
                "subscriptions",
                "customer items metadata trial_period_days trial_settings",
                self._add_subscription,
            ),
            self._route("GET", "subscriptions", f"customer status price {PAGING}", self._list_subscriptions),
            self._route("GET", "subscriptions/{id}", "", self._subscription),
            self._route(
                "POST",
                "subscriptions/{id}",
                "items metadata proration_behavior proration_date payment_behavior cancel_at_period_end"
                " cancellation_details",
                self._set_subscription,
            ),
            self._route("DELETE", "subscriptions/{id}", "invoice_now prorate", self._end_subscription),
            self._route("GET", "invoices", f"customer subscription status {PAGING}", self._list_invoices),
            self._route(
                "POST", "invoices/create_preview", "customer subscription subscription_details", self._preview
            ),
            self._route("GET", "invoices/{id}", "", self._invoice),
            self._route("POST", "invoices/{id}/pay", "", self._pay_invoice),
            self._route(
                "POST",
                "prices",
                "currency unit_amount recurring product lookup_key nickname metadata",
                self._add_price,
            ),
            self._route("GET", "prices", f"lookup_keys active product type {PAGING}", self._list_prices),
            self._route("GET", "prices/{id}", "", self._price),
            self._route("POST", "products", "name metadata description", self._add_product),
            self._route("GET", "products", f"active {PAGING}", self._list_products),
            self._route("GET", "products/{id}", "", self._product),
            self._route(
                "POST",
                "billing/meters",
                "display_name event_name default_aggregation customer_mapping value_settings",
                self._add_meter,
            ),
            self._route("GET", "billing/meters", f"status {PAGING}", self._list_meters),
            self._route(
                "POST",
                "billing/meter_events",
                "event_name payload identifier timestamp",
                self._add_meter_event,
            ),
            self._route("GET", "events", f"type types created {PAGING}", self._list_events),
            self._route("GET", "events/{id}", "", self._event),
            self._route(
                "POST",
                "webhook_endpoints",
                "url enabled_events description metadata api_version",
                self._add_endpoint,
            ),
            self._route("GET", "webhook_endpoints", PAGING, self._list_endpoints),
            self._route("DELETE", "webhook_endpoints/{id}", "", self._end_endpoint),
        ]

    def answer(self, method: str, path: str, params: Params) -> Object:
        """The object that one call gives. Raises `StripeRefusal`."""
        for wanted, pattern, names, run in self._routes:
            match = pattern.fullmatch(path)
            if match and wanted == method:
                given = {name: value for name, value in params.items() if name != "expand"}
                for name in given:
                    if name not in names:
                        raise unknown(name)
                found = run(given, *match.groups())
                return self._expanded(found, _each(params.get("expand")))
        raise StripeRefusal(404, f"Unrecognized request URL ({method}: {path}).")

    @staticmethod
    def _route(method: str, path: str, names: str, run: Callable[..., Object]) -> Route:
        pattern = re.compile("/v1/" + path.replace("{id}", "([A-Za-z0-9_]+)"))
        return method, pattern, frozenset(names.split()), run

    # Customers

    def _add_customer(self, params: Params) -> Object:
        made = self._store.add(
            "customer",
            email=params.get("email"),
            name=params.get("name"),
            description=params.get("description"),
            metadata=_metadata(params),
            invoice_prefix=f"NAT{self._store.count:05d}",
        )
        self._state.webhooks.emit("customer.created", made)
        return made

    def _customer(self, _params: Params, customer_id: str) -> Object:
        return self._store.get("customer", customer_id, deleted=True)

    def _delete_customer(self, _params: Params, customer_id: str) -> Object:
        """Their subscriptions end at once; only looking at them by id still answers."""
        customer = self._store.get("customer", customer_id)
        for each in list(self._store.all("subscription", customer=customer_id)):
            if each["status"] not in OVER:
                self._end_subscription({}, each["id"])
        customer["deleted"] = True
        return {"id": customer_id, "object": "customer", "deleted": True}

    def _set_customer(self, params: Params, customer_id: str) -> Object:
        customer = self._store.get("customer", customer_id)
        customer["metadata"] = _merged(customer["metadata"], params)
        customer |= {name: params[name] for name in ("email", "name", "description") if name in params}
        self._state.webhooks.emit("customer.updated", customer)
        return customer

    def _list_customers(self, params: Params) -> Object:
        wanted = {"email": params["email"]} if "email" in params else {}
        return self._page("customers", self._store.all("customer", **wanted), params)

    # Checkout and portal

    def _add_session(self, params: Params) -> Object:
        if params.get("mode") != "subscription":
            raise invalid("The stand-in offers mode=subscription only.", "mode")
        for name in ("line_items", "success_url"):
            if name not in params:
                raise required(name)
        price = self._store.get("price", str(_each(params["line_items"])[0].get("price")))
        customer = params.get("customer")
        if customer:
            self._store.get("customer", customer)
        data = params.get("subscription_data") or {}
        trial = int(data.get("trial_period_days") or 0)
        if "trial_period_days" in data and trial < 1:
            raise invalid("The minimum number of trial period days is 1.", "subscription_data")
        now = self._store.clock.second
        session_id = self._store.new_id("checkout.session")
        amount = 0 if trial else price["unit_amount"]
        return self._store.add(
            "checkout.session",
            session_id,
            mode="subscription",
            status="open",
            payment_status="unpaid",
            customer=customer,
            customer_email=params.get("customer_email"),
            client_reference_id=params.get("client_reference_id"),
            currency=price["currency"],
            amount_subtotal=amount,
            amount_total=amount,
            metadata=_metadata(params),
            success_url=params["success_url"],
            cancel_url=params.get("cancel_url"),
            payment_method_collection=params.get("payment_method_collection", "always"),
            expires_at=int(params.get("expires_at") or now + SESSION_LIFE),
            ui_mode=params.get("ui_mode", "hosted_page"),
            url=f"{self._state.page_url}/checkout/{session_id}",
            _price=price["id"],
            _subscription_data=data,
        )

    def _session(self, _params: Params, session_id: str) -> Object:
        return visible(self._store.get("checkout.session", session_id))

    def _list_sessions(self, params: Params) -> Object:
        wanted = {name: params[name] for name in ("customer", "status") if name in params}
        found = (visible(each) for each in self._store.all("checkout.session", **wanted))
        return self._page("checkout/sessions", found, params)

    def _expire_session(self, _params: Params, session_id: str) -> Object:
        return visible(self._state.expire(self._store.get("checkout.session", session_id)))

    def _add_portal(self, params: Params) -> Object:
        if "customer" not in params:
            raise required("customer")
        self._store.get("customer", params["customer"])
        session_id = self._store.new_id("billing_portal.session")
        return self._store.add(
            "billing_portal.session",
            session_id,
            customer=params["customer"],
            return_url=params.get("return_url"),
            flow=params.get("flow_data"),
            url=f"{self._state.page_url}/portal/{session_id}_{secrets.token_hex(8)}",
        )

    # Subscriptions and invoices

    def _add_subscription(self, params: Params) -> Object:
        price = self._store.get("price", str(_each(params.get("items"))[0].get("price")))
        behaviour = (params.get("trial_settings") or {}).get("end_behavior", {})
        return self._state.subscriptions.create(
            self._store.get("customer", params["customer"])["id"],
            price,
            metadata=_metadata(params),
            trial_days=int(params.get("trial_period_days") or 0),
            missing_payment_method=behaviour.get("missing_payment_method", "create_invoice"),
        )

    def _subscription(self, _params: Params, subscription_id: str) -> Object:
        return self._store.get("subscription", subscription_id)

    def _list_subscriptions(self, params: Params) -> Object:
        status = params.get("status", "not_canceled")
        found = []
        if "customer" in params:
            self._store.get("customer", params["customer"])
        for each in self._store.all("subscription"):
            ended = each["status"] in ("canceled", "incomplete_expired")
            if status == "not_canceled":
                fits = each["status"] != "canceled"
            elif status == "ended":
                fits = ended
            else:
                fits = status in ("all", each["status"])
            if fits and params.get("customer") in (None, each["customer"]):
                found.append(each)
        return self._page("subscriptions", found, params)

    def _set_subscription(self, params: Params, subscription_id: str) -> Object:
        subscription = self._store.get("subscription", subscription_id)
        fields: Params = {}
        if "metadata" in params:
            fields["metadata"] = _merged(subscription["metadata"], params)
        if "cancel_at_period_end" in params:
            fields |= self._state.cancelling(subscription, ending=truth(params["cancel_at_period_end"]))
        if "cancellation_details" in params:
            details = {**subscription["cancellation_details"], **params["cancellation_details"]}
            fields["cancellation_details"] = details
        price = None
        for item in _each(params.get("items")):
            if item.get("id") not in (None, subscription["items"]["data"][0]["id"]):
                raise invalid(f"No such subscription item: '{item['id']}'", "items[0][id]")
            if "price" in item:
                price = self._store.get("price", item["price"])
        date = params.get("proration_date")
        return self._state.subscriptions.change(
            subscription,
            price=price,
            proration_behavior=params.get("proration_behavior", "create_prorations"),
            proration_date=int(date) if date else None,
            payment_behavior=params.get("payment_behavior", "allow_incomplete"),
            fields=fields,
        )

    def _end_subscription(self, _params: Params, subscription_id: str) -> Object:
        subscription = self._store.get("subscription", subscription_id)
        return self._state.subscriptions.end(subscription, reason="cancellation_requested")

    def _list_invoices(self, params: Params) -> Object:
        wanted = {name: params[name] for name in ("customer", "status") if name in params}
        found = [
            each
            for each in self._store.all("invoice", **wanted)
            if params.get("subscription") in (None, subscription_of(each))
        ]
        return self._page("invoices", found, params)

    def _invoice(self, _params: Params, invoice_id: str) -> Object:
        return self._store.get("invoice", invoice_id)

    def _pay_invoice(self, _params: Params, invoice_id: str) -> Object:
        return self._state.pay(self._store.get("invoice", invoice_id))

    def _preview(self, params: Params) -> Object:
        if "subscription" not in params:
            raise required("subscription")
        subscriptions = self._state.subscriptions
        subscription = self._store.get("subscription", params["subscription"])
        details = params.get("subscription_details") or {}
        behaviour = details.get("proration_behavior", "create_prorations")
        date = details.get("proration_date")
        price = None
        for item in _each(details.get("items")):
            if "price" in item:
                price = self._store.get("price", item["price"])
        lines = []
        if price is not None and price["id"] != subscription["items"]["data"][0]["price"]["id"]:
            lines = subscriptions.proration(subscription, price, int(date) if date else None)
        if behaviour != "always_invoice":
            lines = [] if behaviour == "none" else lines
            lines = [*subscriptions.kept_for_next(subscription), *lines]
            lines.append(subscriptions.renewal(subscription, price))
        return self._state.invoices.draft(subscription, lines, "upcoming", keep=False)

    # What is sold

    def _add_price(self, params: Params) -> Object:
        recurring = params.get("recurring") or {"interval": "month"}
        return self._state.add_price(
            self._store.get("product", params["product"])["id"],
            int(params["unit_amount"]),
            lookup_key=params.get("lookup_key"),
            interval=recurring["interval"],
            nickname=params.get("nickname"),
        )

    def _price(self, _params: Params, price_id: str) -> Object:
        return self._store.get("price", price_id)

    def _list_prices(self, params: Params) -> Object:
        keys = set(_each(params.get("lookup_keys")))
        found = [
            each
            for each in self._store.all("price")
            if (not keys or each["lookup_key"] in keys)
            and params.get("product") in (None, each["product"])
            and ("active" not in params or truth(params["active"]) == each["active"])
        ]
        return self._page("prices", found, params)

    def _add_product(self, params: Params) -> Object:
        return self._store.add("product", name=params["name"], metadata=_metadata(params), active=True)

    def _product(self, _params: Params, product_id: str) -> Object:
        return self._store.get("product", product_id)

    def _list_products(self, params: Params) -> Object:
        return self._page("products", self._store.all("product"), params)

    # Meters

    def _add_meter(self, params: Params) -> Object:
        for name in ("display_name", "event_name", "default_aggregation"):
            if name not in params:
                raise required(name)
        if any(self._store.all("billing.meter", event_name=params["event_name"], status="active")):
            raise invalid(f"There is already an active meter for {params['event_name']}.", "event_name")
        mapping = {"event_payload_key": "stripe_customer_id", "type": "by_id"}
        return self._store.add(
            "billing.meter",
            display_name=params["display_name"],
            event_name=params["event_name"],
            default_aggregation=params["default_aggregation"],
            customer_mapping=params.get("customer_mapping", mapping),
            value_settings=params.get("value_settings", {"event_payload_key": "value"}),
            updated=self._store.clock.second,
        )

    def _list_meters(self, params: Params) -> Object:
        return self._page("billing/meters", self._store.all("billing.meter"), params)

    def _add_meter_event(self, params: Params) -> Object:
        name, payload = params.get("event_name"), params.get("payload") or {}
        if not any(self._store.all("billing.meter", event_name=name, status="active")):
            raise invalid(f"No active meter found for event name: {name}", "event_name")
        for key in ("stripe_customer_id", "value"):
            if key not in payload:
                raise required(f"payload[{key}]")
        self._store.get("customer", payload["stripe_customer_id"])
        now = self._store.clock.second
        at = int(params.get("timestamp") or now)
        if not now - METER_PAST <= at <= now + METER_FUTURE:
            raise invalid("The timestamp must be within the past 35 days or 5 minutes ahead.", "timestamp")
        identifier = params.get("identifier") or secrets.token_hex(16)
        if identifier in self._store.objects.get("billing.meter_event", {}):
            raise invalid(f"An event already exists with identifier {identifier}.", "identifier")
        return self._store.add(
            "billing.meter_event",
            identifier,
            event_name=name,
            identifier=identifier,
            payload={key: str(value) for key, value in payload.items()},
            timestamp=at,
        )

    # Events and webhooks

    def _event(self, _params: Params, event_id: str) -> Object:
        return self._store.get("event", event_id)

    def _list_events(self, params: Params) -> Object:
        types = {*_each(params.get("types"))} | ({params["type"]} if "type" in params else set())
        since = int((params.get("created") or {}).get("gte", 0))
        found = [
            each
            for each in self._store.all("event")
            if (not types or each["type"] in types) and each["created"] >= since
        ]
        return self._page("events", found, params)

    def _add_endpoint(self, params: Params) -> Object:
        for name in ("url", "enabled_events"):
            if name not in params:
                raise required(name)
        secret = f"whsec_{secrets.token_hex(16)}"
        made = self._store.add(
            "webhook_endpoint",
            url=params["url"],
            enabled_events=_each(params["enabled_events"]),
            description=params.get("description"),
            metadata=_metadata(params),
        )
        self._store.secrets[made["id"]] = secret
        return {**made, "secret": secret}

    def _list_endpoints(self, params: Params) -> Object:
        return self._page("webhook_endpoints", self._store.all("webhook_endpoint"), params)

    def _end_endpoint(self, _params: Params, endpoint_id: str) -> Object:
        self._store.get("webhook_endpoint", endpoint_id)
        del self._store.objects["webhook_endpoint"][endpoint_id]
        return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}

    # Common to all

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
            inner = [each.removeprefix("data.") for each in paths]
            return {**shown, "data": [self._expanded(each, inner) for each in shown["data"]]}
        for path in paths:
            name, _, rest = path.partition(".")
            kind = EXPANDABLE.get(name)
            if kind is None or name not in shown:
                raise invalid(f"This property cannot be expanded ({path}).", "expand")
            if isinstance(shown[name], str):
                inside = self._store.get(kind, shown[name])
                shown[name] = self._expanded(inside, [rest] if rest else [])
        return shown


def _each(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _metadata(params: Params) -> dict[str, str]:
    found = {name: str(value) for name, value in (params.get("metadata") or {}).items() if value != ""}
    if len(found) > MOST_PROPERTIES:
        raise invalid("Metadata takes up to 50 keys.", "metadata")
    return found


def _merged(old: dict[str, str], params: Params) -> dict[str, str]:
    """Metadata is merged by key; an empty value removes one."""
    given = params.get("metadata") or {}
    if not isinstance(given, dict):
        return {}
    return {name: value for name, value in {**old, **given}.items() if value != ""}
