"""What is in the archive that people get."""

import io
import json
import zipfile
from typing import Any

import requests

from nat.aws import clients
from nat.ids import NationSlug, UserId
from tests.unit.nat.privacy.estate import Estate


def opened(estate: Estate, key: str) -> dict[str, list[dict[str, Any]]]:
    body = clients.s3().get_object(Bucket=estate.bucket, Key=key)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {
            name.removesuffix(".jsonl"): [
                json.loads(line) for line in archive.read(name).decode().splitlines()
            ]
            for name in archive.namelist()
            if name.endswith(".jsonl")
        }


def test_a_person_gets_what_they_said_in_every_nation_and_nothing_of_others(estate: Estate) -> None:
    key, counts = estate.export().person(UserId(estate.member), "job-1")

    files = opened(estate, key)
    text = json.dumps(files)
    assert files["person"][0]["email"] == estate.email
    assert {each["nation_slug"] for each in files["memberships"]} == {estate.slug, estate.other}
    assert counts["conversations"] == len(files["conversations"]) == 12
    assert estate.owner not in text
    assert estate.former not in text


def test_a_nation_gets_everything_of_it_and_nothing_of_another(estate: Estate) -> None:
    key, _ = estate.export().nation(NationSlug(estate.slug), "job-1")

    files = opened(estate, key)
    assert len(files["conversations"]) == 18
    assert {"nation", "people", "usage", "automations", "slack", "audit", "actions"} <= {
        name for name, rows in files.items() if rows
    }
    assert estate.other not in json.dumps(files)


def test_the_archive_is_fetched_by_its_address(estate: Estate) -> None:
    export = estate.export()
    key, _ = export.person(UserId(estate.member), "job-1")

    answer = requests.get(export.address(key), timeout=60)

    assert answer.status_code == 200
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
