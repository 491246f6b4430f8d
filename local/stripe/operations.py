"""What calls of the API change: customers, Checkout, subscriptions, meters, webhook endpoints.

Each operation is declared with its path and the names of the parameters it knows.
"""

import re
import secrets
from collections.abc import Callable
from typing import Any, Final

from local.stripe.errors import invalid, required
from local.stripe.forms import truth
from local.stripe.objects import Object
from local.stripe.state import State
from local.stripe.subscriptions import OVER, visible

Params = dict[str, Any]
Route = tuple[str, re.Pattern[str], frozenset[str], Callable[..., Object]]

ROUTES: Final[list[Route]] = []
"""Method, path, names of parameters, and the method of `Operations` that does it."""
MOST_PROPERTIES: Final = 50
SESSION_LIFE: Final = 24 * 3600
METER_PAST: Final = 35 * 86_400
METER_FUTURE: Final = 300


def path_pattern(path: str) -> re.Pattern[str]:
    """The paths of an operation; `{id}` is a group."""
    return re.compile("/v1/" + path.replace("{id}", "([A-Za-z0-9_]+)"))


def _route(
    method: str, path: str, names: str = ""
) -> Callable[[Callable[..., Object]], Callable[..., Object]]:
    def declare(run: Callable[..., Object]) -> Callable[..., Object]:
        ROUTES.append((method, path_pattern(path), frozenset(names.split()), run))
        return run

    return declare


class Operations:
    """Everything that changes something. Raises `StripeRefusal`."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._store = state.store

    @_route("POST", "customers", "email name metadata description")
    def add_customer(self, params: Params) -> Object:
        """Somebody who pays."""
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

    @_route("DELETE", "customers/{id}")
    def delete_customer(self, _params: Params, customer_id: str) -> Object:
        """Their subscriptions end at once; only looking at them by id still answers."""
        customer = self._store.get("customer", customer_id)
        for each in list(self._store.all("subscription", customer=customer_id)):
            if each["status"] not in OVER:
                self.end_subscription({}, each["id"])
        customer["deleted"] = True
        return {"id": customer_id, "object": "customer", "deleted": True}

    @_route(
        "POST",
        "checkout/sessions",
        "mode line_items customer customer_email client_reference_id metadata subscription_data "
        "success_url cancel_url payment_method_collection allow_promotion_codes ui_mode expires_at "
        "locale automatic_tax billing_address_collection tax_id_collection",
    )
    def add_session(self, params: Params) -> Object:
        """A Checkout session for one subscription."""
        if params.get("mode") != "subscription":
            raise invalid("The stand-in offers mode=subscription only.", "mode")
        for name in ("line_items", "success_url"):
            if name not in params:
                raise required(name)
        price = self._store.get("price", str(each(params["line_items"])[0].get("price")))
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

    @_route("POST", "checkout/sessions/{id}/expire")
    def expire_session(self, _params: Params, session_id: str) -> Object:
        """A session that nobody can pay any more."""
        return visible(self._state.expire(self._store.get("checkout.session", session_id)))

    @_route("POST", "billing_portal/sessions", "customer return_url flow_data configuration locale")
    def add_portal(self, params: Params) -> Object:
        """A page of Stripe's for card, invoices and cancellation."""
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

    @_route("POST", "subscriptions", "customer items metadata trial_period_days trial_settings")
    def add_subscription(self, params: Params) -> Object:
        """A subscription made without Checkout."""
        price = self._store.get("price", str(each(params.get("items"))[0].get("price")))
        behaviour = (params.get("trial_settings") or {}).get("end_behavior", {})
        return self._state.subscriptions.create(
            self._store.get("customer", params["customer"])["id"],
            price,
            metadata=_metadata(params),
            trial_days=int(params.get("trial_period_days") or 0),
            missing_payment_method=behaviour.get("missing_payment_method", "create_invoice"),
        )

    @_route(
        "POST",
        "subscriptions/{id}",
        "items metadata proration_behavior proration_date payment_behavior cancel_at_period_end "
        "cancellation_details",
    )
    def set_subscription(self, params: Params, subscription_id: str) -> Object:
        """Another price, metadata, or an end with the period."""
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
        for item in each(params.get("items")):
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

    @_route("DELETE", "subscriptions/{id}", "invoice_now prorate")
    def end_subscription(self, _params: Params, subscription_id: str) -> Object:
        """The end, now."""
        subscription = self._store.get("subscription", subscription_id)
        return self._state.subscriptions.end(subscription, reason="cancellation_requested")

    @_route("POST", "invoices/create_preview", "customer subscription subscription_details")
    def preview(self, params: Params) -> Object:
        """What a change would cost, as an invoice that is kept nowhere."""
        if "subscription" not in params:
            raise required("subscription")
        subscriptions = self._state.subscriptions
        subscription = self._store.get("subscription", params["subscription"])
        details = params.get("subscription_details") or {}
        behaviour = details.get("proration_behavior", "create_prorations")
        date = details.get("proration_date")
        price = None
        for item in each(details.get("items")):
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

    @_route(
        "POST",
        "billing/meters",
        "display_name event_name default_aggregation customer_mapping value_settings",
    )
    def add_meter(self, params: Params) -> Object:
        """Something that is counted."""
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

    @_route("POST", "billing/meter_events", "event_name payload identifier timestamp")
    def add_meter_event(self, params: Params) -> Object:
        """One count; an identifier is taken once."""
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

    @_route("POST", "webhook_endpoints", "url enabled_events description metadata api_version")
    def add_endpoint(self, params: Params) -> Object:
        """Where webhooks go, with the secret that signs them."""
        for name in ("url", "enabled_events"):
            if name not in params:
                raise required(name)
        secret = f"whsec_{secrets.token_hex(16)}"
        made = self._store.add(
            "webhook_endpoint",
            url=params["url"],
            enabled_events=each(params["enabled_events"]),
            description=params.get("description"),
            metadata=_metadata(params),
        )
        self._store.secrets[made["id"]] = secret
        return {**made, "secret": secret}

    @_route("DELETE", "webhook_endpoints/{id}")
    def end_endpoint(self, _params: Params, endpoint_id: str) -> Object:
        """Nobody is told there any more."""
        self._store.get("webhook_endpoint", endpoint_id)
        del self._store.objects["webhook_endpoint"][endpoint_id]
        return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}


def each(value: Any) -> list[Any]:
    """A parameter that may be one value or several."""
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
