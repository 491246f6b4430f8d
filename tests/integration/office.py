"""A nation's NationBuilder as somebody sees it who looks into the control panel."""

from collections.abc import Mapping
from typing import Any

import requests

from local.machine import Machine

TIMEOUT = 15


class Office:
    """Reads the stand-in's records of one nation through V2, past Nat."""

    def __init__(self, machine: Machine, nation: str) -> None:
        self._url = f"{machine.vendors.nationbuilder_url.format(slug=nation)}/api/v2"
        self._token = machine.vendors.tokens(nation).access_token

    def tag_ids(self, name: str) -> list[str]:
        """Ids of the tags of this name: one, or none."""
        return [each["id"] for each in self._all("signup_tags", {"filter[name]": name})]

    def carriers(self, tag: str) -> list[str]:
        """Ids of the people who carry a tag, sorted; none if there is no such tag."""
        found = [
            str(each["attributes"]["signup_id"])
            for tag_id in self.tag_ids(tag)
            for each in self._all("signup_taggings", {"filter[tag_id]": tag_id})
        ]
        return sorted(found, key=int)

    def donors_over(self, cents: int) -> list[str]:
        """Ids of the people with a succeeded donation above an amount, sorted."""
        criteria = {"filter[status]": "succeeded", "filter[amount_in_cents][gt]": str(cents)}
        found = {str(each["attributes"]["signup_id"]) for each in self._all("donations", criteria)}
        return sorted(found, key=int)

    def _all(self, kind: str, criteria: Mapping[str, str]) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = requests.get(
                f"{self._url}/{kind}",
                params={**criteria, "page[size]": "100", "page[number]": str(page)},
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=TIMEOUT,
            )
            answer.raise_for_status()
            found = answer.json()["data"]
            records += found
            if len(found) < 100:
                return records
            page += 1
