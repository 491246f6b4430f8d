"""Look-ups: mailings, web pages, custom fields."""

import html
import re
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import Limit, RecordId, Text, When, span_of
from nat.agent.tools.results import (
    Item,
    as_spelt,
    either,
    given,
    in_words,
    item,
    listed,
    local,
    long_text,
    noted,
    page_url,
    panel_link,
    span_words,
)
from nat.errors import BadRequest
from nat.nationbuilder import PAGE_SIZE, Filters, NationBuilder, Record, spelling, where
from nat.parallel import both, together

FIELDS_AT_MOST: Final = 1_000
PAGES_AT_MOST: Final = 1_000
BODY_CHARACTERS: Final = 4_000

PageStatus = Literal["archived", "deleted", "expired", "hidden", "published", "rule_violated", "unlisted"]


@tool(
    group="lookups",
    effect=Effect.READ,
    label="Looking at mailings",
    endpoints=("GET /mailings", "GET /broadcasters", "GET /lists"),
)
def list_mailings(
    v2: NationBuilder,
    *,
    query: Annotated[Text | None, Field(description="Part of the subject or name")] = None,
    sent: When | None = None,
    scheduled_only: Annotated[bool, Field(description="Still to be sent")] = False,
    broadcaster_id: Annotated[RecordId | None, Field(description="The sender")] = None,
    include_body: Annotated[bool, Field(description="Add the text; for few mailings")] = False,
    limit: Limit = 20,
) -> ToolOutcome:
    """Email blasts: subject, sender, list or tag they went to, when. V2 has no opens or clicks."""
    if scheduled_only and sent is not None:
        raise BadRequest("What is still to be sent was not sent in a period: leave out `sent`.")
    span = span_of(v2, sent)
    filters: Filters = given(
        published_at=span.condition(),
        broadcaster_id=broadcaster_id,
        send_at=where("gt", v2.now()) if scheduled_only else None,
    )
    read = partial(
        spelling.matching,
        v2,
        "mailings",
        query,
        filters=filters,
        extra_fields={"mailings": ("body_html",)} if include_body else None,
        sort=("send_at",) if scheduled_only else ("-created_at",),
        # V2 cannot be asked for what is not canceled, nor for two attributes at once: that is done here.
        page_size=max(limit, PAGE_SIZE) if query or scheduled_only else limit,
    )
    page = either([partial(read, attribute=each) for each in (("subject", "name") if query else ("name",))])
    records = [each for each in page.records if not scheduled_only or not each["canceled_at"]]
    if scheduled_only:
        records.sort(key=lambda each: each.moment("send_at") or v2.now())
    else:
        records.sort(key=lambda each: each.text("created_at"), reverse=True)
    shown = records[:limit]
    senders, lists = together(
        [
            partial(_names, v2, "broadcasters", [each["broadcaster_id"] for each in shown]),
            partial(_names, v2, "lists", [each["custom_list_id"] for each in shown]),
        ]
    )
    total = len(records) if page.complete else None if scheduled_only else page.total
    return listed(
        v2,
        [_mailing(v2, each, senders, lists, include_body) for each in shown],
        query=in_words(
            "mailings",
            f"subject or name contains “{query}”" if query else None,
            span_words(v2, span, "sent"),
            "scheduled" if scheduled_only else None,
            f"sender {broadcaster_id}" if broadcaster_id else None,
        ),
        total=total,
        complete=total is not None and len(shown) >= total,
        links=panel_link(v2, "dashboard", "Control panel"),
        note=as_spelt(query, records),
    )


@tool(
    group="lookups",
    effect=Effect.READ,
    label="Looking at web pages",
    endpoints=("GET /pages", "GET /sites"),
)
def list_pages(
    v2: NationBuilder,
    *,
    query: Annotated[Text | None, Field(description="Part of the name or slug")] = None,
    site_id: RecordId | None = None,
    status: PageStatus | None = None,
    page_type: Annotated[Text | None, Field(description="E.g. Basic, Event, Donation")] = None,
    limit: Limit = 20,
) -> ToolOutcome:
    """Find web pages with their public links, and the nation's sites."""
    filters: Filters = given(site_id=site_id, status=status)
    attributes = ("name", "slug") if query else ("name",)
    words = in_words(
        "web pages",
        f"name or slug contains “{query}”" if query else None,
        f"site {site_id}" if site_id else None,
        f"status {status}" if status else None,
        f"type {page_type}" if page_type else None,
    )
    read_sites = partial(v2.read_all, "sites", max_records=100)
    if page_type is None:
        read = partial(
            spelling.matching,
            v2,
            "pages",
            query,
            filters=filters,
            sort=("name",),
            page_size=max(limit, PAGE_SIZE) if query else limit,
        )
        sites, page = both(
            read_sites, partial(either, [partial(read, attribute=each) for each in attributes])
        )
        found, whole, total, scanned = list(page.records), page.complete, page.total, None
    else:
        # V2 does not filter by type: read what the other criteria find.
        scan = partial(v2.read_all, "pages", max_records=PAGES_AT_MOST, sort=("name",))
        near = [{**filters, **(spelling.containing(query, each) if query else {})} for each in attributes]
        sites, readings = both(read_sites, partial(together, [partial(scan, filters=each) for each in near]))
        every = {each.id: each for reading in readings for each in reading.records}
        found = [
            each
            for each in every.values()
            if each.text("page_type_name").casefold() == page_type.casefold()
            and (query is None or any(spelling.holds(each.text(name), query) for name in attributes))
        ]
        whole, scanned = all(reading.complete for reading in readings), len(every)
        total = len(found) if whole else None
    by_id = {site.id: site for site in sites.records}
    return listed(
        v2,
        [_page(v2, each, by_id) for each in found[:limit]],
        query=words,
        total=total,
        complete=whole and len(found) <= limit,
        links=panel_link(v2, "dashboard", "Control panel"),
        sites=[_site(each) for each in sites.records],
        scanned=scanned,
        note=noted("Types were matched in the pages scanned." if page_type else None, as_spelt(query, found)),
    )


