"""Finding a platform by its stacks."""

import pytest

from nat.ops import place


def test_a_platform_that_is_not_there_is_named(embedded_aws: object) -> None:
    assert embedded_aws

    with pytest.raises(place.PlaceUnknown, match="Nat-nowhere-Automation"):
        place.find("Nat-nowhere")
