"""NationBuilder's V2 API: a typed client on `requests`, with paging, filters, rate limit and errors."""

from nat.nationbuilder import spelling
from nat.nationbuilder.bodies import Sidepost
from nat.nationbuilder.client import NationBuilder
from nat.nationbuilder.documents import Collection, Document, Included, Page, Record, Reference
from nat.nationbuilder.limits import Limiter
from nat.nationbuilder.query import (
    PAGE_SIZE,
    Condition,
    FieldsQuery,
    Filter,
    Filters,
    HasValues,
    IndexQuery,
    between,
    where,
)
from nat.nationbuilder.transport import pooled_session, pooled_sessions

__all__ = [
    "PAGE_SIZE",
    "Collection",
    "Condition",
    "Document",
    "FieldsQuery",
    "Filter",
    "Filters",
    "HasValues",
    "Included",
    "IndexQuery",
    "Limiter",
    "NationBuilder",
    "Page",
    "Record",
    "Reference",
    "Sidepost",
    "between",
    "pooled_session",
    "pooled_sessions",
    "spelling",
    "where",
]