@tool(
    group="lookups",
    effect=Effect.READ,
    label="Looking at custom fields",
    endpoints=("GET /custom_fields",),
)
def list_custom_fields(
    v2: NationBuilder, *, applies_to: Literal["Signup", "Donation"] | None = None
) -> ToolOutcome:
    """Custom fields with slug, kind and choices. Needed before filtering by one or writing one."""
    reading = v2.read_all(
        "custom_fields",
        max_records=FIELDS_AT_MOST,
        filters=given(resource_type=applies_to),
        sort=("position",),
    )
    items = [
        item(
            id=each.id,
            name=each.text("name") or each.text("slug"),
            slug=each["slug"],
            kind=each["field_type"],
            applies_to=each["resource_type"],
            choices=list((each["options"] or {}).values()),
        )
        for each in reading.records
    ]
    return listed(
        v2,
        items,
        query=in_words("custom fields", f"of {applies_to}" if applies_to else None),
        total=reading.total,
        complete=reading.complete,
        links=panel_link(v2, "dashboard", "Control panel"),
    )


def _names(v2: NationBuilder, resource: str, ids: list[str]) -> Mapping[str, str]:
    found = v2.find(resource, [str(each) for each in ids if each], fields={resource: ("name",)})
    return {key: record.text("name") for key, record in found.items()}


def _mailing(
    v2: NationBuilder,
    mailing: Record,
    senders: Mapping[str, str],
    lists: Mapping[str, str],
    include_body: bool,
) -> Item:
    list_id, sender_id = mailing.text("custom_list_id"), mailing.text("broadcaster_id")
    return item(
        id=mailing.id,
        name=mailing.text("name") or mailing.text("subject") or f"Mailing {mailing.id}",
        subject=mailing.text("subject"),
        preheader=mailing.text("preheader"),
        sender=senders.get(sender_id) or mailing.text("from"),
        audience=lists.get(list_id) or mailing.text("tag_list"),
        list=item(id=list_id, name=lists.get(list_id), panel_url=v2.panel_url("list", list_id)),
        tags=mailing.text("tag_list"),
        status=_mailing_status(v2, mailing),
        sent_at=local(v2, mailing.moment("published_at")),
        scheduled_at=local(v2, mailing.moment("send_at")),
        canceled_at=local(v2, mailing.moment("canceled_at")),
        created_at=local(v2, mailing.moment("created_at")),
        body=long_text(_as_text(mailing.text("body_html")), BODY_CHARACTERS) if include_body else None,
    )


def _mailing_status(v2: NationBuilder, mailing: Record) -> str:
    if mailing["canceled_at"]:
        return "canceled"
    if mailing["published_at"]:
        return "sent"
    due = mailing.moment("send_at")
    if due is not None and due > v2.now():
        return "scheduled"
    return "queued" if mailing["queued_at"] else "draft"


def _as_text(markup: str) -> str:
    """The words of an HTML mailing: enough to say what is in it."""
    text = re.sub(r"(?is)<(script|style|head)\b.*?</\1\s*>", " ", markup)
    text = re.sub(r"(?i)<(br|/p|/div|/h\d|/li|/tr)\b[^>]*>", "\n", text)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[ \t\xa0]+", " ", text)).strip()


def _page(v2: NationBuilder, page: Record, sites: Mapping[str, Record]) -> Item:
    site = sites.get(page.text("site_id"))
    domain = (site.text("domain") if site else "") or f"{v2.slug}.nationbuilder.com"
    path = page.text("url_path")
    return item(
        id=page.id,
        name=page.text("name") or page.text("slug") or f"Page {page.id}",
        panel_url=page_url(v2, page),
        public_url=f"https://{domain}/{path.lstrip('/')}" if path else None,
        slug=page["slug"],
        status=page["status"],
        type=page["page_type_name"],
        title=page["title"],
        site=site.text("name") if site else None,
        site_id=page["site_id"],
        permission_level=page["effective_permission_level"],
    )


def _site(site: Record) -> Item:
    return item(id=site.id, name=site.text("name") or site.text("slug"), domain=site["domain"])
