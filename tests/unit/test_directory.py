import json
from pathlib import Path

import pytest

from testbed.platforms.platform import Hop
from testbed.platforms.store.directory import Directory

CATALOG = ["http://127.0.0.1:1", "http://127.0.0.1:2"]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {role: tmp_path / role for role in ("carts", "storefront")}


def _past(url: str) -> str:
    return f"past-{url}"


def test_only_the_caller_of_a_hop_is_led_past_something(files: dict[str, Path]) -> None:
    directory = Directory(files)
    directory.tell({"catalog": CATALOG, "search": ["http://127.0.0.1:3"]})
    directory.lead({Hop("carts", "catalog"): _past})
    seen = {role: json.loads(file.read_text()) for role, file in files.items()}
    assert seen["carts"] == {"catalog": [*map(_past, CATALOG)], "search": ["http://127.0.0.1:3"]}
    assert seen["storefront"]["catalog"] == CATALOG
    directory.lead_back([Hop("carts", "catalog")])
    assert json.loads(files["carts"].read_text())["catalog"] == CATALOG


def test_an_instance_that_returns_elsewhere_is_found_on_the_same_way(
    files: dict[str, Path],
) -> None:
    directory = Directory(files)
    directory.tell({"catalog": CATALOG})
    directory.lead({Hop("carts", "catalog"): _past})
    directory.tell({"catalog": ["http://127.0.0.1:9"]})
    assert json.loads(files["carts"].read_text()) == {"catalog": ["past-http://127.0.0.1:9"]}
