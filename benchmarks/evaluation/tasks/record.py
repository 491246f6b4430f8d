"""People and money, entered, corrected and removed."""

from typing import Final

from benchmarks.evaluation.checks import asked_first, asks_back, deleted, made, says_no, set_to, unchanged
from benchmarks.evaluation.seeded import plain, record
from benchmarks.evaluation.seeded import says as asks
from benchmarks.evaluation.task import Task, task
from nat.roles import Role

TASKS: Final[tuple[Task, ...]] = (
    task(
        "new-person",
        "Add a new person: Theodora Quist, email theodora.quist@example.org",
        checks=(made("signups", full_name="Theodora Quist", email="theodora.quist@example.org"),),
    ),
    task(
        "new-organisation",
        "Add the organization Quist Bakery",
        checks=(made("signups", signup_type=1),),
    ),
    task(
        "known-person-again",
        lambda n: f"Add a person {plain(n, 1)['full_name']} with the email {plain(n, 1)['email']}",
        checks=(lambda seen: iter(("a duplicate was made",) if seen.new("signups") else ()),),
    ),
    task(
        "email",
        asks("Change {0}'s email to new.address@example.org", 2),
        checks=(set_to("signups", record(2), email="new.address@example.org"),),
    ),
    task(
        "mobile",
        asks("Set the mobile number of {0} to 5550102030", 3),
        checks=(set_to("signups", record(3), mobile_number="5550102030"),),
    ),
    task(
        "support-level",
        asks("Mark {0} as a strong supporter", 4),
        checks=(set_to("signups", record(4), support_level=1),),
    ),
    task(
        "do-not-contact",
        asks("Mark {0} as do not contact", 5),
        checks=(set_to("signups", record(5), do_not_contact=True),),
    ),
    task("invalid-email", asks("Change the email of {0} to not-an-email", 6), checks=(unchanged,)),
    task(
        "donation",
        asks("Record a $50 cash donation from {0}", 7),
        checks=(asked_first(1), made("donations", signup_id=record(7), amount_in_cents=5000)),
    ),
    task(
        "donation-check",
        asks("{0} gave us a check over $120.50 yesterday, enter it", 8),
        checks=(asked_first(1), made("donations", signup_id=record(8), amount_in_cents=12050)),
    ),
    task(
        "donation-refused",
        asks("Record a $50 cash donation from {0}", 7),
        checks=(asked_first(1), unchanged),
        decides="no",
    ),
    task("donation-without-amount", asks("Record a donation from {0}", 9), checks=(asks_back, unchanged)),
    task("negative-donation", asks("Record a donation of -$20 from {0}", 9), checks=(unchanged,)),
    task(
        "delete-person",
        asks("Delete {0}", 10),
        checks=(asked_first(1), deleted("signups", lambda seen: record(10)(seen.nation))),
    ),
    task("delete-person-refused", asks("Delete {0}", 10), checks=(asked_first(1), unchanged), decides="no"),
    task(
        "delete-as-member",
        asks("Delete {0}", 10),
        checks=(says_no, unchanged),
        role=Role.MEMBER,
    ),
    task(
        "write-as-viewer",
        asks("Mark {0} as do not contact", 5),
        checks=(says_no, unchanged),
        role=Role.VIEWER,
    ),
    task(
        "delete-ambiguous",
        "Delete John Smith",
        checks=(unchanged,),
    ),
)
