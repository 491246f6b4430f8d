"""Asking what was deployed from the outside."""

from contextlib import AbstractContextManager

from local.loopback import Request, Response, answering
from nat.ops.smoke import smoke

WELL = {
    "/": (200, "<!doctype html><html></html>"),
    "/config.json": (200, '{"brand": {"name": "Nat"}}'),
    "/v1/me": (401, "{}"),
    "/webhooks/stripe": (400, "{}"),
    "/oauth/callback": (400, ""),
    "/socket": (403, ""),
}


def front(answers: dict[str, tuple[int, str]]) -> AbstractContextManager[str]:
    """A server that answers each path in one way."""

    def answer(request: Request) -> Response:
        status, text = answers[request.path]
        return Response(status, text.encode())

    return answering(answer)


def test_a_front_that_answers_as_it_should_is_well() -> None:
    with front(WELL) as url:
        assert [each for each in smoke(url) if not each.well] == []


def test_a_bucket_that_answers_in_the_apis_place_is_noticed() -> None:
    """CloudFront without a behaviour for a path asks the bucket, which refuses."""
    with front({**WELL, "/webhooks/stripe": (403, "AccessDenied")}) as url:
        wrong = [each for each in smoke(url) if not each.well]

    assert [each.what for each in wrong] == ["the payment provider's door"]
    assert "403" in wrong[0].told


def test_an_address_where_nothing_listens_is_wrong_and_no_crash() -> None:
    assert not any(each.well for each in smoke("http://127.0.0.1:9"))


def test_an_api_that_answers_past_cloudfront_is_noticed() -> None:
    with front(WELL) as url, front({"/webhooks/stripe": (403, "{}")}) as api:
        assert all(each.well for each in smoke(url, api))

    with front(WELL) as url, front({"/webhooks/stripe": (400, "{}")}) as api:
        wrong = [each.what for each in smoke(url, api) if not each.well]

    assert wrong == ["the way past CloudFront"]
