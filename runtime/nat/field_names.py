"""What NationBuilder calls the fields of its records, in words for people: English here, by attribute of V2.

The words have keys (`field.<attribute>`) like all that the platform says, so clients have them in other
languages. Slugs of custom fields are a nation's own words and stay as they are.
"""

from collections.abc import Mapping
from typing import Final

_OTHERWISE: Final[Mapping[str, str]] = {
    "activity_author_id": "logged by",
    "amount_in_cents": "amount",
    "capacity_count": "capacity",
    "content": "description",
    "current_step_id": "step",
    "donation_tracking_code_id": "tracking code",
    "due_date": "due",
    "duration": "length",
    "expires_on": "expires",
    "guests_count": "guests",
    "is_private": "privacy",
    "journey_status": "journey",
    "page_status": "page status",
    "payment_type_name": "payment type",
    "people_tagged": "people tagged",
    "sends_auto_response": "automatic answer",
    "signup_id": "person",
    "start_at": "time",
    "succeeded_at": "date",
    "value_amount": "value",
    "venue_name": "venue",
}
"""Where the words are not those of the attribute."""
_PARAMETERS: Final[Mapping[str, str]] = {
    "action": "action",
    "allow_duplicate": "even if there is one already",
    "amount_cents": "amount in cents",
    "attended": "attended",
    "cancelled": "cancelled",
    "capacity": "places",
    "create_missing": "make missing tags",
    "description": "about",
    "duration_minutes": "length in minutes",
    "guests": "guests besides",
    "kind": "kind",
    "method": "method",
    "new_name": "new name",
    "notify_member": "tell the member",
    "private": "private",
    "received_at": "received",
    "send_auto_response": "answer automatically",
    "send_receipt": "email a receipt",
    "step_due_date": "step due",
    "text": "answer",
    "tracking_code": "code",
    "type": "type",
    "value": "worth",
    "volunteer": "volunteers",
}
"""What a card lets somebody edit and is no attribute: parameters of the tools that change something."""
_AS_CALLED: Final = (
    "address1", "address2", "address3", "author_id", "availability", "billing_address", "born_at", "canceled",
    "check_number", "city", "contact_method", "contact_status", "country_code", "county", "do_not_call",
    "do_not_contact", "email", "email1", "email1_is_bad", "email2", "email2_is_bad", "email3",
    "email3_is_bad", "email4", "email4_is_bad", "email_opt_in", "employer", "ethnicity", "event_id",
    "fax_number", "first_name", "headline", "home_address", "inferred_support_level", "is_deceased",
    "is_donor", "is_fundraiser", "is_mobile_bad", "is_profile_private", "is_prospect", "is_supporter",
    "is_volunteer",
    "language", "last_name", "legal_name", "list", "mailing_address", "marital_status", "membership_type_id",
    "middle_name", "mobile_number", "mobile_opt_in", "name", "note", "occupation", "outcome", "parent_id",
    "party", "party_member", "path_id", "path_step_id", "people", "phone_number", "phone_time", "pledge_id",
    "prefix", "previous_party", "primary_email_id", "priority_level", "profile_content", "profile_headline",
    "recruiter_id", "registered_address", "registered_at", "religion", "sex", "slug",
    "started_at", "state", "status", "status_reason", "suffix", "support_level", "tag", "time_zone", "title",
    "user_submitted_address", "venue_address", "work_address", "work_phone_number", "zip",
)  # fmt: skip


def in_words(attribute: str) -> str:
    """An attribute's name without underscores."""
    return attribute.replace("_", " ").removesuffix(" id")


FIELD_NAMES: Final[Mapping[str, str]] = {
    **{each: in_words(each) for each in _AS_CALLED},
    **_OTHERWISE,
    **_PARAMETERS,
}
"""English by attribute or parameter."""
