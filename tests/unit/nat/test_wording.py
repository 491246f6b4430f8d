"""What the platform says by key: English, parameters, and what becomes of both on the way to people."""

import copy
import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nat.changes.plan import Change
from nat.contract.events import Envelope, Progress, wording_of
from nat.errors import NatError
from nat.wording import MESSAGES, Worded, places, wordings

RUNTIME = Path(__file__).parents[3] / "runtime" / "nat"
PRODUCT = re.compile(r"\bNat\b")


def test_a_sentence_is_its_english() -> None:
    assert Worded("change.tag_people", people=23, tag="new") == "Tag 23 people as “new”"
    assert Worded("change.tag_people", people=1, tag="new") == "Tag 1 person as “new”"
    assert Worded("change.tag_people", people=1_234, tag="new") == "Tag 1,234 people as “new”"


def test_a_place_that_is_not_filled_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Worded("change.tag_people", people=2)


def test_a_record_that_looks_like_a_place_stays_text() -> None:
    assert Worded("change.delete_person", name="{tag|#|#}") == "Delete {tag|#|#} for good"


def test_sentences_within_sentences_keep_their_keys() -> None:
    change = Worded("change.delete_person", name="Ada")

    assert Worded("change.undo", change=change).wording == {
        "key": "change.undo",
        "parameters": {"change": {"key": "change.delete_person", "parameters": {"name": "Ada"}}},
    }


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_a_copy_knows_its_key(copied: object) -> None:
    assert callable(copied)
    assert copied(Worded("warning.past")).wording == {"key": "warning.past", "parameters": {}}


def test_constants_are_known_by_their_text_and_others_are_not() -> None:
    known = Worded.constant(MESSAGES["result.gone"])

    assert wordings([known, "the record is odd"]) == {str(known): {"key": "result.gone", "parameters": {}}}


def test_no_two_keys_say_the_same_and_no_place_stands_twice_in_two_ways() -> None:
    assert len(set(MESSAGES.values())) == len(MESSAGES)
    assert all(places(each) or "{" not in each for each in MESSAGES.values())


def test_a_frozen_change_comes_back_with_its_keys_and_the_same_fingerprint() -> None:
    summary = Worded("change.delete_person", name="Ada")
    change = Change("t", {}, summary, (), 1, words=wordings([summary]))

    again = Change.from_plain(json.loads(change.as_json()))

    assert again.fingerprint == change.fingerprint
    assert wordings([again.worded(again.summary)]) == {"Delete Ada for good": summary.wording}


def test_a_change_without_keys_has_the_fingerprint_of_before() -> None:
    assert "words" not in json.loads(Change("t", {}, "Delete Ada", (), 1).as_json())


def test_an_event_carries_the_key_and_comes_back_with_it() -> None:
    label = Worded("change.delete_person", name="Ada")
    event = Envelope("t1", 1, 1, Progress(str(label), 1, 2, wording=wording_of(label)))

    wire = json.loads(json.dumps(event.as_wire()))

    assert wire["wording"] == label.wording
    assert Envelope.from_wire(wire) == event


def test_what_has_no_key_says_nothing_of_one() -> None:
    assert "wording" not in Envelope("t1", 1, 1, Progress("Working", 1, 2)).as_wire()


def test_no_sentence_names_the_product_because_every_brand_says_it() -> None:
    assert not [key for key, text in MESSAGES.items() if PRODUCT.search(text)]
    labels = re.findall(r'label="([^"]*)"', "".join(map(Path.read_text, (RUNTIME / "agent").rglob("*.py"))))
    assert labels
    assert not [each for each in labels if PRODUCT.search(each)]
    assert not [each for each in kinds_of(NatError) if PRODUCT.search(each.default)]


def kinds_of(error: type[NatError]) -> Iterator[type[NatError]]:
    yield error
    for each in error.__subclasses__():
        yield from kinds_of(each)
