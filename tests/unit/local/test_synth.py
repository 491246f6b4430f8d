"""`make synth` names every combination and weighs the bundles of functions."""

import json
from pathlib import Path

from local.synth import Size, Target, sizes, targets


def test_every_environment_is_combined_with_every_customer() -> None:
    assert targets(["dev", "prod"], ["nat", "acme"]) == [
        Target("dev", "nat"),
        Target("dev", "acme"),
        Target("prod", "nat"),
        Target("prod", "acme"),
    ]


def test_a_bundle_is_weighed_unpacked_and_zipped(tmp_path: Path) -> None:
    (tmp_path / "asset.1").mkdir()
    (tmp_path / "asset.1" / "code.py").write_text("x" * 10_000)
    resources = {
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Metadata": {"aws:asset:path": "asset.1", "aws:cdk:path": "Api/Requests/Resource"},
        },
        "Inline": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "pass"}}},
        "Queue": {"Type": "AWS::SQS::Queue"},
    }
    (tmp_path / "Api.template.json").write_text(json.dumps({"Resources": resources}))

    (found,) = sizes(tmp_path)

    assert (found.function, found.unpacked) == ("Api/Requests", 10_000)
    assert isinstance(found, Size)
    assert 0 < found.zipped < 1_000
