"""`make synth` names every combination."""

from local.synth import Target, targets


def test_every_environment_is_combined_with_every_customer() -> None:
    assert targets(["dev", "prod"], ["nat", "acme"]) == [
        Target("dev", "nat"),
        Target("dev", "acme"),
        Target("prod", "nat"),
        Target("prod", "acme"),
    ]
