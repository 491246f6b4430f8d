"""Pages and the resources that own one: petitions, suggestion boxes, suggestions."""

from typing import Any, Final

from local.nationbuilder.bodies import blank
from local.nationbuilder.errors import problem
from local.nationbuilder.rules.change import Change, Rules, slug_of
from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation

LEVELS: Final = ("anyone", "logged_in", "members", "control_panel_users", "admins")
"""Permission levels from open to strict."""

PAGE_TYPES: Final = {
    "events": "Event",
    "petitions": "Petition",
    "suggestion_boxes": "Suggestion Box",
    "suggestions": "Suggestion",
}
"""The page type that a resource's page has; every other page is Basic."""


def derived(nation: Nation, values: Any) -> dict[str, Any]:
    """Path and permissions of a page, which follow from it and its parents."""
    parent = nation["pages"].get(values("parent_id"))
    own = values("permission_level")
    inherited = None if parent is None else parent["effective_permission_level"]
    strictest = max(own, inherited or own, key=LEVELS.index) if own in LEVELS else own
    return {
        "url_path": f"/{values('slug')}",
        "parent_slug": None if parent is None else parent["slug"],
        "ancestors_permission_level": inherited,
        "effective_permission_level": strictest,
    }


def _page(change: Change) -> None:
    expected = PAGE_TYPES.get(change.by or "", "Basic")
    if change.creating:
        change.set_default("page_type_name", expected)
        change.set_default("slug", slug_of(change.get("name") or ""))
        change.set_default("title", change.get("name"))
        change.set_default("status", "unlisted")
        change.set_default("permission_level", "anyone")
        change.set_default("author_id", change.author_id)
        if change.values["page_type_name"] != expected:
            change.problems.append(
                problem("page_type_name", f'value must be one of ["{expected}"]', "inclusion")
            )
    change.require_unique("site_id", "slug", pointer="slug")
    if change.get("status") == "published" and change.get("published_at") is None:
        change.values["published_at"] = change.now
    change.values |= derived(change.nation, change.get)


def _page_saved(change: Change, row: Row) -> None:
    for child in change.nation["pages"].where("parent_id", row["id"]):
        if child["id"] != row["id"]:
            change.writes.update("pages", child["id"], {"name": child["name"]})


def require_page(change: Change) -> None:
    """A new record of this type needs a page, made by sidepost."""
    if change.creating and change.get("page_id") is None:
        change.problems.append(blank("page"))


def remove_page(nation: Nation, row: Row) -> None:
    """The page goes with the record that owns it [inferred]."""
    if nation["pages"].get(row["page_id"]) is not None:
        nation["pages"].delete(row["page_id"])


def _signature(change: Change) -> None:
    petition = change.nation["petitions"].get(change.get("petition_id"))
    if change.creating and petition is not None:
        change.values["page_id"] = petition["page_id"]
    change.require_unique("signup_id", "petition_id", pointer="signup_id")


def _signature_saved(change: Change, row: Row) -> None:
    if change.creating and change.switches.get("trigger_autoresponses"):
        change.effect("petition_autoresponse", row, row["signup_id"])


def _own_page(change: Change, site_id: str | None) -> None:
    """Suggestions and their boxes make their page themselves; there is no page relationship to sidepost."""
    name = change.get("name") or change.get("headline")
    if not change.creating or change.problems or not name or not site_id:
        return
    values = {"name": name, "slug": change.get("slug"), "status": change.get("status"), "site_id": site_id}
    page = change.writes.create("pages", values, by=change.resource.type)
    change.values["page_id"] = page["id"]


def _suggestion_box(change: Change) -> None:
    change.set_default("slug", slug_of(change.get("name") or ""))
    change.set_default("title", change.get("name"))
    for name in ("allow_image", "require_image"):
        change.set_default(name, False)
    for name in (
        "send_auto_responses",
        "send_official_response_notifications",
        "send_response_notifications",
    ):
        change.set_default(name, True)
    change.require_unique("external_id", pointer="external_id")
    change.require_unique("slug", pointer="slug")
    _own_page(change, change.get("site_id"))


def _suggestion(change: Change) -> None:
    change.set_default("slug", slug_of(change.get("headline") or ""))
    change.set_default("status", "published")
    change.set_default("response_type_id", 7)
    change.require_unique("external_id", pointer="external_id")
    change.require_unique("slug", pointer="slug")
    change.require_one_of("response_type_id", tuple(range(8)))
    change.values["has_image"] = False
    if change.changes("official_response") and change.values["official_response"]:
        if change.get("responded_at") is None:
            change.values["responded_at"] = change.now
        change.set_default("response_author_id", change.author_id)
    change.values["is_responded"] = bool(change.get("official_response"))
    box = change.nation["suggestion_boxes"].get(change.get("suggestion_box_id"))
    if box is not None:
        change.values["site_id"] = box["site_id"]
        _own_page(change, box["site_id"])


def _suggestion_saved(change: Change, row: Row) -> None:
    if change.switches.get("notify_followers"):
        change.effect("suggestion_notice", row, None)


RULES: Final[dict[str, Rules]] = {
    "pages": Rules(required=("name", "site_id", "slug", "title", "status"), prepare=_page, saved=_page_saved),
    "petitions": Rules(
        prepare=require_page, removed=remove_page, deletes=(("petition_signatures", "petition_id"),)
    ),
    "petition_signatures": Rules(
        required=("petition_id", "signup_id"), prepare=_signature, saved=_signature_saved
    ),
    "suggestion_boxes": Rules(
        required=("site_id", "name", "status"),
        prepare=_suggestion_box,
        removed=remove_page,
        deletes=(("suggestions", "suggestion_box_id"),),
    ),
    "suggestions": Rules(
        required=("suggestion_box_id", "headline"),
        prepare=_suggestion,
        saved=_suggestion_saved,
        removed=remove_page,
    ),
}
