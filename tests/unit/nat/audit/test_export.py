"""Exports of the audit log: complete or said not to be, and harmless in a spreadsheet."""

import csv
import io
import json

import pytest

from nat.audit import export as exports
from nat.audit.entry import AuditKind
from nat.audit.export import export
from nat.audit.log import EVERYTHING, Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.ids import NationSlug
from nat.settings import TableNames


@pytest.fixture
def audit(tables: TableNames) -> Audit:
    return Audit(Store(clients.dynamodb(), tables))


def test_csv_has_a_row_for_each_entry_and_holds_the_chain(audit: Audit) -> None:
    first = audit.append(NationSlug("acme"), AuditKind.CONNECTED, by="ann", summary="NationBuilder")
    second = audit.append(
        NationSlug("acme"), AuditKind.ROLE_CHANGED, by="ann", about="bob", details={"to": "admin"}
    )
    assert first is not None
    assert second is not None

    text = export(audit, NationSlug("acme"), EVERYTHING, "csv").text

    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["number"] for row in rows] == ["2", "1"]
    assert rows[0]["details"] == '{"to":"admin"}'
    assert rows[0]["previous"] == rows[1]["hash"] == first.hash


def test_csv_escapes_what_a_spreadsheet_would_run(audit: Audit) -> None:
    audit.append(
        NationSlug("acme"),
        AuditKind.TOOL_WRITE,
        by="ann",
        summary='=HYPERLINK("http://evil")',
        about="@SUM(1)",
    )

    [row] = csv.DictReader(
        io.StringIO(export(audit, NationSlug("acme"), EVERYTHING, "csv").text.removeprefix("\ufeff"))
    )

    assert row["summary"] == '\'=HYPERLINK("http://evil")'
    assert row["about"] == "'@SUM(1)"


def test_json_holds_entries_and_says_that_it_is_complete(audit: Audit) -> None:
    entry = audit.append(NationSlug("acme"), AuditKind.REVOKED, by="ann", summary="Slack")
    assert entry is not None

    body = json.loads(export(audit, NationSlug("acme"), EVERYTHING, "json").text)

    assert (body["nation_slug"], body["complete"], body["next"]) == ("acme", True, None)
    assert body["entries"] == [entry.as_body()]


def test_what_one_file_does_not_hold_follows_in_the_next(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        audit.append(NationSlug("acme"), AuditKind.REVOKED, by="ann", summary=f"deed {number}" + "x" * 300)
    monkeypatch.setattr(exports, "MOST_BYTES", 1_500)

    first = export(audit, NationSlug("acme"), EVERYTHING, "json")
    second = export(audit, NationSlug("acme"), EVERYTHING, "json", after=first.next)

    bodies = [json.loads(each.text) for each in (first, second)]
    assert bodies[0]["complete"] is False
    assert [each["number"] for body in bodies for each in body["entries"]] == [5, 4, 3, 2, 1][
        : first.entries + second.entries
    ]
    assert first.entries < 5
