"""The doctor says whether the platform would work, and if not why."""

import pytest
from emulated_api import EmulatedApi

from experiment.errors import InputError, RunError
from testbed.platforms.kubernetes import checks

NAMED = {"TWINSTACK_KUBE_CONTEXT": "emulated"}


def test_a_cluster_that_permits_all_is_found_with_its_version(api: EmulatedApi) -> None:
    assert checks.kubernetes(NAMED) == "context emulated, v1.34.0-emulated"


@pytest.mark.parametrize("right", checks.ALLOWED)
def test_what_is_not_permitted_is_named(api: EmulatedApi, right: str) -> None:
    api.forbidden.add(right)
    with pytest.raises(InputError, match=f"does not permit to {right}"):
        checks.kubernetes(NAMED)


def test_a_cluster_that_is_not_there_is_a_reason(api: EmulatedApi) -> None:
    with pytest.raises(RunError, match="refused"):
        checks.kubernetes({"TWINSTACK_KUBE_CONTEXT": "nowhere"})


def test_nothing_is_asked_of_a_cluster_that_nobody_named(api: EmulatedApi) -> None:
    with pytest.raises(InputError, match="TWINSTACK_KUBE_CONTEXT"):
        checks.kubernetes({})
    assert not api.requests
