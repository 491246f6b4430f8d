"""The embedded user pool marks an address as verified once its mailed code came back."""

from typing import Any

import pytest

from local.aws.proven_addresses import prove

POOL = {"AutoVerifiedAttributes": ["email"]}


def attributes(**given: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in given.items()]


@pytest.mark.parametrize("before", [{}, {"email_verified": "false"}])
def test_a_confirmed_address_is_verified(before: dict[str, str]) -> None:
    user = {"Attributes": attributes(sub="1", email="a@b.example", **before)}

    prove(user, POOL)

    assert user["Attributes"] == attributes(sub="1", email="a@b.example", email_verified="true")


@pytest.mark.parametrize(
    "pool", [{}, {"AutoVerifiedAttributes": None}, {"AutoVerifiedAttributes": ["phone"]}]
)
def test_a_pool_that_verifies_no_addresses_marks_none(pool: dict[str, Any]) -> None:
    user = {"Attributes": attributes(email="a@b.example")}

    prove(user, pool)

    assert user["Attributes"] == attributes(email="a@b.example")


def test_who_has_no_address_proves_none() -> None:
    user = {"Attributes": attributes(sub="1")}

    prove(user, POOL)

    assert user["Attributes"] == attributes(sub="1")
