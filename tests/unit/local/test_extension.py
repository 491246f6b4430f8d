"""The extension's package of a brand."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from config.customer import extension_id, load_customer
from config.loading import ConfigurationError
from local.extension import Addresses, addresses_of, build, extension_of
from nat_constructs.extension_build import LATEST, ExtensionBuild, pack

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "customers"
ADDRESSES = Addresses("https://app.civicdesk.example", "https://sign-in.example")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another brand's extension."""
    folder = tmp_path_factory.mktemp("extension") / "civic-desk"
    return build(load_customer("civic-desk", EXAMPLES), ADDRESSES, folder)


def test_it_asks_for_nothing_but_the_nation_the_app_and_the_sign_in(unpacked: Path) -> None:
    manifest = json.loads((unpacked / "manifest.json").read_text())

    assert manifest["permissions"] == ["storage", "identity", "scripting"]
    assert manifest["host_permissions"] == [
        "https://*.nationbuilder.com/*",
        "https://app.civicdesk.example/*",
        "https://sign-in.example/*",
    ]
    assert "web_accessible_resources" not in manifest


def test_it_bears_the_brands_name_and_no_other(unpacked: Path) -> None:
    assert json.loads((unpacked / "manifest.json").read_text())["name"] == "Civic Desk Assistant"
    for path in unpacked.rglob("*.*"):
        if path.suffix in {".js", ".json", ".css"}:
            assert not re.search(r"\bNat\b", path.read_text()), path.name


def test_the_script_of_every_page_is_small(unpacked: Path) -> None:
    """Two kilobytes compressed; the other budgets are in `benchmarks/client_sizes.py`."""
    with zipfile.ZipFile(pack(unpacked, unpacked.with_suffix(".zip"))) as package:
        assert package.getinfo("launcher.js").compress_size <= 2_048


def test_a_package_is_the_same_for_the_same_files_and_has_no_key(unpacked: Path) -> None:
    manifest = unpacked / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "key": "AAAA"}))

    one = pack(unpacked, unpacked.parent / "one.zip")
    other = pack(unpacked, unpacked.parent / "other.zip")

    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as package:
        assert "key" not in json.loads(package.read("manifest.json"))
        assert {"launcher.js", "panel.js", "conversation.js", "worker.js", "icons/128.png"} <= set(
            package.namelist()
        )


def test_a_site_has_the_latest_package_and_that_of_its_version_which_can_be_loaded(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = extension_of(load_customer("nat"), ADDRESSES)
    monkeypatch.setattr(ExtensionBuild, "unpack", lambda _self, _folder: unpacked)
    manifest = unpacked / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "key": "AAAA"}))

    made.publish(tmp_path)

    latest = tmp_path / LATEST
    assert latest.read_bytes() == (tmp_path / "extension" / f"{made.version}.zip").read_bytes()
    with zipfile.ZipFile(latest) as package:
        assert json.loads(package.read("manifest.json"))["key"] == "AAAA"


def test_another_brand_or_place_is_another_package() -> None:
    nat, civic_desk = load_customer("nat"), load_customer("civic-desk", EXAMPLES)

    digests = {
        extension_of(nat, ADDRESSES).digest,
        extension_of(civic_desk, ADDRESSES).digest,
        extension_of(nat, Addresses("https://app.other.example", ADDRESSES.login)).digest,
    }

    assert len(digests) == 3
    assert extension_of(nat, ADDRESSES).digest in digests


def test_the_key_gives_an_id_that_may_sign_in() -> None:
    customer = load_customer("nat")

    assert customer.extension_key is not None
    assert extension_id(customer.extension_key) in customer.extension_ids


def test_an_environment_without_a_domain_needs_the_apps_address() -> None:
    customer = load_customer("nat")

    with pytest.raises(ConfigurationError, match="AppUrl"):
        addresses_of(customer, "dev", None, None)
    assert addresses_of(customer, "dev", "https://d1.example/", None).app == "https://d1.example"
