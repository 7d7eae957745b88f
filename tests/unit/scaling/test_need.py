"""One rule gives an instance its size, whatever its role."""

import pytest

from scaling.need import IN_USE_AT_REST, LEAST_CPUS, needed_cpus
from testbed.platforms import division


@pytest.mark.parametrize(
    ("used_cpus", "quota"),
    [(0.04, 0.10), (0.0401, 0.11), (0.028, 0.07), (0.2 * 0.4, 0.2), (0.001, 0.02), (0.0, 0.02)],
)
def test_a_quota_is_what_is_used_at_rest_over_the_share_in_use_rounded_up(
    used_cpus: float, quota: float
) -> None:
    assert needed_cpus(used_cpus) == quota


@pytest.mark.parametrize("used_cpus", [0.01, 0.0234, 0.05, 0.3])
def test_at_rest_no_more_than_the_share_is_in_use(used_cpus: float) -> None:
    quota = needed_cpus(used_cpus)
    assert used_cpus / quota <= IN_USE_AT_REST < used_cpus / (quota - 0.01)


def test_the_least_quota_is_what_a_platform_can_hold_an_instance_to() -> None:
    assert LEAST_CPUS == division.LEAST_CPUS
