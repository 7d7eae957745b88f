"""The public contract as a document."""

from collections.abc import Iterator
from pathlib import Path

import yaml

import store

TEXT = (Path(store.__file__).parent / "openapi.yaml").read_text()


def _calls_with_a_body() -> Iterator[tuple[str, set[str]]]:
    """The name of each call that takes a body, and the statuses that it may answer."""
    for calls in yaml.safe_load(TEXT)["paths"].values():
        for call in calls.values():
            if "requestBody" in call:
                yield call["operationId"], set(call["responses"])


def test_every_call_that_takes_a_body_may_find_it_malformed_or_too_large() -> None:
    calls = dict(_calls_with_a_body())
    assert "putCartItem" in calls
    assert [name for name, statuses in calls.items() if not {"400", "413"} <= statuses] == []


def test_no_line_of_the_contract_is_wider_than_a_page() -> None:
    assert [line for line in TEXT.splitlines() if len(line) > 120] == []
