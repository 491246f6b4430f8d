"""What V2 can refuse or break, met by every read tool: one clear error, or the answer after all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from nat import errors
from nat.agent.tool import ArgumentsRejected
from nat.nationbuilder import NationBuilder
from tests.unit.nat.agent.tools.reading.calls import NOBODY, NOW, READ_TOOLS, run, usual


@pytest.fixture(scope="module")
def faulty() -> Iterator[RunningNationBuilder]:
    """A stand-in in which things go wrong."""
    with running_nationbuilder(seed_date=NOW) as server:
        yield server


@pytest.fixture(autouse=True)
def no_fault_is_left(faulty: RunningNationBuilder) -> Iterator[None]:
    yield
    faulty.standin.faults.clear()


@contextmanager
def client(
    server: RunningNationBuilder, token: str | None = None, renew: Callable[[], str] | None = None
) -> Iterator[NationBuilder]:
    chosen = token or server.access_token("demo")
    with NationBuilder(
        "demo",
        token=lambda: chosen,
        renew=renew,
        base_url=server.base_url,
        time_zone="America/New_York",
        now=lambda: NOW,
        sleep=lambda _seconds: None,
    ) as nation:
        yield nation


@pytest.mark.parametrize("name", READ_TOOLS)
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("not_found", errors.RecordNotFound),
        ("unauthorized", errors.PermissionDenied),
        ("forbidden", errors.PermissionDenied),
        ("token_expired", errors.TokenExpired),
        ("unprocessable", errors.ValidationFailed),
        ("cloudflare", errors.NationBuilderDown),
        ("service_unavailable", errors.NationBuilderDown),
        ("drop_before", errors.NationBuilderDown),
    ],
)
def test_a_lasting_fault_becomes_one_error_of_ours(
    faulty: RunningNationBuilder, name: str, fault: str, expected: type[errors.NatError]
) -> None:
    faulty.fault(fault, count=1000)

    with client(faulty) as nation, pytest.raises(expected) as caught:
        run(nation, name, **usual(faulty.nation("demo"))[name])

    assert type(caught.value) is expected
    assert "token" not in caught.value.message.lower()
    assert "<" not in caught.value.message


@pytest.mark.parametrize("name", READ_TOOLS)
@pytest.mark.parametrize("fault", ["rate_limited", "server_error", "bad_gateway", "cloudflare", "drop_after"])
def test_a_passing_fault_is_outlived(faulty: RunningNationBuilder, name: str, fault: str) -> None:
    arguments = usual(faulty.nation("demo"))[name]
    with client(faulty) as nation:
        untroubled = run(nation, name, **arguments)
        faulty.fault(fault, count=1)
        troubled = run(nation, name, **arguments)

    assert faulty.standin.faults.waiting == []
    assert troubled == untroubled


@pytest.mark.parametrize("name", READ_TOOLS)
def test_an_expired_token_is_renewed_once(faulty: RunningNationBuilder, name: str) -> None:
    renewals: list[str] = []

    def renew() -> str:
        renewals.append("renewed")
        return faulty.access_token("demo")

    stale = faulty.issue("demo", seconds=-1).access_token
    with client(faulty, stale, renew) as nation:
        outcome = run(nation, name, **usual(faulty.nation("demo"))[name])

    assert outcome.total != 0
    assert renewals == ["renewed"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("get_person", {"person_id": NOBODY}),
        ("get_person_timeline", {"person_id": NOBODY}),
        ("get_person_tags", {"person_ids": [NOBODY]}),
        ("list_people_with_tag", {"tag": "nobody has this tag"}),
        ("list_people_with_tag", {"tag": NOBODY, "count_only": True}),
        ("get_list", {"list_id": NOBODY}),
        ("list_list_members", {"list_id": NOBODY}),
        ("get_batch_status", {"token": "nosuchtoken"}),
        ("list_contacts", {"person_id": NOBODY}),
        ("list_contacts", {"author_id": NOBODY}),
        ("list_contacts", {"person_id": NOBODY, "count_only": True}),
        ("list_memberships", {"person_id": NOBODY, "count_only": True}),
        ("list_path_journeys", {"person_id": NOBODY, "count_only": True}),
        ("list_path_journeys", {"point_person_id": NOBODY}),
        ("list_petition_signatures", {"person_id": NOBODY, "count_only": True}),
        ("list_donations", {"page_id": NOBODY}),
        ("list_path_journeys", {"path_id": NOBODY}),
        ("list_path_journeys", {"step_id": NOBODY, "count_only": True}),
        ("list_memberships", {"type_id": NOBODY}),
        ("list_petition_signatures", {"petition_id": NOBODY}),
        ("list_petition_signatures", {"petition_id": NOBODY, "group_by": "day"}),
        ("list_donations", {"person_id": NOBODY}),
        ("list_donations", {"tracking_code": "no such code"}),
        ("get_donation", {"donation_id": NOBODY}),
        ("list_pledges", {"person_id": NOBODY}),
        ("get_event", {"event_id": NOBODY}),
        ("list_event_rsvps", {"event_id": NOBODY}),
        ("list_paths", {"path_id": NOBODY}),
        ("list_path_journeys", {"person_id": NOBODY}),
        ("list_memberships", {"person_id": NOBODY}),
        ("list_automations", {"automation_id": NOBODY}),
        ("list_automations", {"person_id": NOBODY}),
        ("list_surveys", {"survey_id": NOBODY}),
        ("list_surveys", {"question_id": NOBODY}),
        ("list_petition_signatures", {"person_id": NOBODY}),
        ("list_relationships", {"person_id": NOBODY}),
    ],
)
def test_a_record_that_does_not_exist_is_not_an_empty_answer(
    v2: NationBuilder, name: str, arguments: dict[str, object]
) -> None:
    with pytest.raises(errors.RecordNotFound):
        run(v2, name, **arguments)


@pytest.mark.parametrize(
    "name",
    ["list_donations", "get_donation", "summarize_donations", "list_tracking_codes", "list_pledges"],
)
def test_whoever_may_not_see_finances_is_told_so(faulty: RunningNationBuilder, name: str) -> None:
    user = next(
        each.signup_id
        for each in faulty.nation("demo").users.values()
        if each.permission_set == "no_finances"
    )

    with client(faulty, faulty.access_token("demo", user)) as nation, pytest.raises(errors.PermissionDenied):
        run(nation, name, **usual(faulty.nation("demo"))[name])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("get_person", {"person_id": "../lists"}),
        ("get_person", {"person_id": "1 OR 1"}),
        ("get_person", {}),
        ("search_people", {"surname": "Ada"}),
        ("search_people", {"limit": 101}),
        ("search_people", {"limit": 0}),
        ("search_people", {"support_level": [9]}),
        ("search_people", {"created": "fortnight"}),
        ("search_people", {"created": {"since": "2026-01-01"}}),
        ("get_person_tags", {"person_ids": []}),
        ("get_person_tags", {"person_ids": [str(each) for each in range(51)]}),
        ("summarize_donations", {"period": "today", "status": "refunded"}),
        ("list_relationships", {"person_id": "1", "type": "foes"}),
    ],
)
def test_arguments_outside_the_schema_are_refused_before_anything_is_sent(
    name: str, arguments: dict[str, object]
) -> None:
    with (
        NationBuilder("demo", token=lambda: "t", base_url="http://127.0.0.1:1") as nowhere,
        pytest.raises(ArgumentsRejected),
    ):
        run(nowhere, name, **arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("search_people", {"phone": "12"}),
        ("search_people", {"created": {"after": "soon"}}),
        ("list_contacts", {"since": "the other day"}),
        ("list_events", {"after": "2026-99-99"}),
        ("summarize_donations", {"period": "all_time", "compare_to": "previous_period"}),
    ],
)
def test_what_makes_no_sense_is_a_bad_request(
    v2: NationBuilder, name: str, arguments: dict[str, object]
) -> None:
    with pytest.raises(errors.BadRequest):
        run(v2, name, **arguments)


def test_an_id_may_come_as_a_number(v2: NationBuilder) -> None:
    assert run(v2, "get_person", person_id=20).data["items"][0]["id"] == "20"
