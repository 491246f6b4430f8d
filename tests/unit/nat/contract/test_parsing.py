"""The one parser of what clients send: whole texts in one form, or a clear refusal."""

import json
from typing import Annotated

import pytest
from msgspec import Meta

from nat.contract.fields import Query, RequestBody, StrictBody
from nat.contract.messages import AskMessage
from nat.contract.parsing import is_blank, parse, parse_query
from nat.errors import BadRequest


class Note(RequestBody, frozen=True, kw_only=True):
    """Something with a text and more of it inside."""

    text: str
    more: dict[str, list[str]] | None = None


class Narrow(StrictBody, frozen=True, kw_only=True):
    """Something that has no other names."""

    text: str


class Page(Query, frozen=True, kw_only=True):
    """A page."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 30
    q: str | None = None


def test_texts_are_composed_at_every_depth_and_names_too() -> None:
    note = parse(json.dumps({"text": "Que\u0301bec", "more": {"e\u0301": ["e\u0301"]}}), Note)

    assert note == Note(text="Québec", more={"é": ["é"]})


@pytest.mark.parametrize("text", ["[2031] VIP", "2031", "Lee {volunteer}", "👩‍👩‍👧", "‎راشد"])
def test_brackets_digits_and_every_script_are_text(text: str) -> None:
    assert parse(json.dumps({"text": text}, ensure_ascii=False), Note).text == text


@pytest.mark.parametrize(
    "content",
    [
        b'{"text": "\\ud800"}',
        b'{"text": "\\udc00 and \\ud800"}',
        b'{"text": "x", "more": {"\\ud800": []}}',
        '{"text": "\ud800"}'.encode(errors="surrogatepass"),
        b'{"text": "\xff"}',
    ],
)
def test_half_a_surrogate_pair_and_what_is_not_utf_8_are_refused(content: bytes) -> None:
    with pytest.raises(BadRequest):
        parse(content, Note)


@pytest.mark.parametrize("content", [b"[", b"[]", b"7", b'{"text": NaN}', b"[" * 100_000, b"{} {}"])
def test_what_is_no_json_object_is_refused(content: bytes) -> None:
    with pytest.raises(BadRequest, match=r"The body is a JSON object\."):
        parse(content, Note)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "`text` is missing."),
        ({"text": 7}, "`text`: expected `str`, got `int`."),
        ({"text": "x", "more": {"a": [1]}}, "`more[...][0]`: expected `str`, got `int`."),
    ],
)
def test_a_refusal_names_what_is_wrong(body: dict[str, object], told: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse(json.dumps(body), Note)

    assert refused.value.message == told


def test_unknown_names_are_ignored_unless_a_body_says_that_it_has_no_others() -> None:
    assert parse(b'{"text": "x", "new": 1}', Note).text == "x"
    with pytest.raises(BadRequest):
        parse(b'{"text": "x", "new": 1}', Narrow)


def test_a_socket_message_goes_through_the_same_parser() -> None:
    with pytest.raises(BadRequest):
        parse(b'{"action": "ask", "turn": "t", "conversation": "c", "message": "\\ud83d"}', AskMessage)


@pytest.mark.parametrize("limit", ["1e1", "5.0", "+5", " 5", "٣", "", "0", "101", "99999999999"])
def test_a_number_of_a_query_is_written_in_digits_and_within_its_bounds(limit: str) -> None:
    with pytest.raises(BadRequest):
        parse_query({"limit": limit}, Page)


def test_a_query_has_numbers_composed_texts_and_defaults() -> None:
    assert parse_query({"limit": "7", "q": "e\u0301", "other": "x"}, Page) == Page(limit=7, q="é")
    assert parse_query({}, Page) == Page()


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\ufeff", "\x00\x07", "\u202e \u2066", "\u3164"])
def test_a_text_in_which_there_is_nothing_to_see_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(f"{text}é")


def test_half_a_surrogate_pair_in_a_query_is_refused() -> None:
    with pytest.raises(BadRequest):
        parse_query({"q": "\ud800"}, Page)
