"""What V2 refuses, and what the client does about it: errors of ours, renewals, waits, retries."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from nat import errors
from nat.nationbuilder import Limiter, NationBuilder
from nat.nationbuilder.documents import Record
from nat.nationbuilder.transport import ATTEMPTS
from tests.unit.nat.nationbuilder.loopback import HANG_UP, HTML, Answer, Reply, in_turn, record, serving

GOOD = Reply(body={"data": record("signups", 18)})
EXPIRED = Reply(
    401, {"code": "token_expired", "message": "The access token expired"}, kind="application/json"
)
LIMITED = Reply(429, {"message": "You have made too many requests."}, {"Retry-After": "0"})
TAKEN = {
    "errors": [
        {
            "code": "unprocessable_entity",
            "status": "422",
            "title": "Validation Error",
            "detail": "Tag has already been taken",
            "source": {"pointer": "/data/attributes/tag_id"},
            "meta": {"attribute": "tag_id", "message": "has already been taken", "code": "taken"},
        }
    ]
}
BLANK = {
    "errors": [{"code": "unprocessable_entity", "detail": "Name can't be blank", "meta": {"code": "blank"}}]
}
UNKNOWN_ATTRIBUTE = {
    "errors": [{"code": "bad_request", "title": "Request Error", "detail": "data.attributes.foo is unknown"}]
}

Call = Callable[[NationBuilder], object]


def read(v2: NationBuilder) -> object:
    return v2.show("signups", "18")


def write(v2: NationBuilder) -> object:
    return v2.update("signups", "18", {"note": "x"})


def run(answer: Answer, call: Call, **options: Any) -> tuple[object, int]:
    """What a call gave or raised, and how many requests it made."""
    options.setdefault("token", lambda: "token-1")
    options.setdefault("sleep", lambda _seconds: None)
    with serving(answer) as server:
        with NationBuilder("demo", base_url=server.base_url, timeout=(2.0, 2.0), **options) as nation:
            try:
                outcome = call(nation)
            except errors.NatError as error:
                outcome = error
        return outcome, len(server.requests)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(400, {"code": "bad_request", "message": "Tried to filter on :bogus"}), errors.QueryRejected),
        (Reply(400, {"code": "invalid_custom_field", "message": "unknown"}), errors.QueryRejected),
        (Reply(400, UNKNOWN_ATTRIBUTE), errors.QueryRejected),
        (Reply(406, {"message": "Not acceptable"}), errors.QueryRejected),
        (Reply(401, {"code": "unauthorized", "message": "no"}), errors.PermissionDenied),
        (Reply(401, {"errors": [{"code": "unauthorized"}]}), errors.PermissionDenied),
        (Reply(401, {"code": "token_upgrade_required", "message": "no"}), errors.TokenRejected),
        (Reply(401, {"message": "no"}), errors.TokenRejected),
        (EXPIRED, errors.TokenExpired),
        (Reply(403, {"message": "no"}), errors.PermissionDenied),
        (Reply(404, {"code": "not_found", "message": "Record not found"}), errors.RecordNotFound),
        (Reply(422, BLANK), errors.ValidationFailed),
        (Reply(429, {"message": "slow down"}, {"Retry-After": "3600"}), errors.RateLimited),
        (Reply(500, {"code": "server_error"}), errors.NationBuilderDown),
        (Reply(502, "<html>Bad gateway</html>", kind="text/html"), errors.NationBuilderDown),
        (
            Reply(403, "<html>cf_chl_opt</html>", {"cf-mitigated": "challenge"}, "text/html"),
            errors.NationBuilderDown,
        ),
        (HTML, errors.NationBuilderDown),
        (Reply(200, "{broken"), errors.NationBuilderDown),
        (HANG_UP, errors.NationBuilderDown),
    ],
    ids=lambda value: getattr(value, "status", None) or getattr(value, "__name__", ""),
)
def test_an_answer_becomes_an_error_of_the_house(reply: Reply, expected: type[errors.NatError]) -> None:
    outcome, _requests = run(in_turn(reply), read)

    assert type(outcome) is expected


@pytest.mark.parametrize("body", [BLANK, TAKEN, UNKNOWN_ATTRIBUTE, {"message": "vendor words"}])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500])
def test_no_error_shows_a_person_the_vendors_words(status: int, body: Any) -> None:
    outcome, _requests = run(in_turn(Reply(status, body)), write)

    assert isinstance(outcome, errors.NatError)
    for words in ("blank", "taken", "unknown", "vendor words"):
        assert words not in outcome.message


def test_a_validation_error_keeps_what_was_wrong() -> None:
    outcome, _requests = run(in_turn(Reply(422, BLANK)), write)

    assert isinstance(outcome, errors.ValidationFailed)
    assert outcome.details == ("Name can't be blank",)
    assert not outcome.taken


def test_already_taken_is_told_apart() -> None:
    outcome, _requests = run(in_turn(Reply(422, TAKEN)), write)

    assert isinstance(outcome, errors.ValidationFailed)
    assert outcome.taken


@pytest.mark.parametrize("call", [read, write])
def test_an_expired_token_is_renewed_once_and_the_request_repeated(call: Call) -> None:
    renewals: list[str] = []

    def renew() -> str:
        renewals.append("x")
        return "token-2"

    with (
        serving(in_turn(EXPIRED, GOOD)) as server,
        NationBuilder("demo", token=lambda: "token-1", renew=renew, base_url=server.base_url) as nation,
    ):
        call(nation)
        call(nation)

    assert renewals == ["x"]
    assert [each.headers["authorization"] for each in server.requests] == [
        "Bearer token-1",
        "Bearer token-2",
        "Bearer token-2",
    ]


def test_a_renewed_token_that_has_expired_too_is_not_renewed_in_a_loop() -> None:
    outcome, requests = run(in_turn(EXPIRED), read, renew=lambda: "token-2")

    assert isinstance(outcome, errors.TokenExpired)
    assert requests == 2


def test_requests_that_expire_together_renew_once() -> None:
    renewals: list[str] = []

    def renew() -> str:
        renewals.append("x")
        return "token-2"

    def answer(request: Any) -> Reply:
        if request.headers["authorization"] == "Bearer token-1":
            return EXPIRED
        ids = request["filter[id]"].split(",")
        return Reply(body={"data": [record("signups", each) for each in ids]})

    with (
        serving(answer) as server,
        NationBuilder("demo", token=lambda: "token-1", renew=renew, base_url=server.base_url) as nation,
    ):
        found = nation.find("signups", [str(each) for each in range(400)])

    assert len(found) == 400
    assert renewals == ["x"]


def test_nobody_renews_for_a_missing_permission() -> None:
    renewals: list[str] = []
    unauthorized = Reply(401, {"code": "unauthorized", "message": "no"})

    def renew() -> str:
        renewals.append("x")
        return "token-2"

    run(in_turn(unauthorized), read, renew=renew)

    assert renewals == []


@pytest.mark.parametrize(
    "trouble", [Reply(500, {}), Reply(503, {}), Reply(502, "<html>", kind="text/html"), HANG_UP, HTML]
)
def test_a_read_is_tried_again_after_trouble(trouble: Reply) -> None:
    outcome, requests = run(in_turn(trouble, GOOD), read)

    assert not isinstance(outcome, errors.NatError)
    assert requests == 2


def test_a_read_is_not_tried_forever() -> None:
    outcome, requests = run(in_turn(Reply(503, {})), read)

    assert isinstance(outcome, errors.NationBuilderDown)
    assert requests == ATTEMPTS


@pytest.mark.parametrize(
    "trouble", [Reply(500, {}), Reply(502, "<html>", kind="text/html"), HANG_UP, HTML, Reply(200, {})]
)
def test_a_write_without_a_clear_answer_is_uncertain_and_never_repeated(trouble: Reply) -> None:
    outcome, requests = run(in_turn(trouble, GOOD), write)

    assert isinstance(outcome, errors.WriteUncertain)
    assert requests == 1


def test_a_write_that_found_no_server_has_certainly_done_nothing() -> None:
    with serving(in_turn(GOOD)) as server:
        gone = server.base_url
    with (
        NationBuilder("demo", token=lambda: "t", base_url=gone) as nation,
        pytest.raises(errors.NationBuilderDown) as caught,
    ):
        write(nation)

    assert type(caught.value) is errors.NationBuilderDown


@pytest.mark.parametrize("call", [read, write])
def test_a_rate_limit_is_waited_for_because_nothing_was_done(call: Call) -> None:
    outcome, requests = run(in_turn(LIMITED, LIMITED, GOOD), call)

    assert not isinstance(outcome, errors.NatError)
    assert requests == 3


def test_a_rate_limit_holds_the_nations_other_requests_too() -> None:
    held: list[tuple[str, float]] = []

    class Listening(Limiter):
        def hold(self, nation: str, seconds: float) -> None:
            held.append((nation, seconds))

    limited = Reply(429, {"message": "slow down"}, {"Retry-After": "7"})
    run(in_turn(limited, GOOD), read, limiter=Listening())

    assert held == [("demo", 7.0)]


def test_a_wait_beyond_patience_is_told_instead() -> None:
    limited = Reply(429, {"message": "slow down"}, {"Retry-After": "31"})

    outcome, requests = run(in_turn(limited, GOOD), read)

    assert isinstance(outcome, errors.RateLimited)
    assert outcome.retry_after == 31.0
    assert requests == 1


def test_logs_hold_no_token_no_query_and_no_body(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="nat")
    body = {"data": [record("signups", 18, email="ada@example.org")], "meta": {}}

    run(
        in_turn(Reply(body=body)),
        lambda nation: nation.index("signups", filters={"email": "ada@example.org"}),
        token=lambda: "secret-token",
    )

    logged = [record for record in caplog.records if record.name.startswith("nat.")]
    text = " ".join(str(vars(record)) for record in logged)
    assert logged
    assert "secret-token" not in text
    assert "ada@example.org" not in text


def test_half_a_surrogate_pair_in_a_record_is_replaced_and_a_whole_one_is_a_character() -> None:
    halved = record("signups", 18, first_name="Zo\ud83d", note="\ud83d\ude00 \udc00")

    found, _ = run(in_turn(Reply(body={"data": halved})), lambda v2: v2.show("signups", "18").record)

    assert isinstance(found, Record)
    assert (found["first_name"], found["note"]) == ("Zo\ufffd", "😀 \ufffd")
